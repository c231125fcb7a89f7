/**
 * Scales are float32 numbers, as ONNX has them, so that a scale written anywhere is the scale that was used.
 */

/** Smaller magnitudes are taken for zero: their scale would leave the normal float32 numbers. */
const TINY = 1e-30;

export type ScaleKind = "arbitrary" | "power-of-two";

/**
 * The scale at which `magnitude` is the integer 127. A tensor that is always zero gets 1/127, as if it
 * reached 1. A power-of-two scale is the smallest that still holds the magnitude.
 */
export function symmetricScale(magnitude: number, kind: ScaleKind = "arbitrary"): number {
  const scale = (magnitude > TINY ? magnitude : 1) / 127;
  return kind === "power-of-two" ? 2 ** Math.ceil(Math.log2(scale)) : Math.fround(scale);
}
