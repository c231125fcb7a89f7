import { Attributes } from "../attributes.js";
import { isFloat } from "../dtypes.js";
import { transposed } from "../kernels/matmul.js";
import { mapElements } from "../operators/elementwise.js";
import { isOp, type Pass } from "./editor.js";
import { like } from "./linear.js";

/**
 * Brings a Gemm with constant weights to the form y = x * W' + b: W one row per output (transB), alpha and beta
 * multiplied into W and b, and b a vector with one element per output.
 */
export const canonicalGemm: Pass = {
  name: "canonical-gemm",
  rewrite: (edit, node) => {
    if (!isOp(node, "Gemm") || node.attributes.int("transA", 0) !== 0) return false;
    const [weights, bias] = [edit.constant(node.inputs[1]), edit.constant(node.inputs[2])];
    if (weights === undefined || !isFloat(weights.dtype)) return false;
    const hasBias = (node.inputs[2] ?? "") !== "";
    const { dtype } = weights;
    const transB = node.attributes.int("transB", 0) !== 0;
    const [alpha, beta] = [node.attributes.float("alpha", 1), node.attributes.float("beta", 1)];
    const [rows, columns] = weights.shape;
    const outputs = transB ? rows : columns;
    const fits =
      bias === undefined ? !hasBias || beta === 1 : bias.data.length === 1 || bias.data.length === outputs;
    if (!fits || (bias !== undefined && bias.data.length === outputs && bias.shape.at(-1) !== outputs))
      return false;
    const plainBias = bias === undefined || (bias.shape.length === 1 && bias.data.length === outputs);
    if (transB && alpha === 1 && beta === 1 && plainBias) return false;
    const inputs = [...node.inputs];
    if (!transB || alpha !== 1) {
      const turned = transB
        ? weights
        : { dtype, shape: [columns, rows], data: transposed(weights.data as Float32Array, 0, rows, columns) };
      inputs[1] = edit.define(
        `${node.inputs[1]}_rows`,
        alpha === 1 ? turned : mapElements(turned, (v) => v * alpha),
      );
    }
    if (bias !== undefined && (beta !== 1 || !plainBias)) {
      const source = bias.data as Float32Array;
      const row = Float64Array.from(
        { length: outputs },
        (_, i) => beta * source[source.length === 1 ? 0 : i],
      );
      inputs[2] = edit.define(`${node.inputs[2]}_row`, like(weights, [outputs], row));
    }
    edit.update(node, { inputs, attributes: Attributes.of({ transB: 1 }) });
    return true;
  },
};
