import { objectives } from "@matchmul/planner";
import { type Command, Option } from "commander";
import { act, command, number } from "../command.js";
import { count, duration, table } from "../format.js";
import { withQuantizeFlags } from "../options.js";
import { type DeployOptions, deploy } from "../serving/deploy.js";
import type { Terminal } from "../terminal.js";

/** `matchmul deploy`: a model onto the switches of a topology. */
export function deployCommand(): Command {
  return withQuantizeFlags(
    command("deploy", "spread a model over the switches of a network: a program and entries for every pipe")
      .argument("<model>", "an .onnx file, or an int8 .safetensors of `matchmul quantize`")
      .requiredOption("--topology <name>", "a name of `matchmul topology list`, or a .yaml file")
      .option("--profile <name>", "of all switches, instead of the topology's own")
      .option("--calibration <file>", "images that the model will see, a .npz; for an .onnx model")
      .option("--target <name>", "tna, t2na or v1model; else the profile's own")
      .addOption(new Option("--minimise <what>", "the objective").choices(objectives).default("latency"))
      .addOption(new Option("--switches <n>", "use so many at most").argParser(number(1, 20000, "integer")))
      .addOption(
        new Option("--request-slots <n>", "requests in flight at most")
          .default(4)
          .argParser(number(1, 4096, "integer")),
      )
      .addOption(
        new Option("--time-limit <seconds>", "of planning; the best plan by then is taken")
          .default(30)
          .argParser(number(0.1, 86400)),
      )
      .requiredOption("--out <dir>", "the bundle to write; an older bundle there is replaced"),
  ).action(act(run));
}

async function run(terminal: Terminal, path: string, options: DeployOptions): Promise<undefined> {
  const { plan, network, target, manifest, ms } = await deploy(terminal, path, options);
  terminal.result(
    { out: options.out, target, plan, pipes: network.pipes.length, files: manifest.files, ms },
    () =>
      [
        table(
          ["layer", "g", "tile pipes", "replicas", "split", "pooling", "passes", "latency"],
          plan.layers.map(({ name, option: o }) => [
            name,
            o.g,
            o.tilePipes,
            o.replicas,
            o.splitK,
            o.pooling,
            count(o.passes),
            duration(o.latencyNs),
          ]),
        ),
        "",
        `one inference: ${duration(plan.latencyNs)} modelled, ${count(plan.passes)} passes, ${plan.pipes} pipes of ${plan.switches} switches`,
        `${options.out}: written for ${target}`,
      ].join("\n"),
  );
}
