import { Attributes } from "../attributes.js";
import { isUnknown } from "../shapes.js";
import { isOp, type Pass } from "./editor.js";

/** Writes every reshape that keeps the batch and joins all else into one dimension as Flatten. */
export const toFlatten: Pass = {
  name: "to-flatten",
  rewrite: (edit, node) => {
    if (!isOp(node, "Reshape", "Squeeze", "Unsqueeze", "Flatten")) return false;
    if (node.op === "Flatten" && node.attributes.int("axis", 1) === 1) return false;
    const [from, to] = [edit.shape(node.inputs[0]), edit.shape(node.outputs[0])];
    if (from === undefined || to?.length !== 2 || from.length < 2) return false;
    if (from[0] !== to[0] || isUnknown(to[0])) return false;
    // With the batch kept, one dimension is left for everything else; a symbolic one may hide another split.
    if (from.slice(1).some((d) => typeof d === "string")) return false;
    edit.update(node, { op: "Flatten", inputs: [node.inputs[0]], attributes: Attributes.of({ axis: 1 }) });
    return true;
  },
};
