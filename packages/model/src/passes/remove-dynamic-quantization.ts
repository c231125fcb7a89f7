import type { Node } from "../graph.js";
import { centred } from "../kernels/quantization.js";
import { numberData, type Tensor } from "../tensor.js";
import { type GraphEditor, isOp, type Pass } from "./editor.js";

/**
 * Undoes dynamic quantization, whose scales are known only once an input is there, so that static scales can be
 * chosen: DynamicQuantizeLinear, MatMulInteger or ConvInteger with constant weights, Cast and the Mul by both scales
 * become MatMul or Conv with float weights. Results change by the rounding that goes away.
 */
export const removeDynamicQuantization: Pass = {
  name: "remove-dynamic-quantization",
  rewrite: (edit, node) => {
    if (!isOp(node, "Mul")) return false;
    for (const [value, scales] of [node.inputs, [...node.inputs].reverse()]) {
      const found = match(edit, value, scales);
      if (found === undefined) continue;
      const { product, cast, input, weights } = found;
      const float: Node = {
        ...product,
        op: product.op === "ConvInteger" ? "Conv" : "MatMul",
        inputs: [input, edit.define(`${product.inputs[1]}_float`, weights)],
        outputs: [...node.outputs],
      };
      edit.replace([product, cast, node], [float]);
      return true;
    }
    return false;
  },
};

/** The parts of (float)(q * w) * (scale of q * scale of w), where q is a dynamically quantized input. */
function match(edit: GraphEditor, value: string, scales: string) {
  const cast = edit.privateProducer(value, "Cast");
  const product = cast && edit.privateProducer(cast.inputs[0], "MatMulInteger", "ConvInteger");
  const quantize = product && edit.producer(product.inputs[0]);
  if (cast === undefined || product === undefined || quantize === undefined) return undefined;
  if (!isOp(quantize, "DynamicQuantizeLinear") || product.inputs[2] !== quantize.outputs[2]) return undefined;
  const both = edit.producer(scales);
  if (both === undefined || !isOp(both, "Mul")) return undefined;
  const other = both.inputs.find((name) => name !== quantize.outputs[1]);
  const scale = both.inputs.includes(quantize.outputs[1]) ? edit.constant(other) : undefined;
  const weights = edit.constant(product.inputs[1]);
  if (scale === undefined || weights === undefined) return undefined;
  const dequantized = dequantize(edit, product, weights, scale);
  return dequantized && { product, cast, input: quantize.inputs[0], weights: dequantized };
}

/** (w - zero point) * scale, with one scale for all or one per output: the last dimension of a matrix, the first of a kernel. */
function dequantize(edit: GraphEditor, product: Node, w: Tensor, scale: Tensor): Tensor | undefined {
  const hasZero = (product.inputs[3] ?? "") !== "";
  const zero = edit.constant(product.inputs[3]);
  if (hasZero && zero === undefined) return undefined;
  const isConv = product.op === "ConvInteger";
  const outputs = isConv ? w.shape[0] : w.shape[w.shape.length - 1];
  const perOutput = w.shape.map((d, i) => (i === (isConv ? 0 : w.shape.length - 1) ? d : 1));
  const factors = numberData(scale);
  if (factors.length !== 1 && factors.length !== outputs) return undefined;
  if (zero !== undefined && zero.data.length !== 1 && zero.data.length !== outputs) return undefined;
  const data = centred(w, zero, perOutput);
  const inner = isConv ? data.length / outputs : 1;
  for (let i = 0; i < data.length; i++)
    data[i] *= factors.length === 1 ? factors[0] : factors[Math.floor(i / inner) % outputs];
  return { dtype: "float32", shape: w.shape, data };
}
