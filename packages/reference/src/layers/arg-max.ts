import type { ArgMaxLayer } from "@matchmul/quantizer";
import type { Execute, Integers } from "./layer.js";

/** Index of the largest value, the lowest such index on a tie. */
export function argMax(values: Integers): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

export const executeArgMax: Execute<ArgMaxLayer> = (layer, run) => {
  run.values.set(layer.output, Int32Array.of(argMax(run.input(layer.input))));
};
