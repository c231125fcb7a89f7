import type { FullyConnectedLayer } from "@matchmul/quantizer";
import { requantize } from "../requantize.js";
import type { Execute } from "./layer.js";

/** acc[o] = bias[o] + sum over i of weights[o][i] * x[i], in int32; then the requantization. */
export const executeFullyConnected: Execute<FullyConnectedLayer> = (layer, run) => {
  const { inFeatures, outFeatures, weights, bias } = layer;
  const x = run.input(layer.input);
  const accumulators = new Int32Array(outFeatures);
  for (let o = 0, row = 0; o < outFeatures; o++, row += inFeatures) {
    let sum = bias[o];
    for (let i = 0; i < inFeatures; i++) sum = (sum + weights[row + i] * x[i]) | 0;
    accumulators[o] = sum;
  }
  run.accumulators.set(layer.name, accumulators);
  run.values.set(layer.output, requantize(accumulators, layer.requantization, run.tensor(layer.output), 1));
};
