import type { Dim } from "../graph.js";
import { int64s } from "../tensor.js";
import { isOp, type Pass } from "./editor.js";

/**
 * Gives a constant to a Reshape whose shape is computed from the input's own, as PyTorch writes
 * x.view(x.size(0), -1): a dimension that is copied becomes 0, one other symbol -1.
 */
export const settleReshapes: Pass = {
  name: "settle-reshapes",
  rewrite: (edit, node) => {
    if (!isOp(node, "Reshape") || node.inputs.length < 2 || edit.constant(node.inputs[1]) !== undefined)
      return false;
    const target = edit.known(node.inputs[1])?.contents;
    const from = edit.shape(node.inputs[0]);
    if (target === undefined || from === undefined || target.includes(0)) return false;
    let open = target.includes(-1) ? 1 : 0;
    const shape = target.map((d: Dim, i) => {
      if (typeof d === "number") return d;
      if (from[i] === d) return 0;
      open++;
      return -1;
    });
    if (open > 1) return false;
    const name = edit.define(`${node.outputs[0]}_shape`, int64s(shape));
    edit.update(node, {
      inputs: [node.inputs[0], name],
      attributes: node.attributes.with({ allowzero: undefined }),
    });
    return true;
  },
};
