import type { QuantizedTensor, Requantization } from "../quantized-model.js";
import { type Context, INT32, isInteger, isRecord } from "./context.js";

/**
 * Checks a requantization against the tensor it makes.
 * @param channels output channels that may have their own tables
 * @param allowed the kinds the layer may have
 */
export function checkRequantization(
  value: unknown,
  output: QuantizedTensor,
  channels: number,
  allowed: readonly Requantization["kind"][],
  context: Context,
): void {
  if (value === null) {
    if (output.dtype !== "int32") throw context.fail("it has no requantization, but its output is not int32");
    return;
  }
  if (!isRecord(value) || !allowed.includes(value.kind as Requantization["kind"]))
    throw context.fail("its requantization is of no kind it may have");
  const requantization = value as unknown as Requantization;
  if (requantization.kind === "threshold") checkThreshold(requantization, output, channels, context);
  else checkShift(requantization, output, channels, context);
}

function checkShift(
  requantization: Exclude<Requantization, { kind: "threshold" }>,
  output: QuantizedTensor,
  channels: number,
  context: Context,
): void {
  const { low } = requantization;
  if (output.dtype !== "int8")
    throw context.fail("its requantization gives int8, but its output is not int8");
  if (requantization.kind === "shift-lut") {
    if (!isInteger(requantization.shift, 0, 31))
      throw context.fail(`its shift ${String(requantization.shift)} is not 0 to 31`);
  } else {
    const { shifts } = requantization;
    if (!(shifts instanceof Int32Array) || shifts.length !== channels || shifts.some((v) => v < 0 || v > 31))
      throw context.fail("its shifts are not one per channel, each 0 to 31");
  }
  if (!isInteger(low, INT32[0], INT32[1] - 255))
    throw context.fail(`its lowest index ${String(low)} is not int32`);
  const [entries, length] =
    requantization.kind === "shift-lut"
      ? [requantization.table, 256]
      : [requantization.tables, 256 * channels];
  if (!(entries instanceof Int8Array) || entries.length !== length)
    throw context.fail(`its requantization table has not ${length} int8 entries`);
  if (entries.some((y) => y < output.range[0] || y > output.range[1]))
    throw context.fail("its requantization table leaves the output's range");
}

function checkThreshold(
  requantization: Extract<Requantization, { kind: "threshold" }>,
  output: QuantizedTensor,
  channels: number,
  context: Context,
): void {
  const { lowest, count, thresholds } = requantization;
  if (output.dtype === "int32") throw context.fail("it has a requantization, but its output is int32");
  if (!isInteger(count, 0, 255)) throw context.fail(`its ${String(count)} thresholds are not 0 to 255`);
  if (!isInteger(lowest, output.range[0], output.range[1] - count))
    throw context.fail("its thresholds leave the output's range");
  if (!(thresholds instanceof Int32Array)) throw context.fail("its thresholds are not int32");
  if (thresholds.length !== count && thresholds.length !== count * channels)
    throw context.fail(`it has ${thresholds.length} thresholds, not one row or one per channel`);
  for (let i = 1; i < thresholds.length; i++)
    if (i % count !== 0 && thresholds[i] < thresholds[i - 1])
      throw context.fail("its thresholds decrease within a row");
}
