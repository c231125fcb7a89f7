import type { QuantizedTensor, Requantization } from "@matchmul/quantizer";
import type { Integers } from "./layers/layer.js";

/** A zeroed array for a tensor's integers. */
export function allocate({ dtype }: Pick<QuantizedTensor, "dtype">, length: number): Integers {
  return dtype === "int8"
    ? new Int8Array(length)
    : dtype === "uint8"
      ? new Uint8Array(length)
      : new Int32Array(length);
}

/**
 * A layer's output from its accumulators, as docs/arithmetic.md defines each kind of requantization; the
 * accumulators themselves where there is none.
 * @param perChannel accumulators of one channel, which lie together
 */
export function requantize(
  accumulators: Int32Array,
  requantization: Requantization | null,
  output: QuantizedTensor,
  perChannel: number,
): Integers {
  if (requantization === null) return accumulators;
  const out = allocate(output, accumulators.length);
  const channels = accumulators.length / perChannel;
  for (let c = 0; c < channels; c++) {
    const from = c * perChannel;
    if (requantization.kind === "threshold") {
      const { thresholds, count, lowest } = requantization;
      const row = thresholds.length === count ? 0 : c * count;
      for (let i = from; i < from + perChannel; i++)
        out[i] = lowest + notAbove(thresholds, row, count, accumulators[i]);
    } else {
      const [table, row, shift] =
        requantization.kind === "shift-lut"
          ? [requantization.table, 0, requantization.shift]
          : [requantization.tables, c * 256, requantization.shifts[c]];
      const { low } = requantization;
      for (let i = from; i < from + perChannel; i++) {
        const index = (accumulators[i] >> shift) - low;
        out[i] = table[row + (index < 0 ? 0 : index > 255 ? 255 : index)];
      }
    }
  }
  return out;
}

/** How many of the `count` ascending thresholds from `row` on are not above the value: a binary search. */
function notAbove(thresholds: Int32Array, row: number, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[row + middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
