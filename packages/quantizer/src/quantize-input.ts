import { error } from "./errors.js";
import { roundHalfEven } from "./exact.js";
import type { Preprocessing, QuantizedModel, QuantizedTensor } from "./quantized-model.js";

/** Number of elements of a shape without its batch dimension. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/**
 * q = clamp(roundHalfEven(float32(x / scale)) + zeroPoint, range): ONNX QuantizeLinear in float32, clamped to the
 * tensor's range instead of its data type's.
 */
export function quantizeValues(
  values: ArrayLike<number>,
  tensor: QuantizedTensor,
  out: Int8Array | Uint8Array,
) {
  const [low, high] = tensor.range;
  const scale = Math.fround(tensor.scale);
  for (let i = 0; i < values.length; i++) {
    const x = Math.fround(values[i]);
    if (!Number.isFinite(x)) throw error("input-not-finite", i);
    const q = roundHalfEven(Math.fround(x / scale)) + tensor.zeroPoint;
    out[i] = q < low ? low : q > high ? high : q;
  }
}

function preprocessed(image: ArrayLike<number>, preprocessing: Preprocessing | undefined): ArrayLike<number> {
  if (preprocessing === undefined) return image;
  const { offset, scale } = preprocessing;
  const at = (list: readonly number[], i: number) => Math.fround(list[i % list.length]);
  return Float32Array.from(image, (x, i) => Math.fround(Math.fround(x) - at(offset, i)) * at(scale, i));
}

/**
 * A float image (channels first, no batch dimension) as the int8 model's input, exactly as docs/arithmetic.md says.
 * For a model whose input is uint8 the bytes are the uint8 values: use `new Uint8Array(result.buffer)`.
 * @throws MatchMulError input-shape, input-not-finite
 */
export function quantizeInput(model: QuantizedModel, image: ArrayLike<number>): Int8Array {
  const tensor = model.tensors[model.input];
  const expected = elementCount(tensor.shape);
  if (image.length !== expected) throw error("input-shape", expected, image.length);
  const out = new Int8Array(expected);
  quantizeValues(
    preprocessed(image, model.preprocessing),
    tensor,
    tensor.dtype === "uint8" ? new Uint8Array(out.buffer) : out,
  );
  return out;
}
