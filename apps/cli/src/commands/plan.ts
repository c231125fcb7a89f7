import { readFileOrFail, writeFileAtomically } from "@matchmul/common";
import { loadProfile } from "@matchmul/profiles";
import { loadQuantizedModel } from "@matchmul/quantizer";
import type { Command } from "commander";
import { act, command } from "../command.js";
import { planStep } from "../compile.js";
import { type PlanFlags, withPlanFlags } from "../options.js";
import { formatPlan, planDocument } from "../plan-document.js";
import type { Terminal } from "../terminal.js";
import { planInWords } from "../words.js";

/** `matchmul plan`: the int8 model's file to plan.json. */
export function plan(): Command {
  return withPlanFlags(
    command("plan", "lower an int8 model to passes and place them on a switch")
      .argument("<int8>", "a .safetensors of `matchmul quantize`")
      .requiredOption("--out <file>", "the plan to write, *.json"),
  ).action(act(run));
}

async function run(terminal: Terminal, path: string, flags: PlanFlags & { out: string }): Promise<undefined> {
  const profile = loadProfile(flags.profile);
  const model = loadQuantizedModel(readFileOrFail(path), path);
  const document = planDocument(model, profile, await planStep(terminal, model, profile, flags));
  writeFileAtomically(flags.out, formatPlan(document));
  terminal.result(document, () => [...planInWords(document), `${flags.out}: written`].join("\n"));
}
