export { accumulatorBounds } from "./accumulator.js";
export { type AutoOptions, defaultRecipes, quantizeAutomatically, type Recipe, type Trial } from "./auto.js";
export { calibrate, samplesOf } from "./calibrate.js";
export {
  type Calibration,
  type CalibrationMethod,
  type CalibrationOptions,
  recalibrate,
} from "./calibration.js";
export { equalise } from "./equalise.js";
export { importQuantized, isQuantized } from "./import/graph.js";
export type { LoweringOptions } from "./lower/options.js";
export { type Int8Run, measureTensors, type TensorError } from "./measure.js";
export { loadQuantizedModel, saveQuantizedModel } from "./model-file.js";
export {
  type QuantizationReport,
  type QuantizeOptions,
  quantize,
  supportedForQuantization,
} from "./quantize.js";
export { quantizeInput } from "./quantize-input.js";
export type * from "./quantized-model.js";
export { layerInputs } from "./quantized-model.js";
export { type LayerReport, measureLayers } from "./report.js";
export { type ScaleKind, symmetricScale } from "./scale.js";
export { buildShiftLut, type RequantizationSpec } from "./shift-lut.js";
export { TensorStatistics } from "./statistics.js";
export { validateModel } from "./validate/model.js";
export { insideRange } from "./window.js";
