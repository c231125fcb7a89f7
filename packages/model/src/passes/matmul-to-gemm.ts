import { Attributes } from "../attributes.js";
import { isFloat } from "../dtypes.js";
import { isOp, type Pass } from "./editor.js";

/** Writes the product of a matrix (one row per sample) and constant weights as Gemm. */
export const matmulToGemm: Pass = {
  name: "matmul-to-gemm",
  rewrite: (edit, node) => {
    if (!isOp(node, "MatMul")) return false;
    const weights = edit.constant(node.inputs[1]);
    if (edit.shape(node.inputs[0])?.length !== 2 || weights?.shape.length !== 2 || !isFloat(weights.dtype))
      return false;
    edit.update(node, { op: "Gemm", attributes: Attributes.of({ transB: 0 }) });
    return true;
  },
};
