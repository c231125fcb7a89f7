import type { LookupLayer } from "@matchmul/quantizer";
import { allocate } from "../requantize.js";
import type { Execute } from "./layer.js";

/** y = table[x - smallest value of x's data type]. */
export const executeLookup: Execute<LookupLayer> = (layer, run) => {
  const x = run.input(layer.input);
  const offset = run.tensor(layer.input).dtype === "int8" ? 128 : 0;
  const out = allocate(run.tensor(layer.output), x.length);
  for (let i = 0; i < x.length; i++) out[i] = layer.table[x[i] + offset];
  run.values.set(layer.output, out);
};
