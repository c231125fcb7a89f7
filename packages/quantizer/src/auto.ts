import { noProgress, type Progress } from "@matchmul/common";
import { type Graph, runGraph } from "@matchmul/model";
import { calibrate, firstOfBatch, imageInput, imageTensor } from "./calibrate.js";
import { type Calibration, type CalibrationOptions, recalibrate } from "./calibration.js";
import { equalise } from "./equalise.js";
import { findLogits } from "./lower/head.js";
import type { LoweringOptions } from "./lower/options.js";
import { ErrorSum, type Int8Run } from "./measure.js";
import { type QuantizationReport, type QuantizeOptions, quantize } from "./quantize.js";
import { quantizeInput } from "./quantize-input.js";
import type { QuantizedModel } from "./quantized-model.js";

/** One way to quantize. */
export interface Recipe extends CalibrationOptions, Partial<LoweringOptions> {
  equalise?: boolean;
}

/** What a recipe reached on the calibration samples. */
export interface Trial {
  recipe: Recipe;
  /** Of the logits, each image's mean taken out, since only differences decide the class. */
  snrDb: number;
  /** Share of samples whose class is the float graph's. */
  agreement: number;
}

/** The recipes tried unless others are given: those a switch serves at equal cost. */
export const defaultRecipes: readonly Recipe[] = (
  ["min-max", "mse", "entropy", "percentile"] as const
).flatMap((method) => [
  { method },
  { method, biasCorrection: true },
  { method, equalise: true },
  { method, equalise: true, biasCorrection: true },
]);

export interface AutoOptions extends QuantizeOptions {
  recipes?: readonly Recipe[];
  /** Samples the trials are measured on, taken evenly from all; default 100. */
  measured?: number;
  progress?: Progress;
  /** Called after each trial with the model it made. */
  onTrial?: (trial: Trial, model: QuantizedModel) => void;
}

/**
 * Quantizes by every recipe and keeps the model whose logits are closest to the float graph's, by signal to noise on
 * the calibration samples.
 * @param run executes an int8 model; `runInt8` of @matchmul/reference
 * @returns the best model, the graph it was quantized from, and all trials, best first
 */
export function quantizeAutomatically(
  graph: Graph,
  samples: readonly ArrayLike<number>[],
  run: Int8Run,
  options: AutoOptions = {},
): { model: QuantizedModel; report: QuantizationReport; graph: Graph; trials: Trial[] } {
  const { recipes = defaultRecipes, measured = 100, progress = noProgress, onTrial, ...fixed } = options;
  const every = Math.max(1, Math.floor(samples.length / measured));
  const chosen = samples.filter((_, i) => i % every === 0).slice(0, measured);
  const expected = floatLogits(graph, chosen);
  const calibrations = new Map<boolean, { graph: Graph; calibration: Calibration }>();
  const calibrated = (equal: boolean) => {
    let entry = calibrations.get(equal);
    if (entry === undefined) {
      const source = equal ? equalise(graph) : graph;
      entry = { graph: source, calibration: calibrate(source, samples, {}, progress) };
      calibrations.set(equal, entry);
    }
    return entry;
  };
  let best: { model: QuantizedModel; report: QuantizationReport; graph: Graph; trial: Trial } | undefined;
  const trials: Trial[] = [];
  for (const [i, recipe] of recipes.entries()) {
    progress.update("choose", i, recipes.length);
    const { equalise: equal = false, method, percentile, ...lowering } = recipe;
    const source = calibrated(equal);
    const made = quantize(source.graph, recalibrate(source.calibration, { method, percentile }), {
      ...lowering,
      ...fixed,
    });
    const trial = { recipe, ...judge(made.model, chosen, expected, run) };
    trials.push(trial);
    onTrial?.(trial, made.model);
    if (best === undefined || trial.snrDb > best.trial.snrDb) best = { ...made, graph: source.graph, trial };
  }
  progress.update("choose", recipes.length, recipes.length);
  trials.sort((a, b) => b.snrDb - a.snrDb);
  const { model, report, graph: source } = best!;
  return { model, report, graph: source, trials };
}

function floatLogits(graph: Graph, samples: readonly ArrayLike<number>[]): Float32Array[] {
  const { value } = findLogits(graph);
  const { batch } = imageInput(graph);
  return samples.map((sample) => {
    let logits = new Float32Array(0);
    runGraph(graph, imageTensor(graph, sample), {
      onNode: (node, outputs) => {
        const k = node.outputs.indexOf(value);
        if (k !== -1) logits = Float32Array.from(firstOfBatch(outputs[k], batch));
      },
    });
    return logits;
  });
}

function judge(
  model: QuantizedModel,
  samples: readonly ArrayLike<number>[],
  expected: readonly Float32Array[],
  run: Int8Run,
): { snrDb: number; agreement: number } {
  const sum = new ErrorSum();
  let agreed = 0;
  const tensor = model.tensors[model.logits];
  for (const [n, sample] of samples.entries()) {
    const integers = run(model, quantizeInput(model, sample), {}).logits;
    const real = Array.from(integers, (q) => (q - tensor.zeroPoint) * tensor.scale);
    sum.add(centred(real), centred(expected[n]), { scale: 1, zeroPoint: 0, range: [-Infinity, Infinity] });
    if (indexOfLargest(real) === indexOfLargest(expected[n])) agreed++;
  }
  return { snrDb: sum.result("logits").snrDb, agreement: agreed / samples.length };
}

function centred(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return list.map((v) => v - mean);
}

function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
