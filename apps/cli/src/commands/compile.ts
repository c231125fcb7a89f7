import type { Command } from "commander";
import { act, command } from "../command.js";
import { type CompileOptions, compile } from "../compile.js";
import { targetNames } from "../emit.js";
import { bytes } from "../format.js";
import { withPlanFlags, withQuantizeFlags } from "../options.js";
import type { Terminal } from "../terminal.js";
import { planInWords } from "../words.js";

/** `matchmul compile`: ONNX to a bundle. */
export function compileCommand(): Command {
  return withQuantizeFlags(
    withPlanFlags(
      command("compile", "compile a model into a bundle of P4 programs, table entries and the plan")
        .argument("<model>", "the .onnx file")
        .requiredOption("--calibration <file>", "images that the model will see, a .npz")
        .option("--target <name>", `one of ${targetNames.join(", ")}; else the profile's own, and v1model`)
        .option("--entries-only", "of the control planes' files only entries.txt: a much smaller bundle")
        .requiredOption("--out <dir>", "the bundle to write; an older bundle there is replaced"),
    ),
  ).action(act(run));
}

async function run(terminal: Terminal, path: string, options: CompileOptions): Promise<undefined> {
  const { plan, manifest, quantization } = await compile(terminal, path, options);
  const sizes = Object.values(manifest.files).map((file) => file.bytes);
  const { placement } = plan.pipes[0];
  terminal.result(
    {
      out: options.out,
      model: manifest.model,
      profile: manifest.profile,
      targets: manifest.targets,
      files: manifest.files,
      passes: plan.program.passes.length,
      stagesUsed: placement.stagesUsed,
      stagesAvailable: placement.stagesAvailable,
      bound: placement.bound,
      latency: plan.latency,
      layers: quantization.layers,
    },
    () =>
      [
        ...planInWords(plan),
        `${options.out}: ${sizes.length} files, ${bytes(sizes.reduce((a, b) => a + b, 0))}, for ${manifest.targets.join(" and ")}`,
      ].join("\n"),
  );
}
