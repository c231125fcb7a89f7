import type { Attributes } from "../attributes.js";
import type { Dim } from "../graph.js";

/** How a sliding window of Conv or a pooling operator moves along one spatial dimension. */
export interface WindowAxis {
  input: number;
  output: number;
  kernel: number;
  stride: number;
  dilation: number;
  /** Padding before the first element; that after the last one follows from the output's length. */
  padBegin: number;
  padEnd: number;
}

/**
 * The window along each spatial dimension, by the formulas of ONNX Conv and MaxPool: explicit pads, or auto_pad,
 * and ceil_mode (in which a last window that would begin in the end padding is left out).
 * Lengths that are symbols give `undefined` in their place.
 * @returns a sentence where the attributes make no sense
 */
export function windowAxes(
  attributes: Attributes,
  spatial: readonly Dim[],
  kernel: readonly number[],
): (WindowAxis | undefined)[] | string {
  const rank = spatial.length;
  const strides = attributes.ints("strides", new Array(rank).fill(1));
  const dilations = attributes.ints("dilations", new Array(rank).fill(1));
  const autoPad = attributes.string("auto_pad", "NOTSET");
  const pads = attributes.ints("pads", new Array(2 * rank).fill(0));
  const ceil = attributes.int("ceil_mode", 0) !== 0;
  if (kernel.length !== rank) return `a kernel of ${kernel.length} dimensions over ${rank} spatial ones`;
  if (strides.length !== rank) return `${strides.length} strides for ${rank} spatial dimensions`;
  if (dilations.length !== rank) return `${dilations.length} dilations for ${rank} spatial dimensions`;
  if (pads.length !== 2 * rank) return `${pads.length} pads for ${rank} spatial dimensions`;
  if (!["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"].includes(autoPad)) return `auto_pad ${autoPad}`;
  const positive = (list: readonly number[]) => list.every((v) => v >= 1 && v <= 2 ** 30);
  if (!positive(kernel)) return `kernel [${kernel.join(", ")}]`;
  if (!positive(strides)) return `strides [${strides.join(", ")}]`;
  if (!positive(dilations)) return `dilations [${dilations.join(", ")}]`;
  if (pads.some((p) => p < 0 || p > 2 ** 30)) return `pads [${pads.join(", ")}]`;
  const axes: (WindowAxis | undefined)[] = [];
  for (let i = 0; i < rank; i++) {
    const input = spatial[i];
    if (typeof input !== "number") {
      axes.push(undefined);
      continue;
    }
    const [stride, dilation] = [strides[i], dilations[i]];
    const extent = (kernel[i] - 1) * dilation + 1;
    let [padBegin, padEnd] = autoPad === "NOTSET" ? [pads[i], pads[i + rank]] : [0, 0];
    let output: number;
    if (autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER") {
      output = Math.ceil(input / stride);
      const total = Math.max(0, (output - 1) * stride + extent - input);
      const less = Math.floor(total / 2);
      [padBegin, padEnd] = autoPad === "SAME_UPPER" ? [less, total - less] : [total - less, less];
    } else {
      const steps = (input + padBegin + padEnd - extent) / stride;
      output = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
      if (ceil && (output - 1) * stride >= input + padBegin) output--;
    }
    if (output < 1) return `a window of ${extent} over a length of ${input + padBegin + padEnd}`;
    axes.push({ input, output, kernel: kernel[i], stride, dilation, padBegin, padEnd });
  }
  return axes;
}

/** The window with exactly three dimensions, leading ones of length 1 added: the kernels loop over three. */
export type Window = readonly [WindowAxis, WindowAxis, WindowAxis];

export function threeAxes(axes: readonly WindowAxis[]): Window {
  const one: WindowAxis = { input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0 };
  return [...new Array<WindowAxis>(3 - axes.length).fill(one), ...axes] as unknown as Window;
}

/** The taps of one window that fall inside the input: from `first` to before `last`. */
export function tapRange(axis: WindowAxis, position: number): [first: number, last: number] {
  const start = position * axis.stride - axis.padBegin;
  const first = start >= 0 ? 0 : Math.ceil(-start / axis.dilation);
  const last = Math.min(axis.kernel, Math.ceil((axis.input - start) / axis.dilation));
  return [first, Math.max(first, last)];
}
