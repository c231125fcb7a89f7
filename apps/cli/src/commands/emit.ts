import { readFileOrFail } from "@matchmul/common";
import { lower, type MicroProgram } from "@matchmul/planner";
import { loadQuantizedModel, type QuantizedModel } from "@matchmul/quantizer";
import { type Command, Option } from "commander";
import { writeBundle } from "../bundle.js";
import { act, command } from "../command.js";
import { error } from "../diagnostics.js";
import { emitTargets, targetNames } from "../emit.js";
import { bytes, table } from "../format.js";
import { describeModel, type PlanDocument, readPlan } from "../plan-document.js";
import type { Terminal } from "../terminal.js";

/** `matchmul emit`: the int8 model and its plan to P4 text and entries. */
export function emit(): Command {
  return command("emit", "write the P4 program and table entries of a plan")
    .argument("<int8>", "the .safetensors that was planned")
    .requiredOption("--plan <file>", "the plan.json of `matchmul plan`")
    .addOption(
      new Option("--target <name>", "the P4 architecture").choices(targetNames).makeOptionMandatory(),
    )
    .requiredOption("--out <dir>", "the folder to write; an older one of ours there is replaced")
    .action(act(run));
}

async function run(
  terminal: Terminal,
  path: string,
  { plan: planPath, target, out }: { plan: string; target: string; out: string },
): Promise<undefined> {
  const model = loadQuantizedModel(readFileOrFail(path), path);
  const plan = readPlan(planPath);
  const program = programOf(model, plan, planPath);
  const files = emitTargets(program, plan, [target]);
  const about = { model: model.name, profile: plan.profile.name, targets: [target] };
  const manifest = await writeBundle(out, about, files);
  terminal.result({ out, ...about, files: manifest.files }, () =>
    table(
      ["file", "size"],
      Object.entries(manifest.files).map(([name, file]) => [name, bytes(file.bytes)]),
    ),
  );
}

/** Lowers the model under the plan's choice again, and checks that the plan is this model's. */
export function programOf(model: QuantizedModel, plan: PlanDocument, planPath: string): MicroProgram {
  if (JSON.stringify(describeModel(model)) !== JSON.stringify(plan.model))
    throw error("plan-foreign", planPath, `it plans ${plan.model.name}, whose layers are others`);
  const program = lower(model, plan.choice, plan.program.verdicts);
  if (JSON.stringify(program.passes) !== JSON.stringify(plan.program.passes))
    throw error("plan-foreign", planPath, "its passes are not those of the model");
  return program;
}
