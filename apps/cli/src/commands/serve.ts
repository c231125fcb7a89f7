import { once } from "node:events";
import { join } from "node:path";
import { type LiveFabric, livePort, p4FileExecutors, startLiveFabric } from "@matchmul/fabric";
import { type Command, Option } from "commander";
import { act, command, number } from "../command.js";
import { error } from "../diagnostics.js";
import { exitCode } from "../exit.js";
import { count, table } from "../format.js";
import { servedLayout } from "../serving/deploy.js";
import { openServed } from "../serving/simulate.js";
import type { Terminal } from "../terminal.js";

interface Flags {
  address: string;
  port: number;
  allowChanged?: boolean;
}

/** `matchmul serve`: a served network's programs on this machine, for hosts with UDP sockets. */
export function serveCommand(): Command {
  return command("serve", "run a served network's programs on this machine, for hosts with UDP sockets")
    .argument("<dir>", "a bundle of `matchmul deploy`")
    .option("--address <ip>", "of this machine, where hosts find the network", "127.0.0.1")
    .addOption(
      new Option("--port <n>", "UDP port of the first host's cable, the next one's is one more; 0: any free")
        .default(livePort)
        .argParser(number(0, 65535, "integer")),
    )
    .option("--allow-changed", "run files that are not as deployed")
    .action(act(serve));
}

async function serve(terminal: Terminal, directory: string, flags: Flags): Promise<number> {
  const { bundle, stored, topology } = openServed(directory, flags);
  const executors = p4FileExecutors(
    stored.network.pipes.map((pipe, i) => ({
      program: join(bundle.directory, stored.texts.simulated[i]),
      entries: join(bundle.directory, servedLayout.entries(pipe.name)),
    })),
  );
  const { address, port } = flags;
  const fabric = await terminal.step(
    "serve",
    () =>
      started(() => startLiveFabric({ network: stored.network, topology, executors, address, port }), flags),
    ({ hosts }) => `${count(stored.network.pipes.length)} pipes, ${count(hosts.length)} hosts`,
  );
  const stop = new AbortController();
  const signals = (["SIGINT", "SIGTERM"] as const).map((name) => once(process, name, stop));
  for (const signal of signals) signal.catch(() => {});
  terminal.result({ hosts: fabric.hosts }, () => `${hostsInWords(fabric)}\nCtrl-C ends it.`);
  try {
    await Promise.race(signals);
  } finally {
    stop.abort();
    const { passes, overflowed, failed } = fabric.statistics();
    await fabric.close();
    terminal.note(
      `${count(passes)} passes; ${count(overflowed)} packets lost in full queues, ${count(failed)} failed`,
    );
  }
  return exitCode.ok;
}

const hostsInWords = ({ hosts }: LiveFabric): string =>
  table(
    ["host", "sends to"],
    hosts.map((host) => [
      host.name,
      `${host.address.includes(":") ? `[${host.address}]` : host.address}:${host.port}`,
    ]),
  );

/** What a socket cannot be bound to is the command line's fault. */
async function started(start: () => Promise<LiveFabric>, { address, port }: Flags): Promise<LiveFabric> {
  try {
    return await start();
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall !== "bind" && syscall !== "getaddrinfo") throw cause;
    throw error("socket-refused", address, port, code ?? "unknown");
  }
}
