import { Attributes } from "../attributes.js";
import { numbers } from "../tensor.js";
import { isOp, type Pass } from "./editor.js";

const global: Record<string, string> = { ReduceMean: "GlobalAveragePool", ReduceMax: "GlobalMaxPool" };

/** Writes a mean or maximum over exactly the spatial dimensions as global pooling, flattened if they go. */
export const spatialMean: Pass = {
  name: "spatial-mean",
  rewrite: (edit, node) => {
    if (!isOp(node, "ReduceMean", "ReduceMax")) return false;
    const input = edit.known(node.inputs[0]);
    if (
      input?.shape === undefined ||
      input.shape.length < 3 ||
      !["float32", "float64", "float16"].includes(input.dtype)
    )
      return false;
    const rank = input.shape.length;
    const given = edit.constant(node.inputs[1]);
    if ((node.inputs[1] ?? "") !== "" && given === undefined) return false;
    const axes = new Set(
      (given ? numbers(given) : node.attributes.ints("axes", [])).map((a) => (a < 0 ? a + rank : a)),
    );
    if (axes.size !== rank - 2 || axes.has(0) || axes.has(1)) return false;
    const keep = node.attributes.int("keepdims", 1) !== 0;
    const pooled = keep ? node.outputs[0] : edit.fresh(`${node.outputs[0]}_pooled`);
    const pool = {
      ...node,
      op: global[node.op],
      inputs: [node.inputs[0]],
      outputs: [pooled],
      attributes: new Attributes(),
    };
    const flatten = {
      ...node,
      name: `${node.name}_flatten`,
      op: "Flatten",
      inputs: [pooled],
      attributes: Attributes.of({ axis: 1 }),
    };
    edit.replace([node], keep ? [pool] : [pool, flatten]);
    return true;
  },
};
