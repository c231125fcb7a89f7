import { isOp, type Pass } from "./editor.js";
import { like, linearOf, perChannel, replaceLinear, scaledRows } from "./linear.js";

/** Takes a constant that multiplies the result of a Conv or Gemm into its weights and bias. */
export const fuseScale: Pass = {
  name: "fuse-scale",
  rewrite: (edit, node) => {
    if (!isOp(node, "Mul")) return false;
    const layer = linearOf(edit, edit.privateProducer(node.inputs[0], "Conv", "Gemm"));
    const constant = edit.constant(node.inputs[1]);
    const rank = edit.shape(node.inputs[0])?.length;
    if (layer === undefined || constant === undefined || rank === undefined) return false;
    const factors = perChannel(constant, rank, layer.outputs);
    if (factors === undefined) return false;
    const old = layer.bias?.data as Float32Array | undefined;
    const bias =
      old &&
      like(
        layer.weights,
        [layer.outputs],
        old.map((v, i) => v * factors[i]),
      );
    const weights = scaledRows(layer, factors);
    replaceLinear(edit, layer, [layer.node, node], { weights, bias, output: node.outputs[0] });
    return true;
  },
};
