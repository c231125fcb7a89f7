import type { Graph } from "../graph.js";
import { copyGraph } from "../normalise.js";
import { GraphEditor, isOp, type Pass } from "./editor.js";

/** Removes a Softmax or LogSoftmax that only an ArgMax along its axis reads: the largest stays the largest. */
export const softmaxBeforeArgmax: Pass = {
  name: "softmax-before-argmax",
  rewrite: (edit, node) => {
    if (!isOp(node, "ArgMax")) return false;
    const before = edit.privateProducer(node.inputs[0], "Softmax", "LogSoftmax");
    const rank = before && edit.shape(before.inputs[0])?.length;
    if (before === undefined || rank === undefined) return false;
    const wrap = (axis: number) => (axis < 0 ? axis + rank : axis);
    const old = edit.graph.opset < 13;
    const axis = wrap(before.attributes.int("axis", old ? 1 : -1));
    if (axis !== wrap(node.attributes.int("axis", 0)) || (old && axis !== rank - 1)) return false;
    edit.replace([before, node], [{ ...node, inputs: [before.inputs[0]] }]);
    return true;
  },
};

/**
 * A copy without the Softmax or LogSoftmax that makes an output: the class is kept, the outputs are
 * logits under the old names. Not part of normalise, since it changes the results.
 */
export function dropFinalSoftmax(graph: Graph): Graph {
  const edit = new GraphEditor(copyGraph(graph));
  edit.apply({
    name: "drop-final-softmax",
    rewrite: (e, node) =>
      isOp(node, "Softmax", "LogSoftmax") &&
      e.isOutput(node.outputs[0]) &&
      e.readers(node.outputs[0]).length === 0 &&
      e.bypass(node, node.inputs[0]),
  });
  return edit.graph;
}
