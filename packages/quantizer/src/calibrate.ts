import { type NdArray, noProgress, type Progress } from "@matchmul/common";
import { type Graph, numberData, runGraph, type Tensor, tensor } from "@matchmul/model";
import { type Calibration, type CalibrationOptions, checkCalibrationOptions } from "./calibration.js";
import { error } from "./errors.js";
import { elementCount } from "./quantize-input.js";
import { TensorStatistics } from "./statistics.js";

/** The graph's one input: its name, its shape without the batch, and the batch a fixed shape demands. */
export function imageInput(graph: Graph): { name: string; shape: number[]; batch: number } {
  if (graph.inputs.length !== 1)
    throw error(
      "quantize-structure",
      graph.name,
      `the graph has ${graph.inputs.length} inputs instead of one image`,
    );
  const [{ name, shape }] = graph.inputs;
  const image = shape?.slice(1);
  if (shape === undefined || image === undefined || !image.every((d): d is number => typeof d === "number"))
    throw error("quantize-structure", graph.name, `the shape of input ${name} is not known`);
  return { name, shape: image, batch: typeof shape[0] === "number" ? shape[0] : 1 };
}

/**
 * Splits an archive's array (N, ...input shape) into single images.
 * @throws MatchMulError calibration-shape
 */
export function samplesOf(graph: Graph, images: NdArray): Float32Array[] {
  const { shape } = imageInput(graph);
  const fits = images.shape.length === shape.length + 1 && shape.every((d, i) => d === images.shape[i + 1]);
  if (!fits) throw error("calibration-shape", shape, images.shape);
  const length = elementCount(shape);
  return Array.from({ length: images.shape[0] }, (_, n) =>
    Float32Array.from(images.data.subarray(n * length, (n + 1) * length)),
  );
}

/** One image as the graph's input tensor; a graph with a fixed batch gets it that many times. */
export function imageTensor(graph: Graph, sample: ArrayLike<number>): Record<string, Tensor> {
  const { name, shape, batch } = imageInput(graph);
  const length = elementCount(shape);
  const data = new Float32Array(batch * length);
  for (let n = 0; n < batch; n++) data.set(sample, n * length);
  return { [name]: tensor([batch, ...shape], data) };
}

/** The part of a batched tensor that belongs to the first image. */
export function firstOfBatch(value: Tensor, batch: number): ArrayLike<number> {
  const data = numberData(value);
  return batch > 1 && value.shape[0] === batch ? data.subarray(0, data.length / batch) : data;
}

/**
 * Runs the float graph on each sample and keeps the statistics of every value.
 * @param samples images as the graph takes them: channels first, without the batch dimension
 * @throws MatchMulError calibration-empty, calibration-shape, calibration-not-finite, calibration-percentile,
 *   quantize-option, quantize-structure
 */
export function calibrate(
  graph: Graph,
  samples: readonly ArrayLike<number>[],
  options: CalibrationOptions = {},
  progress: Progress = noProgress,
): Calibration {
  const checked = checkCalibrationOptions(options);
  if (samples.length === 0) throw error("calibration-empty");
  const { name, shape, batch } = imageInput(graph);
  const statistics = new Map<string, TensorStatistics>();
  const observe = (
    value: string,
    data: ArrayLike<number>,
    valueShape: readonly number[],
    sample: number,
    what: string,
  ) => {
    let entry = statistics.get(value);
    if (entry === undefined) statistics.set(value, (entry = new TensorStatistics()));
    if (!entry.add(data, valueShape[1] ?? 1)) throw error("calibration-not-finite", what, sample);
  };
  for (const [n, sample] of samples.entries()) {
    progress.update("calibrate", n, samples.length);
    if (sample.length !== elementCount(shape)) throw error("calibration-shape", shape, ["N", sample.length]);
    observe(name, sample, [1, ...shape], n, `input ${name}`);
    runGraph(graph, imageTensor(graph, sample), {
      onNode: (node, outputs) =>
        outputs.forEach((output, i) => {
          if (node.outputs[i] === "" || output === undefined) return;
          const what = `value ${node.outputs[i]} (${node.op})`;
          observe(node.outputs[i], firstOfBatch(output, batch), output.shape, n, what);
        }),
    });
  }
  progress.update("calibrate", samples.length, samples.length);
  return { options: checked, samples: samples.length, statistics };
}
