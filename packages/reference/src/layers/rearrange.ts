import type { RearrangeLayer } from "@matchmul/quantizer";
import { allocate } from "../requantize.js";
import type { Execute } from "./layer.js";

/** y[i] = x[indices[i]], or `fill` where the index is -1. */
export const executeRearrange: Execute<RearrangeLayer> = (layer, run) => {
  const x = run.input(layer.input);
  const { indices, fill } = layer;
  const out = allocate(run.tensor(layer.output), indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = indices[i] < 0 ? fill : x[indices[i]];
  run.values.set(layer.output, out);
};
