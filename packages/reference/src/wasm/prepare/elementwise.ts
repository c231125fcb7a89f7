import type { AddLayer, LookupLayer } from "@matchmul/quantizer";
import { lengthOf, type Preparation, type Prepared, signOf } from "./prepared.js";
import { prepareRequantization } from "./requantization.js";

export function prepareAdd(layer: AddLayer, preparation: Preparation): Prepared {
  const { arena, addresses } = preparation;
  const length = lengthOf(layer.output, preparation);
  const address = arena.take(4 * length);
  const [a, b] = layer.inputs;
  const requantization = prepareRequantization(
    { address, channels: 1, perChannel: length, stride: 4 * length },
    layer.requantization,
    layer.output,
    preparation,
  );
  return {
    initialise: requantization.initialise,
    calls: [
      [
        `sum_${signOf(a, preparation)}${signOf(b, preparation)}`,
        address,
        length,
        addresses.get(a)!,
        addresses.get(b)!,
        ...layer.multipliers,
        layer.bias,
      ],
      ...requantization.calls,
    ],
  };
}

export function prepareLookup(layer: LookupLayer, preparation: Preparation): Prepared {
  const { arena, addresses } = preparation;
  const table = arena.take(256);
  // The kernel takes every byte as unsigned, so the entries of negative inputs come last.
  const first = signOf(layer.input, preparation) === "s" ? 128 : 0;
  return {
    initialise: ({ uint8 }) => {
      for (let i = 0; i < 256; i++) uint8[table + i] = layer.table[(i + first) & 255];
    },
    calls: [
      [
        "lookup",
        addresses.get(layer.output)!,
        lengthOf(layer.output, preparation),
        addresses.get(layer.input)!,
        table,
      ],
    ],
  };
}
