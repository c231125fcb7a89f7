import type { AveragePoolLayer } from "@matchmul/quantizer";
import { requantize } from "../requantize.js";
import type { Execute } from "./layer.js";
import { forWindows } from "./windows.js";

/** acc = bias + multiplier * (sum of the window's elements inside the image). */
export const executeAveragePool: Execute<AveragePoolLayer> = (layer, run) => {
  const { channels, window, multipliers, bias } = layer;
  const x = run.input(layer.input);
  const perChannel = window.outSize[0] * window.outSize[1];
  const accumulators = new Int32Array(channels * perChannel);
  forWindows(window, channels, (o, first, rows, columns, rowStep, columnStep) => {
    let sum = 0;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) sum += x[first + i * rowStep + j * columnStep];
    accumulators[o] = bias + Math.imul(multipliers[rows * columns], sum);
  });
  run.accumulators.set(layer.name, accumulators);
  run.values.set(
    layer.output,
    requantize(accumulators, layer.requantization, run.tensor(layer.output), perChannel),
  );
};
