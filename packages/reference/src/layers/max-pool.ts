import type { MaxPoolLayer } from "@matchmul/quantizer";
import { allocate } from "../requantize.js";
import type { Execute } from "./layer.js";
import { forWindows } from "./windows.js";

export const executeMaxPool: Execute<MaxPoolLayer> = (layer, run) => {
  const { channels, window } = layer;
  const x = run.input(layer.input);
  const out = allocate(run.tensor(layer.output), channels * window.outSize[0] * window.outSize[1]);
  forWindows(window, channels, (o, first, rows, columns, rowStep, columnStep) => {
    let largest = x[first];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const value = x[first + i * rowStep + j * columnStep];
        if (value > largest) largest = value;
      }
    out[o] = largest;
  });
  run.values.set(layer.output, out);
};
