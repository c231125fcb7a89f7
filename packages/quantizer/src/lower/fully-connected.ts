import type { Node } from "@matchmul/model";
import { error } from "../errors.js";
import type { Lowering, LoweringContext } from "./context.js";
import { emitLinear } from "./emit.js";
import type { FloatLinear } from "./linear.js";

/** Gemm: alpha * A * B' + beta * C with constant B and C. */
export const lowerGemm: Lowering = (node, context) => {
  if (node.attributes.int("transA", 0) !== 0)
    throw error("quantize-structure", node.name, "it transposes its activations (transA)");
  const transposed = node.attributes.int("transB", 0) !== 0;
  const float = matrix(node, context, transposed, node.attributes.float("alpha", 1));
  if (node.inputs[2]) {
    const bias = context.constant(node, 2);
    if (bias === undefined) throw error("quantize-structure", node.name, "its bias is not constant");
    if (bias.length !== 1 && bias.length !== float.bias.length)
      throw error("quantize-structure", node.name, "its bias is not one value per output");
    const beta = node.attributes.float("beta", 1);
    for (let o = 0; o < float.bias.length; o++) float.bias[o] = beta * bias[bias.length === 1 ? 0 : o];
  }
  emitFullyConnected(node, float, context);
};

/** MatMul by a constant matrix; the Add of a constant after it becomes the bias. */
export const lowerMatMul: Lowering = (node, context) =>
  emitFullyConnected(node, matrix(node, context, false, 1), context);

/** The constant second input as [outputs][inputs]. */
function matrix(node: Node, context: LoweringContext, transposed: boolean, factor: number): FloatLinear {
  const data = context.constant(node, 1);
  const shape = context.graph.initializers.get(node.inputs[1])?.shape;
  if (data === undefined || shape === undefined)
    throw error("quantize-structure", node.name, "its second input is not constant");
  if (shape.length !== 2) throw error("quantize-structure", node.name, "its weights are not a matrix");
  const [rows, columns] = shape;
  if (transposed)
    return { weights: factor === 1 ? data : data.map((w) => w * factor), bias: new Float32Array(rows) };
  const weights = new Float32Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < columns; o++) weights[o * rows + i] = data[i * columns + o] * factor;
  return { weights, bias: new Float32Array(columns) };
}

function emitFullyConnected(node: Node, float: FloatLinear, context: LoweringContext): void {
  const inFeatures = float.weights.length / float.bias.length;
  const inShape = context.shapeOf(node.inputs[0], node);
  if (inShape.length !== 1 || inShape[0] !== inFeatures)
    throw error(
      "quantize-structure",
      node.name,
      `its input has shape (N, ${inShape.join(", ")}), not (N, ${inFeatures})`,
    );
  const input = context.tensorOf(node.inputs[0], node);
  emitLinear({ node, made: node.outputs[0], input, float, shape: [float.bias.length] }, context);
}
