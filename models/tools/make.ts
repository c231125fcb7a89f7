import type { Graph } from "@matchmul/model";
import {
  type Calibration,
  calibrate,
  type QuantizedModel,
  quantize,
  TensorStatistics,
} from "@matchmul/quantizer";
import { shortNames } from "./short-names.js";
import type { Samples } from "./sources.js";

/** The largest magnitude of an input whose scale is to be 1/128: 127 of them. */
const BYTE_RANGE = 127 / 128;

/**
 * Quantizes as the switches compute it: one scale for a layer's weights, and one shift and one table for its
 * requantization, after which ReLU leaves 0 to 127. Ranges by least squared error, biases corrected; both cost a
 * switch nothing.
 */
export function makeInt8(
  graph: Graph,
  name: string,
  calibrationSamples: Samples,
  byteInput: boolean,
): QuantizedModel {
  const calibration = calibrate(graph, calibrationSamples.values, { method: "mse" });
  if (byteInput) setByteRange(graph, calibration);
  const { model } = quantize(graph, calibration, {
    name,
    weights: "per-tensor",
    requantization: "shift-lut",
    biasCorrection: true,
  });
  const input = model.tensors[model.input];
  if (byteInput && input.scale !== 1 / 128) throw new Error(`the input's scale is ${input.scale}, not 1/128`);
  return shortNames(model);
}

/** Replaces what calibration saw of the input by its range; the means, which bias correction reads, stay. */
function setByteRange(graph: Graph, calibration: Calibration): void {
  const [{ name }] = graph.inputs;
  const seen = calibration.statistics.get(name)!;
  const range = new TensorStatistics();
  range.add([-BYTE_RANGE, BYTE_RANGE]);
  range.channelSums = seen.channelMeans.map((mean) => (mean * range.count) / seen.channelMeans.length);
  calibration.statistics.set(name, range);
}
