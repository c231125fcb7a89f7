import { Attributes } from "../attributes.js";
import { isOp, type Pass } from "./editor.js";
import { like } from "./linear.js";

/**
 * Writes a BatchNormalization with constant statistics as what it is: x * factor + offset per channel. The passes
 * that fuse factors and offsets then fold it into its neighbours.
 */
export const expandBatchNormalization: Pass = {
  name: "expand-batch-normalization",
  rewrite: (edit, node) => {
    if (!isOp(node, "BatchNormalization") || node.attributes.int("training_mode", 0) !== 0) return false;
    const parameters = node.inputs.slice(1).map((name) => edit.constant(name));
    const rank = edit.shape(node.inputs[0])?.length;
    if (parameters.some((p) => p === undefined) || rank === undefined || rank < 2) return false;
    if (
      node.outputs
        .slice(1)
        .some((name) => name !== "" && (edit.isOutput(name) || edit.readers(name).length > 0))
    )
      return false;
    const [scale, bias, mean, variance] = parameters.map((p) => p!.data as Float32Array);
    const epsilon = node.attributes.float("epsilon", 1e-5);
    const factor = Float64Array.from(scale, (s, c) => s / Math.sqrt(variance[c] + epsilon));
    const offset = Float64Array.from(bias, (b, c) => b - mean[c] * factor[c]);
    const shape = [scale.length, ...new Array<number>(rank - 2).fill(1)];
    const model = parameters[0]!;
    const product = edit.fresh(`${node.outputs[0]}_scaled`);
    edit.replace(
      [node],
      [
        {
          ...node,
          name: `${node.name}_scale`,
          op: "Mul",
          inputs: [node.inputs[0], edit.define(`${node.name}_factor`, like(model, shape, factor))],
          outputs: [product],
          attributes: new Attributes(),
        },
        {
          ...node,
          op: "Add",
          inputs: [product, edit.define(`${node.name}_offset`, like(model, shape, offset))],
          outputs: [node.outputs[0]],
          attributes: new Attributes(),
        },
      ],
    );
    return true;
  },
};
