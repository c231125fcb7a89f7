import type { ConcatLayer } from "@matchmul/quantizer";
import { allocate } from "../requantize.js";
import type { Execute } from "./layer.js";

/** The inputs' blocks along the axis, one after another, for every position of the axes before it. */
export const executeConcat: Execute<ConcatLayer> = (layer, run) => {
  const output = run.tensor(layer.output);
  const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
  const out = allocate(output, size(output.shape));
  const outer = size(output.shape.slice(0, layer.axis));
  const parts = layer.inputs.map((name) => run.input(name));
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (const part of parts) {
      const block = part.length / outer;
      out.set(part.subarray(o * block, (o + 1) * block), at);
      at += block;
    }
  run.values.set(layer.output, out);
};
