import { isOp, type Pass } from "./editor.js";
import { like, linearOf, perChannel, replaceLinear } from "./linear.js";

/** Takes a constant that is added after a Conv or Gemm into its bias. */
export const fuseBias: Pass = {
  name: "fuse-bias",
  rewrite: (edit, node) => {
    if (!isOp(node, "Add")) return false;
    const layer = linearOf(edit, edit.privateProducer(node.inputs[0], "Conv", "Gemm"));
    const constant = edit.constant(node.inputs[1]);
    const rank = edit.shape(node.inputs[0])?.length;
    if (layer === undefined || constant === undefined || rank === undefined) return false;
    const added = perChannel(constant, rank, layer.outputs);
    if (added === undefined) return false;
    const old = layer.bias?.data as Float32Array | undefined;
    const sums = Float64Array.from(added, (v, i) => v + (old?.[i] ?? 0));
    const bias = like(layer.weights, [layer.outputs], sums);
    replaceLinear(edit, layer, [layer.node, node], { bias, output: node.outputs[0] });
    return true;
  },
};
