import { type Graph, numberData, runGraph, tensor } from "@matchmul/model";
import { type QuantizedModel, quantizeInput } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import type { Samples } from "./sources.js";

/** The class of logits: the first largest; of a single logit, 1 where it is positive. */
export function classOf(logits: ArrayLike<number>): number {
  if (logits.length === 1) return logits[0] > 0 ? 1 : 0;
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}

/** Logits of the float graph. */
export function floatLogits(graph: Graph, values: Float32Array): Float32Array {
  const [{ name, shape }] = graph.inputs;
  const input = tensor([1, ...(shape!.slice(1) as number[])], values);
  return Float32Array.from(numberData(runGraph(graph, { [name]: input })[graph.outputs[0].name]));
}

/** Logits of the int8 model, as integers. */
export const int8Logits = (model: QuantizedModel, values: Float32Array): Int32Array =>
  runInt8(model, quantizeInput(model, values)).logits;

export interface Measured {
  count: number;
  /** Samples with the right class; undefined without labels. */
  floatRight?: number;
  int8Right?: number;
  /** Samples whose class is the same in float and at int8. */
  same: number;
  /** Signal to noise of all logits together, in dB. */
  snrDb: number;
}

/** Compares the int8 model with the float graph on labelled samples. */
export function measure(graph: Graph, model: QuantizedModel, samples: Samples): Measured {
  const { scale } = model.tensors[model.logits];
  const { values, labels } = samples;
  const [float, int8]: number[][] = [[], []];
  let [signal, noise] = [0, 0];
  for (const sample of values) {
    const exact = floatLogits(graph, sample);
    const integers = int8Logits(model, sample);
    exact.forEach((x, k) => {
      signal += x * x;
      noise += (integers[k] * scale - x) ** 2;
    });
    float.push(classOf(exact));
    int8.push(classOf(integers));
  }
  const right = (classes: number[]) => classes.filter((c, i) => c === labels?.[i]).length;
  return {
    count: values.length,
    ...(labels && { floatRight: right(float), int8Right: right(int8) }),
    same: int8.filter((c, i) => c === float[i]).length,
    snrDb: 10 * Math.log10(signal / noise),
  };
}
