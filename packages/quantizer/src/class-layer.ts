import { elementCount } from "./quantize-input.js";
import type { QuantizedModel } from "./quantized-model.js";

/** Ends a model with the class of its logits. */
export function appendArgMax(model: QuantizedModel, tensor: string, layer: string): void {
  model.tensors[tensor] = {
    name: tensor,
    shape: [1],
    dtype: "int32",
    scale: 1,
    zeroPoint: 0,
    range: [0, elementCount(model.tensors[model.logits].shape) - 1],
  };
  model.layers.push({ kind: "arg-max", name: layer, input: model.logits, output: tensor });
}
