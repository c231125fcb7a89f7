import { type Attribute, Attributes } from "../attributes.js";
import type { Node } from "../graph.js";
import { type GraphEditor, isOp, type Pass } from "./editor.js";

/**
 * Names activation functions that exporters write as several nodes, or as more general ones:
 * Clip and Max at zero are Relu, x * sigmoid(x) is Swish, x * hardsigmoid(x) and x * clip(x + 3, 0, 6) / 6 are
 * HardSwish, x * (1 + erf(x / sqrt 2)) / 2 is Gelu, and PRelu with one slope is LeakyRelu.
 */
export const recogniseActivations: Pass = {
  name: "recognise-activations",
  rewrite: (edit, node) =>
    toRelu(edit, node) ||
    toLeakyRelu(edit, node) ||
    toSwish(edit, node) ||
    toHardSwish(edit, node) ||
    toGelu(edit, node),
};

function scalar(edit: GraphEditor, name: string | undefined): number | undefined {
  const value = edit.constant(name);
  return value?.data.length === 1 ? Number(value.data[0]) : undefined;
}

function near(a: number | undefined, b: number): boolean {
  return a !== undefined && Math.abs(a - b) <= 1e-6 * Math.abs(b);
}

function become(
  edit: GraphEditor,
  old: Node[],
  op: string,
  input: string,
  attributes: Record<string, Attribute> = {},
): boolean {
  const last = old[old.length - 1];
  edit.replace(old, [{ ...last, op, inputs: [input], attributes: Attributes.of(attributes) }]);
  return true;
}

function toRelu(edit: GraphEditor, node: Node): boolean {
  const [x, low, high] = node.inputs;
  if (isOp(node, "Clip")) {
    const min = (low ?? "") === "" ? node.attributes.float("min") : scalar(edit, low);
    const max = (high ?? "") === "" ? node.attributes.float("max", Infinity) : scalar(edit, high);
    return min === 0 && max !== undefined && max >= 3.4e38 && become(edit, [node], "Relu", x);
  }
  return (
    isOp(node, "Max") &&
    node.inputs.length === 2 &&
    isZeroOfNoRank(edit, low) &&
    become(edit, [node], "Relu", x)
  );
}

/** A scalar zero that does not widen the value it meets. */
function isZeroOfNoRank(edit: GraphEditor, name: string): boolean {
  return scalar(edit, name) === 0 && edit.constant(name)!.shape.length <= 1;
}

function toLeakyRelu(edit: GraphEditor, node: Node): boolean {
  const slope = isOp(node, "PRelu") ? scalar(edit, node.inputs[1]) : undefined;
  return (
    slope !== undefined &&
    become(edit, [node], "LeakyRelu", node.inputs[0], { alpha: { type: "float", value: slope } })
  );
}

/** The factors of a Mul as (x, the private result of an operator). */
function factors(edit: GraphEditor, node: Node, op: string): [x: string, other: Node] | undefined {
  if (!isOp(node, "Mul")) return undefined;
  const [a, b] = node.inputs;
  const second = edit.privateProducer(b, op);
  if (second !== undefined) return [a, second];
  const first = edit.privateProducer(a, op);
  return first && [b, first];
}

function toSwish(edit: GraphEditor, node: Node): boolean {
  const found = factors(edit, node, "Sigmoid");
  return (
    found !== undefined &&
    found[1].inputs[0] === found[0] &&
    become(edit, [found[1], node], "Swish", found[0])
  );
}

function toHardSwish(edit: GraphEditor, node: Node): boolean {
  const gate = factors(edit, node, "HardSigmoid");
  if (gate !== undefined) {
    const [x, { attributes, inputs }] = gate;
    const usual = near(attributes.float("alpha", 0.2), 1 / 6) && near(attributes.float("beta", 0.5), 0.5);
    return usual && inputs[0] === x && become(edit, [gate[1], node], "HardSwish", x);
  }
  // (x * clip(x + 3, 0, 6)) * (1 / 6), or x * (clip(x + 3, 0, 6) * (1 / 6))
  if (!isOp(node, "Mul")) return false;
  const sixth = near(scalar(edit, node.inputs[1]), 1 / 6);
  const inner = sixth ? edit.privateProducer(node.inputs[0], "Mul") : undefined;
  const direct = inner && factors(edit, inner, "Clip");
  if (inner !== undefined && direct !== undefined) {
    const add = shiftedClip(edit, direct[1], direct[0]);
    return add !== undefined && become(edit, [add, direct[1], inner, node], "HardSwish", direct[0]);
  }
  const scaled = factors(edit, node, "Mul");
  if (scaled === undefined || !near(scalar(edit, scaled[1].inputs[1]), 1 / 6)) return false;
  const clip = edit.privateProducer(scaled[1].inputs[0], "Clip");
  const add = clip && shiftedClip(edit, clip, scaled[0]);
  return (
    clip !== undefined &&
    add !== undefined &&
    become(edit, [add, clip, scaled[1], node], "HardSwish", scaled[0])
  );
}

/** The Add of clip(x + 3, 0, 6). */
function shiftedClip(edit: GraphEditor, clip: Node, x: string): Node | undefined {
  const add = edit.privateProducer(clip.inputs[0], "Add");
  const fits =
    add?.inputs[0] === x &&
    near(scalar(edit, add.inputs[1]), 3) &&
    scalar(edit, clip.inputs[1]) === 0 &&
    near(scalar(edit, clip.inputs[2]), 6);
  return fits ? add : undefined;
}

/** (x * (erf(x / sqrt 2) + 1)) * 0.5, in the order PyTorch writes it. */
function toGelu(edit: GraphEditor, node: Node): boolean {
  if (!isOp(node, "Mul") || !near(scalar(edit, node.inputs[1]), 0.5)) return false;
  const product = edit.privateProducer(node.inputs[0], "Mul");
  const found = product && factors(edit, product, "Add");
  if (product === undefined || found === undefined || !near(scalar(edit, found[1].inputs[1]), 1))
    return false;
  const erf = edit.privateProducer(found[1].inputs[0], "Erf");
  const scaled = erf && edit.privateProducer(erf.inputs[0], "Mul");
  if (
    scaled === undefined ||
    scaled.inputs[0] !== found[0] ||
    !near(scalar(edit, scaled.inputs[1]), Math.SQRT1_2)
  )
    return false;
  return become(edit, [scaled, erf!, found[1], product, node], "Gelu", found[0]);
}
