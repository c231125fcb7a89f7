import type { Attribute } from "../attributes.js";
import type { Node } from "../graph.js";
import { numbers } from "../tensor.js";
import { type GraphEditor, isOp, type Pass } from "./editor.js";

/**
 * Takes a Pad of the spatial dimensions into the Conv or pooling operator behind it: with zeros into Conv and
 * AveragePool, with the zero point into the integer convolutions, and with zeros into a MaxPool whose inputs are
 * not negative.
 */
export const mergePad: Pass = {
  name: "merge-pad",
  rewrite: (edit, node) => {
    if (!isOp(node, "Conv", "ConvInteger", "QLinearConv", "MaxPool", "AveragePool")) return false;
    const before = edit.privateProducer(node.inputs[0], "Pad");
    if (before === undefined || node.attributes.string("auto_pad", "NOTSET") !== "NOTSET") return false;
    const rank = edit.shape(before.inputs[0])?.length;
    if (rank === undefined) return false;
    const pads = spatialPads(edit, before, rank);
    if (
      pads === undefined ||
      pads.some((p) => p < 0) ||
      before.attributes.string("mode", "constant") !== "constant"
    )
      return false;
    const added = accept(edit, node, before, pads);
    if (added === undefined) return false;
    const own = node.attributes.ints(
      "pads",
      pads.map(() => 0),
    );
    const sum: Attribute = { type: "ints", value: pads.map((p, i) => p + own[i]) };
    edit.replace(
      [before, node],
      [
        {
          ...node,
          inputs: [before.inputs[0], ...node.inputs.slice(1)],
          attributes: node.attributes.with({ ...added, pads: sum }),
        },
      ],
    );
    return true;
  },
};

/** Pads of the spatial dimensions, all begins then all ends; undefined if unknown or if batch or channels are padded. */
function spatialPads(edit: GraphEditor, node: Node, rank: number): number[] | undefined {
  const given = edit.constant(node.inputs[1]);
  const pads = given === undefined ? node.attributes.ints("pads") : numbers(given);
  const axesGiven = (node.inputs[3] ?? "") !== "";
  const axesTensor = edit.constant(node.inputs[3]);
  if (pads === undefined || (axesGiven && axesTensor === undefined)) return undefined;
  const axes = axesTensor ? numbers(axesTensor) : Array.from({ length: rank }, (_, i) => i);
  if (pads.length !== 2 * axes.length) return undefined;
  const full = new Array<number>(2 * rank).fill(0);
  axes.forEach((a, i) => {
    const axis = a < 0 ? a + rank : a;
    full[axis] = pads[i];
    full[axis + rank] = pads[i + axes.length];
  });
  if ([0, 1, rank, rank + 1].some((i) => full[i] !== 0)) return undefined;
  return [...full.slice(2, rank), ...full.slice(rank + 2)];
}

function fillOf(edit: GraphEditor, pad: Node): number | undefined {
  if ((pad.inputs[2] ?? "") === "") return pad.attributes.float("value", 0);
  const fill = edit.constant(pad.inputs[2]);
  return fill && Number(fill.data[0]);
}

/** Changes of the node's attributes besides its pads, or undefined when the Pad must stay. */
function accept(
  edit: GraphEditor,
  node: Node,
  pad: Node,
  pads: readonly number[],
): Record<string, Attribute> | undefined {
  const fill = fillOf(edit, pad);
  if (node.op === "ConvInteger" || node.op === "QLinearConv") {
    const zero = node.inputs[2] ? edit.constant(node.inputs[2]) : undefined;
    if (node.inputs[2] && zero === undefined) return undefined;
    return fill === Number(zero?.data[0] ?? 0) ? {} : undefined;
  }
  if (fill !== 0) return undefined;
  if (node.op === "Conv") return {};
  if (node.attributes.int("ceil_mode", 0) !== 0) return undefined;
  if (node.op === "AveragePool") {
    const countsPads = node.attributes.int("count_include_pad", 0) !== 0;
    const ownPads = node.attributes.ints("pads", []).some((p) => p !== 0);
    return countsPads || !ownPads ? { count_include_pad: { type: "int", value: 1 } } : undefined;
  }
  // A window that holds an input is not changed by zeros beside it, if no input is below zero.
  const kernel = node.attributes.ints("kernel_shape", []);
  const small = pads.every((p, i) => p < (kernel[i % kernel.length] ?? 0));
  const plain =
    node.attributes.ints("pads", []).every((p) => p === 0) &&
    node.attributes.ints("dilations", []).every((d) => d === 1);
  const source = edit.producer(pad.inputs[0]);
  return small && plain && source !== undefined && notNegative(edit, source) && node.outputs.length === 1
    ? {}
    : undefined;
}

function notNegative(edit: GraphEditor, node: Node): boolean {
  if (isOp(node, "Relu", "Sigmoid", "HardSigmoid", "Softplus", "ThresholdedRelu")) return true;
  const low = isOp(node, "Clip") ? edit.constant(node.inputs[1]) : undefined;
  return low !== undefined && Number(low.data[0]) >= 0;
}
