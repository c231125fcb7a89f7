import type { AddLayer } from "@matchmul/quantizer";
import { requantize } from "../requantize.js";
import type { Execute } from "./layer.js";

/** acc = bias + multipliers[0] * a + multipliers[1] * b. */
export const executeAdd: Execute<AddLayer> = (layer, run) => {
  const [a, b] = layer.inputs.map((name) => run.input(name));
  const [m, n] = layer.multipliers;
  const accumulators = new Int32Array(a.length);
  for (let i = 0; i < a.length; i++) accumulators[i] = layer.bias + Math.imul(m, a[i]) + Math.imul(n, b[i]);
  run.accumulators.set(layer.name, accumulators);
  run.values.set(
    layer.output,
    requantize(accumulators, layer.requantization, run.tensor(layer.output), a.length),
  );
};
