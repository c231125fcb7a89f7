/** The largest |x| of a tensor with this range. */
export function largestInput(range: readonly [number, number]): number {
  return Math.max(Math.abs(range[0]), Math.abs(range[1]));
}

/**
 * Per output, |bias| + sum of |weight| * max |x|: no partial sum, in whatever order the products are added, is
 * larger in magnitude. Exact in doubles for fewer than 2^37 weights an output; it may exceed int32, which is
 * for the caller to refuse.
 * @param weights row major [outputs][weights per output]
 */
export function accumulatorBounds(
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
  inputRange: readonly [number, number],
): Float64Array {
  const outputs = bias.length;
  const perOutput = outputs === 0 ? 0 : weights.length / outputs;
  const largest = largestInput(inputRange);
  const bounds = new Float64Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = o * perOutput, end = i + perOutput; i < end; i++) sum += Math.abs(weights[i]);
    bounds[o] = Math.abs(bias[o]) + sum * largest;
  }
  return bounds;
}

export const INT32_MAX = 2 ** 31 - 1;
