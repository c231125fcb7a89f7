import type { Node } from "@matchmul/model";
import { error } from "../errors.js";
import type { Lowering, LoweringContext } from "./context.js";
import { activations, type FloatLinear, quantizeLinear } from "./linear.js";

/** Gemm: alpha * A * B' + beta * C with constant B and C. */
export const lowerGemm: Lowering = (node, context) => {
  if (node.attributes.int("transA", 0) !== 0)
    throw error("quantize-structure", node.name, "it transposes its activations (transA)");
  const transposed = node.attributes.int("transB", 0) !== 0;
  const float = matrix(node, context, transposed, node.attributes.float("alpha", 1));
  const beta = node.attributes.float("beta", 1);
  if (node.inputs[2]) addBias(float, constantBias(node, 2, context), beta);
  emitFullyConnected(node, node.outputs[0], float, context);
};

/** MatMul by a constant matrix, and the Add of a constant after it. */
export const lowerMatMul: Lowering = (node, context) => {
  const float = matrix(node, context, false, 1);
  let output = node.outputs[0];
  const add = context.soleConsumer(output);
  if (add?.op === "Add" && add.domain === "") {
    const constant = add.inputs[0] === output ? 1 : 0;
    if (context.constant(add, constant) !== undefined) {
      addBias(float, constantBias(add, constant, context), 1);
      context.fused.add(add);
      output = add.outputs[0];
    }
  }
  emitFullyConnected(node, output, float, context);
};

function constantBias(node: Node, input: number, context: LoweringContext): Float32Array {
  const bias = context.constant(node, input);
  if (bias === undefined) throw error("quantize-structure", node.name, "its bias is not constant");
  return bias;
}

function addBias(float: FloatLinear, bias: Float32Array, factor: number): void {
  // One value for all outputs, or one per output; a bias that differs by batch element would be larger.
  for (let o = 0; o < float.bias.length; o++)
    float.bias[o] += factor * bias[bias.length === 1 ? 0 : o % bias.length];
}

/** The constant second input as [outputs][inputs]. */
function matrix(node: Node, context: LoweringContext, transposed: boolean, factor: number): FloatLinear {
  const data = context.constant(node, 1);
  const shape = context.graph.initializers.get(node.inputs[1])?.shape;
  if (data === undefined || shape === undefined)
    throw error("quantize-structure", node.name, "its second input is not constant");
  if (shape.length !== 2) throw error("quantize-structure", node.name, "its weights are not a matrix");
  const [rows, columns] = shape;
  if (transposed) {
    const weights = factor === 1 ? data : data.map((w) => w * factor);
    return { weights, bias: new Float32Array(rows) };
  }
  const weights = new Float32Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < columns; o++) weights[o * rows + i] = data[i * columns + o] * factor;
  return { weights, bias: new Float32Array(columns) };
}

function emitFullyConnected(node: Node, made: string, float: FloatLinear, context: LoweringContext): void {
  const input = context.tensorOf(node.inputs[0], node);
  const outFeatures = float.bias.length;
  const inFeatures = float.weights.length / outFeatures;
  const inShape = context.shapeOf(node.inputs[0], node);
  if (inShape.length !== 1 || inShape[0] !== inFeatures)
    throw error(
      "quantize-structure",
      node.name,
      `its input has shape (N, ${inShape.join(", ")}), not (N, ${inFeatures})`,
    );
  if (input.dtype === "int32")
    throw error("quantize-structure", node.name, "its input is the logits, which stay int32");

  let value = made;
  let activation = activations.none;
  const next = context.soleConsumer(value);
  if (next !== undefined && next.domain === "" && Object.hasOwn(activations, next.op)) {
    activation = activations[next.op];
    context.fused.add(next);
    value = next.outputs[0];
  }
  const last = value === context.logitsValue && activation === activations.none;
  const output = last
    ? context.accumulators(value, [outFeatures], 1)
    : context.activation(value, [outFeatures], activation === activations.Relu);
  const integers = quantizeLinear(node.name, float, input, output, activation, context.options.scales);
  if (last) output.scale = input.scale * integers.weightScale[0];
  context.layers.push({
    kind: "fully-connected",
    name: node.name,
    input: input.name,
    output: output.name,
    inFeatures,
    outFeatures,
    ...integers,
    activation: activation === activations.Relu ? "relu" : "none",
  });
}
