import type { ConcatLayer, RearrangeLayer } from "@matchmul/quantizer";
import { type Call, lengthOf, type Preparation, type Prepared, tensorOf } from "./prepared.js";

export function prepareConcat(layer: ConcatLayer, preparation: Preparation): Prepared {
  const { addresses } = preparation;
  const { shape } = tensorOf(layer.output, preparation);
  const outer = shape.slice(0, layer.axis).reduce((a, b) => a * b, 1);
  const row = lengthOf(layer.output, preparation) / outer;
  let to = addresses.get(layer.output)!;
  const calls = layer.inputs.map((name): Call => {
    const block = lengthOf(name, preparation) / outer;
    const call: Call = ["copy_rows", addresses.get(name)!, to, outer, block, row];
    to += block;
    return call;
  });
  return { initialise: () => {}, calls };
}

export function prepareRearrange(layer: RearrangeLayer, preparation: Preparation): Prepared {
  const { arena, addresses } = preparation;
  const { indices, fill } = layer;
  const list = arena.take(4 * indices.length);
  const filler = arena.take(1);
  const from = addresses.get(layer.input)!;
  return {
    initialise: ({ int8, int32 }) => {
      int8[filler] = fill;
      for (let i = 0; i < indices.length; i++)
        int32[list / 4 + i] = indices[i] < 0 ? filler : from + indices[i];
    },
    calls: [["gather", addresses.get(layer.output)!, indices.length, list]],
  };
}
