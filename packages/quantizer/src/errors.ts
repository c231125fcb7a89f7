import { defineDiagnostics } from "@matchmul/common";

/** Diagnostics of calibration, quantization and the int8 model's file format. */
export const error = defineDiagnostics("quantizer", {
  "calibration-empty": () => ({
    message: "there are no calibration samples",
    hint: "give at least one input the model will see; 100 to 500 are usual",
  }),
  "calibration-shape": (expected: readonly number[], got: readonly (number | string)[]) => ({
    message: `the calibration data has shape (${got.join(", ")}), but the model's input is (N, ${expected.join(", ")})`,
    hint: "save the images as the model takes them, channels first, with the batch dimension in front",
  }),
  "calibration-not-finite": (what: string, sample: number) => ({
    message: `${what} of calibration sample ${sample} holds NaN or infinity`,
    hint: "check how the samples are scaled before they reach the model",
  }),
  "calibration-percentile": (percentile: number) => ({
    message: `percentile ${percentile} is not between 50 and 100`,
    hint: "99.9 to 99.999 are usual",
  }),
  "calibration-missing": (tensor: string) => ({
    message: `the calibration holds no statistics of tensor ${tensor}`,
    hint: "calibrate the graph that is quantized",
  }),
  "quantize-unsupported": (node: string, operator: string, supported: readonly string[]) => ({
    message: `${operator} (node ${node}) cannot be quantized to the int8 model`,
    hint: `supported are ${supported.join(", ")}`,
  }),
  "quantize-structure": (node: string, why: string) => ({
    message: `node ${node} cannot be quantized: ${why}`,
    hint: "`matchmul inspect` shows the graph's layers and shapes",
  }),
  "quantize-not-finite": (node: string) => ({
    message: `the weights or the bias of node ${node} hold NaN or infinity`,
    hint: "train or export the model again",
  }),
  "quantize-option": (option: string, value: unknown, allowed: string) => ({
    message: `option ${option} is ${JSON.stringify(value)}, but must be ${allowed}`,
    hint: "see docs/quantization.md",
  }),
  "accumulator-overflow": (layer: string, bound: number | bigint) => ({
    message: `layer ${layer} can reach an accumulator of ${bound}, which int32 does not hold`,
    hint: "split the layer, or use a coarser weight scale",
  }),
  "input-shape": (expected: number, got: number) => ({
    message: `the input has ${got} values, but the model takes ${expected}`,
    hint: "one image at a time, channels first, without the batch dimension",
  }),
  "input-not-finite": (index: number) => ({
    message: `input value ${index} is NaN or infinite and cannot be quantized`,
    hint: "check how the image is scaled",
  }),
  "int8-model-invalid": (where: string, why: string) => ({
    message: `${where} is not a valid int8 model: ${why}`,
    hint: "make it again with `matchmul quantize`",
  }),
});
