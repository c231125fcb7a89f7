import type { QuantizedModel } from "@matchmul/quantizer";

/**
 * The int8 model once more, as directly from docs/arithmetic.md as can be: bigint, one element at a time, no
 * typed-array wrap-around to lean on. Shares nothing with the executor.
 */
export function naiveInt8(model: QuantizedModel, input: ArrayLike<number>): Map<string, bigint[]> {
  const values = new Map<string, bigint[]>([[model.input, Array.from(input, (v) => BigInt(v))]]);
  for (const layer of model.layers) {
    const x = values.get(layer.input)!;
    if (layer.kind === "arg-max") {
      const largest = x.reduce((a, b) => (b > a ? b : a));
      values.set(layer.output, [BigInt(x.indexOf(largest))]);
      continue;
    }
    const y: bigint[] = [];
    for (let o = 0; o < layer.outFeatures; o++) {
      let acc = BigInt(layer.bias[o]);
      for (let i = 0; i < layer.inFeatures; i++)
        acc += BigInt(layer.weights[o * layer.inFeatures + i]) * x[i];
      if (layer.requantization !== null) {
        const { shift, low, table } = layer.requantization;
        // Floor division is the arithmetic shift.
        const divisor = 2n ** BigInt(shift);
        let index = (acc - (((acc % divisor) + divisor) % divisor)) / divisor;
        const lowest = BigInt(low);
        if (index < lowest) index = lowest;
        if (index > lowest + 255n) index = lowest + 255n;
        acc = BigInt(table[Number(index - lowest)]);
      }
      y.push(acc);
    }
    values.set(layer.output, y);
  }
  return values;
}
