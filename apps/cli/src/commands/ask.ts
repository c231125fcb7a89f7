import { isIP } from "node:net";
import { LiveClient } from "@matchmul/fabric";
import { quantizeInput } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import { type Command, InvalidArgumentError, Option } from "commander";
import { act, command, number } from "../command.js";
import { error } from "../diagnostics.js";
import { exitCode } from "../exit.js";
import { ratio, table } from "../format.js";
import { image } from "../images.js";
import { imagesFor } from "../serving/inputs.js";
import { openServed } from "../serving/simulate.js";
import type { Terminal } from "../terminal.js";

interface Flags {
  bundle: string;
  inputs: string;
  limit?: number;
  host?: string;
  attempts: number;
  timeout: number;
  verify?: boolean;
}

interface Place {
  address: string;
  port: number;
}

/** `matchmul ask`: requests to a served network, as one of its hosts. */
export function askCommand(): Command {
  return command("ask", "send images to a served network over UDP, as one of its hosts")
    .argument("<address:port>", "where `matchmul serve` runs: the host's port there", place)
    .requiredOption("--bundle <dir>", "the bundle that is served: it says how a request looks")
    .requiredOption("--inputs <file>", "images, a .npz, as for verify")
    .addOption(
      new Option("--limit <n>", "of the archive, the first n images").argParser(number(1, 1e9, "integer")),
    )
    .option("--host <name>", "the host whose port it is; default the first")
    .addOption(
      new Option("--attempts <n>", "how often a request is sent at most")
        .default(10)
        .argParser(number(1, 255, "integer")),
    )
    .addOption(
      new Option("--timeout <ms>", "before it is sent again; doubled each time up to 8 times")
        .default(500)
        .argParser(number(1, 1e6, "integer")),
    )
    .option("--verify", "compare every logit with the int8 model's")
    .action(act(ask));
}

function place(text: string): Place {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const name = bracketed ?? plain ?? "";
  const address = name === "localhost" ? "127.0.0.1" : name;
  if (isIP(address) === 0 || Number(port) < 1 || Number(port) > 65535)
    throw new InvalidArgumentError("Expected an IP address and a port, as 127.0.0.1:34997 or [::1]:34997.");
  return { address, port: Number(port) };
}

async function ask(terminal: Terminal, { address, port }: Place, flags: Flags): Promise<number> {
  const { stored, model } = openServed(flags.bundle);
  const { hosts } = stored.network;
  const host = flags.host === undefined ? 0 : hosts.findIndex(({ name }) => name === flags.host);
  if (host < 0)
    throw error(
      "host-unknown",
      flags.host!,
      hosts.map(({ name }) => name),
    );
  const images = imagesFor(model, flags.inputs, flags.limit);
  const inputs = Array.from({ length: images.count }, (_, i) => quantizeInput(model, image(images, i)));
  const client = new LiveClient(stored.network, host, {
    address,
    port,
    attempts: flags.attempts,
    timeoutMs: flags.timeout,
  });
  let done = 0;
  const answers = await terminal
    .step(
      "ask",
      () =>
        Promise.all(
          inputs.map(async (input) => {
            const logits = await client.infer(input);
            terminal.progress.update("ask", ++done, inputs.length);
            return logits;
          }),
        ),
      (all) => `${all.length} answers`,
    )
    .finally(() => client.close());
  const expected = flags.verify ? inputs.map((input) => runInt8(model, input).logits) : undefined;
  const results = answers.map((logits, i) => ({
    image: i,
    class: logits.indexOf(Math.max(...logits)),
    ...(images.labels && { label: images.labels[i] }),
    ...(expected && { equal: logits.every((value, m) => value === expected[i][m]) }),
    logits: [...logits],
  }));
  const equal = results.filter((r) => r.equal).length;
  terminal.result({ answers: results, ...(expected && { equal }) }, () => {
    const labels = images.labels === undefined ? [] : ["label"];
    const rows = results.map((r) => [String(r.image), String(r.class), ...labels.map(() => String(r.label))]);
    const verdict =
      expected === undefined ? [] : ["", `equal to the int8 model   ${ratio(equal, results.length)}`];
    return [table(["image", "class", ...labels], rows), ...verdict].join("\n");
  });
  return expected === undefined || equal === results.length ? exitCode.ok : exitCode.negative;
}
