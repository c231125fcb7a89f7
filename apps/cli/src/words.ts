import { isShiftAdd } from "@matchmul/planner";
import { count, duration, rate } from "./format.js";
import { elements, type ModelDescription, type PlanDocument } from "./plan-document.js";
import { hasStages } from "./resources.js";

/** The plan as a few sentences: what `matchmul explain` prints and the report opens with. */
export function planInWords(plan: PlanDocument): string[] {
  const { model, program, choice } = plan;
  const weighted = model.layers.filter((layer) => layer.weights > 0);
  const sentences = [
    `${model.name} is ${shapeOf(model)}: ${count(model.weights)} weights in ${weighted.length} ` +
      `${weighted.length === 1 ? "layer" : "layers"}, ${count(model.multiplyAccumulates)} multiply-accumulates an ` +
      `inference, ${model.classes} classes.`,
  ];
  sentences.push(isShiftAdd(choice.kernel) ? shiftAddInWords(plan) : bitSerialInWords(plan));
  sentences.push(requestInWords(plan));
  const special = Object.entries(program.verdicts).filter(([, action]) => action.kind !== "answer");
  if (special.length > 0)
    sentences.push(
      `The switch acts on its verdict: ${special
        .map(([c, action]) =>
          action.kind === "forward"
            ? `class ${c} goes on through port ${action.port}`
            : `class ${c} is dropped`,
        )
        .join(", ")}; the others are answered.`,
    );
  for (const { name, placement } of plan.pipes) {
    if (!hasStages(placement)) {
      sentences.push(
        `${plan.profile.name} has no stages to fill: ${name} has ${placement.tables.length} tables in a row.`,
      );
      continue;
    }
    const proof = placement.optimal
      ? "no placement uses fewer"
      : `none uses fewer than ${placement.bound}, so the gap is at most ${(placement.gap * 100).toFixed(0)} %`;
    const { solvedBy, solver, programs } = placement.statistics;
    const how = {
      bound: "list scheduling",
      ilp: `an integer program in ${solver}`,
      "list-schedule": "list scheduling",
    };
    const proved =
      programs > 0
        ? `, the bound by ${programs} integer ${programs === 1 ? "program" : "programs"} in ${solver}`
        : "";
    sentences.push(
      `${name}: ${placement.tables.length} tables take ${placement.stagesUsed} of ${placement.stagesAvailable} stages; ${proof} ` +
        `(found by ${how[solvedBy]}${solvedBy === "ilp" ? "" : proved}). Greedy first fit takes ${placement.baseline.stagesUsed}.`,
    );
  }
  const { passNs, inferenceNs, inferencesPerSecond, limitedBy } = plan.latency;
  sentences.push(
    `The latency model, with ${plan.profile.name}'s parameters, gives ${duration(passNs)} a pass, ${duration(inferenceNs)} ` +
      `an inference and ${rate(inferencesPerSecond)} inferences a second and pipe, limited by the ${limitedBy}.`,
  );
  return sentences;
}

function requestInWords({ program, choice }: PlanDocument): string {
  const { encoding, features, dtype, bytes } = program.input;
  const carries = `A request carries the ${features} ${dtype} inputs as ${bytes} bytes`;
  if (encoding === "planes") return `${carries} of bit planes, made by the client.`;
  if (isShiftAdd(choice.kernel))
    return `${carries}${bytes > features ? ", in the order the passes take them" : ""}.`;
  return `${carries}; the switch turns them into bit planes.`;
}

function bitSerialInWords({ program, choice }: PlanDocument): string {
  const layers = choice.layers.map(({ name, g, planesPerPass }) => {
    const planes = planesPerPass > 1 ? `, ${planesPerPass} bit planes a pass` : "";
    const passes = program.passes.filter((pass) => pass.layer === name).length;
    return `${name} looks up ${g} ${g === 1 ? "feature" : "features"} a key${planes} (${passes} passes)`;
  });
  return (
    `One inference is one packet that makes ${count(program.passes.length)} passes through a program with ` +
    `${program.slots} lookup slots: ${layers.join(", ")}. The lookup tables hold ${count(program.pages.length)} pages of ` +
    "256 rows."
  );
}

function shiftAddInWords({ program, choice }: PlanDocument): string {
  const layers = [...new Set(program.passes.map((pass) => pass.layer))].map(
    (name) => `${name} ${count(program.passes.filter((pass) => pass.layer === name).length)}`,
  );
  return (
    `One inference is one packet that makes ${count(program.passes.length)} passes (${layers.join(", ")}); a pass multiplies ` +
    `one input with ${program.lanes} weights by shifting and adding` +
    `${choice.kernel === "shift-add-constants" ? "; the weights are constants of the program" : ""}.`
  );
}

/** "a 64-32-10 network" where each weight is used once, which is fully connected; else its input and kinds of layers. */
function shapeOf({ inputShape, layers }: ModelDescription): string {
  if (layers.every((layer) => layer.weights > 0 && layer.multiplyAccumulates === layer.weights))
    return `a ${[inputShape, ...layers.map((layer) => layer.outputShape)].map(elements).join("-")} network`;
  const kinds = new Map<string, number>();
  for (const { kind } of layers) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return `a network on inputs of ${inputShape.join("x")} (${[...kinds].map(([kind, n]) => `${n} ${kind}`).join(", ")})`;
}
