import { type Graph, runGraph } from "@matchmul/model";
import { firstOfBatch, imageInput, imageTensor } from "./calibrate.js";
import { quantizeInput } from "./quantize-input.js";
import type { QuantizedModel } from "./quantized-model.js";

/** Executes an int8 model on one image; `runInt8` of @matchmul/reference is one. */
export type Int8Run = (
  model: QuantizedModel,
  input: Int8Array,
  options: { tensors?: boolean },
) => { logits: Int32Array; tensors?: Record<string, ArrayLike<number>> };

/** How far a tensor's integers are from the float values they stand for. */
export interface TensorError {
  tensor: string;
  /** Signal to noise: 10 * log10(sum of x^2 / sum of error^2), in dB; Infinity where exact. */
  snrDb: number;
  /** Largest error, in the values' own unit. */
  largestError: number;
  /** Share of float values outside what the integers can stand for. */
  saturated: number;
}

/** Sums of one tensor's errors over samples. */
export class ErrorSum {
  #signal = 0;
  #noise = 0;
  #largest = 0;
  #saturated = 0;
  #count = 0;

  /** Adds an image's integers and the float values they stand for. */
  add(
    integers: ArrayLike<number>,
    values: ArrayLike<number>,
    { scale, zeroPoint, range }: { scale: number; zeroPoint: number; range: readonly [number, number] },
  ): void {
    const low = (range[0] - zeroPoint - 0.5) * scale;
    const high = (range[1] - zeroPoint + 0.5) * scale;
    for (let i = 0; i < integers.length; i++) {
      const x = values[i];
      const error = (integers[i] - zeroPoint) * scale - x;
      this.#signal += x * x;
      this.#noise += error * error;
      this.#largest = Math.max(this.#largest, Math.abs(error));
      if (x < low || x > high) this.#saturated++;
    }
    this.#count += integers.length;
  }

  result(tensor: string): TensorError {
    return {
      tensor,
      snrDb: this.#noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(this.#signal / this.#noise),
      largestError: this.#largest,
      saturated: this.#count === 0 ? 0 : this.#saturated / this.#count,
    };
  }
}

/**
 * Runs the float graph and the int8 model side by side and compares every tensor that has a float value of its name,
 * in execution order.
 * @param graph the graph the model was quantized from
 */
export function measureTensors(
  graph: Graph,
  model: QuantizedModel,
  samples: readonly ArrayLike<number>[],
  run: Int8Run,
): TensorError[] {
  const sums = new Map<string, ErrorSum>();
  const { name, batch } = imageInput(graph);
  for (const sample of samples) {
    const tensors = run(model, quantizeInput(model, sample), { tensors: true }).tensors ?? {};
    const compare = (value: string, floats: ArrayLike<number>): void => {
      if (!Object.hasOwn(tensors, value)) return;
      let sum = sums.get(value);
      if (sum === undefined) sums.set(value, (sum = new ErrorSum()));
      sum.add(tensors[value], floats, model.tensors[value]);
    };
    compare(name, sample);
    runGraph(graph, imageTensor(graph, sample), {
      onNode: (node, outputs) =>
        outputs.forEach((output, i) => {
          if (output !== undefined) compare(node.outputs[i], firstOfBatch(output, batch));
        }),
    });
  }
  return [...sums].map(([tensor, sum]) => sum.result(tensor));
}
