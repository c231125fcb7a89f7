import type { Requantization } from "@matchmul/quantizer";
import type { Call, Preparation, Prepared } from "./prepared.js";

/** Accumulators of channels one after another, each channel's beginning `stride` bytes after the last one's. */
export interface Accumulators {
  address: number;
  channels: number;
  perChannel: number;
  stride: number;
}

/** Prepares the way from a layer's accumulators to its output tensor. */
export function prepareRequantization(
  acc: Accumulators,
  requantization: Requantization | null,
  output: string,
  preparation: Preparation,
): Prepared {
  const to = preparation.addresses.get(output)!;
  const { channels, perChannel } = acc;
  /** One call per channel, or one for all where channels are alike and lie together. */
  const overChannels = (
    alike: boolean,
    size: number,
    call: (from: number, to: number, count: number, c: number) => Call,
  ): Call[] =>
    alike && acc.stride === 4 * perChannel
      ? [call(acc.address, to, channels * perChannel, 0)]
      : Array.from({ length: channels }, (_, c) =>
          call(acc.address + c * acc.stride, to + c * perChannel * size, perChannel, c),
        );
  if (requantization === null)
    return {
      initialise: () => {},
      calls: overChannels(true, 4, (from, out, n) => ["copy_rows", from, out, 1, 4 * n, 0]),
    };
  if (requantization.kind === "threshold") {
    const { thresholds, count, lowest } = requantization;
    const rows = count === 0 ? 1 : thresholds.length / count;
    // A row is filled up to 2^k - 1 thresholds, so that k halvings find the output.
    const half = count === 0 ? 1 : 2 ** Math.floor(Math.log2(count));
    const rowBytes = 8 * half;
    const table = preparation.arena.take(rows * rowBytes);
    return {
      initialise: ({ int32 }) => {
        for (let r = 0; r < rows; r++) {
          const at = (table + r * rowBytes) / 4;
          int32.fill(2 ** 31 - 1, at, at + 2 * half);
          int32.set(thresholds.subarray(r * count, (r + 1) * count), at);
        }
      },
      calls: overChannels(rows === 1, 1, (from, out, n, c) => {
        const row = table + (rows === 1 ? 0 : c * rowBytes);
        return ["threshold", from, out, n, lowest, row, 4 * half];
      }),
    };
  }
  const { low } = requantization;
  const [entries, shifts] =
    requantization.kind === "shift-lut"
      ? [requantization.table, undefined]
      : [requantization.tables, requantization.shifts];
  const table = preparation.arena.take(entries.length);
  return {
    initialise: ({ int8 }) => {
      int8.set(entries, table);
    },
    calls: overChannels(shifts === undefined, 1, (from, out, n, c) =>
      requantization.kind === "shift-lut"
        ? ["shift_lut", from, out, n, requantization.shift, low, table]
        : ["shift_lut", from, out, n, requantization.shifts[c], low, table + 256 * c],
    ),
  };
}
