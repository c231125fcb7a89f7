import type { Graph } from "@matchmul/model";
import { type Int8Run, measureTensors, type TensorError } from "./measure.js";
import type { QuantizedModel } from "./quantized-model.js";

/** What the quantizer chose for one layer. */
export interface LayerReport {
  name: string;
  kind: string;
  /** Scale of the layer's output; for logits, of the accumulators. */
  outputScale: number;
  /** Real values the output can stand for. */
  outputRange: [min: number, max: number];
  /** One, or one per output. */
  weightScale?: number[];
  activation?: string;
  /** The kind of requantization; undefined where there is none. */
  requantization?: string;
  /** The requantization's shift; of shifts per channel the largest. */
  shift?: number;
  /** Largest accumulator any input can cause; less than 2^31. */
  accumulatorBound?: number;
  /** How far the output is from the float graph's, where that was measured. */
  error?: Omit<TensorError, "tensor">;
}

const largest = (values: ArrayLike<number>): number => {
  let most = values[0];
  for (let i = 1; i < values.length; i++) most = Math.max(most, values[i]);
  return most;
};

/** The facts of each layer that a person wants to see, in execution order. */
export function reportLayers(model: QuantizedModel): LayerReport[] {
  return model.layers.map((layer) => {
    const output = model.tensors[layer.output];
    const report: LayerReport = {
      name: layer.name,
      kind: layer.kind,
      outputScale: output.scale,
      outputRange: [
        (output.range[0] - output.zeroPoint) * output.scale,
        (output.range[1] - output.zeroPoint) * output.scale,
      ],
    };
    if ("weightScale" in layer) report.weightScale = layer.weightScale;
    if ("activation" in layer) report.activation = layer.activation;
    if ("requantization" in layer && layer.requantization !== null) {
      const { requantization } = layer;
      report.requantization = requantization.kind;
      if (requantization.kind === "shift-lut") report.shift = requantization.shift;
      if (requantization.kind === "channel-shift-lut") report.shift = largest(requantization.shifts);
    }
    if ("accumulatorBound" in layer && layer.accumulatorBound !== undefined)
      report.accumulatorBound =
        typeof layer.accumulatorBound === "number" ? layer.accumulatorBound : largest(layer.accumulatorBound);
    return report;
  });
}

/**
 * As reportLayers, with each output's measured error against the float graph's value of the same name: signal to
 * noise, largest error, share of saturated values.
 * @param graph the graph the model was quantized from
 * @param run executes the model; `runInt8` of @matchmul/reference
 */
export function measureLayers(
  graph: Graph,
  model: QuantizedModel,
  samples: readonly ArrayLike<number>[],
  run: Int8Run,
): LayerReport[] {
  const errors = new Map(
    measureTensors(graph, model, samples, run).map(({ tensor, ...error }) => [tensor, error]),
  );
  return reportLayers(model).map((report, i) => {
    const error = errors.get(model.layers[i].output);
    return error === undefined ? report : { ...report, error };
  });
}
