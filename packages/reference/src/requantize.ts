import type { ShiftLut } from "@matchmul/quantizer";

/** y = table[clamp(acc >> shift, low, low + 255) - low]; the rounding term is already in acc. */
export function requantize(accumulators: Int32Array, { shift, low, table }: ShiftLut): Int8Array {
  const out = new Int8Array(accumulators.length);
  const last = table.length - 1;
  for (let i = 0; i < accumulators.length; i++) {
    const index = (accumulators[i] >> shift) - low;
    out[i] = table[index < 0 ? 0 : index > last ? last : index];
  }
  return out;
}
