import { multiplyTransposed } from "./matmul.js";
import { multiplyPanels, worthPanels } from "./simd/multiply.js";
import { panelWidth } from "./simd/panel-product.js";
import { tapRange, type Window } from "./window.js";

/** Sizes of a convolution; the window has three spatial dimensions, leading ones of length 1. */
export interface ConvolutionShape {
  batch: number;
  inChannels: number;
  outChannels: number;
  groups: number;
  window: Window;
}

/**
 * y[n, o, p] = sum over the group's channels c and taps t of w[o, c, t] * x[n, c, p at t], without bias. Input
 * outside its borders counts as 0. Sums of large float32 convolutions are kept in float32, all others in double
 * precision; storing them to an Int32Array wraps.
 */
export function convolve(
  shape: ConvolutionShape,
  x: Float32Array | Float64Array,
  w: Float32Array | Float64Array,
  y: Float32Array | Float64Array | Int32Array,
): void {
  const { batch, inChannels, outChannels, groups, window } = shape;
  const inSize = window[0].input * window[1].input * window[2].input;
  const positions = window[0].output * window[1].output * window[2].output;
  const taps = window[0].kernel * window[1].kernel * window[2].kernel;
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  const columns = groupIn * taps;
  if (y.length === 0) return;
  if (columns * groupOut <= 64) {
    convolveDirectly(shape, x, w, y);
    return;
  }
  // Patches are gathered for at most about 1 M elements at a time, which bounds the memory.
  const chunk = Math.min(positions, Math.max(4, Math.floor(2 ** 20 / columns)));
  const floats = x instanceof Float32Array && w instanceof Float32Array && y instanceof Float32Array;
  const simd = floats && worthPanels(groupOut, positions, columns);
  const patches = simd ? x : new (x.constructor as Float32ArrayConstructor)(chunk * columns);
  const product = chunk === positions ? undefined : new Float64Array(groupOut * chunk);
  for (let n = 0; n < batch; n++)
    for (let g = 0; g < groups; g++) {
      const from = (n * inChannels + g * groupIn) * inSize;
      const to = (n * outChannels + g * groupOut) * positions;
      const weights = g * groupOut * columns;
      if (simd) {
        const fill = (panels: Float32Array, first: number, count: number) => {
          for (let start = 0; start < count; start += panelWidth)
            for (let i = start; i < Math.min(count, start + panelWidth); i++)
              gatherPatches(
                x,
                from,
                groupIn,
                window,
                first + i,
                1,
                panels,
                start * columns + i - start,
                panelWidth,
              );
        };
        multiplyPanels(groupOut, positions, columns, w as Float32Array, weights, fill, y as Float32Array, to);
        continue;
      }
      for (let p = 0; p < positions; p += chunk) {
        const count = Math.min(chunk, positions - p);
        gatherPatches(x, from, groupIn, window, p, count, patches, 0, 1);
        if (product === undefined) {
          multiplyTransposed(groupOut, count, columns, w, weights, patches, 0, y, to);
          continue;
        }
        multiplyTransposed(groupOut, count, columns, w, weights, patches, 0, product, 0);
        for (let o = 0; o < groupOut; o++)
          for (let i = 0; i < count; i++) y[to + o * positions + p + i] = product[o * count + i];
      }
    }
}

/**
 * Writes, for each of `count` positions from `first` on, the window's inputs as one row: channel, then tap. Elements
 * go to `start` and on, `step` apart.
 */
function gatherPatches(
  x: ArrayLike<number>,
  offset: number,
  channels: number,
  window: Window,
  first: number,
  count: number,
  patches: Float32Array | Float64Array,
  start: number,
  step: number,
): void {
  const [d, h, w] = window;
  const plane = h.input * w.input;
  let o = start;
  for (let p = first; p < first + count; p++) {
    const ow = p % w.output;
    const oh = Math.floor(p / w.output) % h.output;
    const od = Math.floor(p / (w.output * h.output));
    const id = od * d.stride - d.padBegin;
    const ih = oh * h.stride - h.padBegin;
    const iw = ow * w.stride - w.padBegin;
    const [wFirst, wLast] = tapRange(w, ow);
    for (let c = 0; c < channels; c++)
      for (let kd = 0; kd < d.kernel; kd++) {
        const zd = id + kd * d.dilation;
        for (let kh = 0; kh < h.kernel; kh++) {
          const zh = ih + kh * h.dilation;
          if (zd < 0 || zd >= d.input || zh < 0 || zh >= h.input) {
            for (let kw = 0; kw < w.kernel; kw++, o += step) patches[o] = 0;
            continue;
          }
          const row = offset + (c * d.input + zd) * plane + zh * w.input + iw;
          for (let kw = 0; kw < w.kernel; kw++, o += step)
            patches[o] = kw >= wFirst && kw < wLast ? x[row + kw * w.dilation] : 0;
        }
      }
  }
}

/** For depthwise and other thin convolutions, where gathering patches costs more than the products. */
function convolveDirectly(
  shape: ConvolutionShape,
  x: ArrayLike<number>,
  weights: ArrayLike<number>,
  y: Float32Array | Float64Array | Int32Array,
): void {
  const { batch, inChannels, outChannels, groups, window } = shape;
  const [d, h, w] = window;
  const plane = h.input * w.input;
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  let o = 0;
  for (let n = 0; n < batch; n++)
    for (let oc = 0; oc < outChannels; oc++) {
      const channel = n * inChannels + Math.floor(oc / groupOut) * groupIn;
      for (let od = 0; od < d.output; od++) {
        const [d0, d1] = tapRange(d, od);
        for (let oh = 0; oh < h.output; oh++) {
          const [h0, h1] = tapRange(h, oh);
          for (let ow = 0; ow < w.output; ow++) {
            const [w0, w1] = tapRange(w, ow);
            let sum = 0;
            for (let c = 0; c < groupIn; c++)
              for (let kd = d0; kd < d1; kd++)
                for (let kh = h0; kh < h1; kh++) {
                  const zd = od * d.stride - d.padBegin + kd * d.dilation;
                  const zh = oh * h.stride - h.padBegin + kh * h.dilation;
                  const row =
                    ((channel + c) * d.input + zd) * plane + zh * w.input + ow * w.stride - w.padBegin;
                  const tap = (((oc * groupIn + c) * d.kernel + kd) * h.kernel + kh) * w.kernel;
                  for (let kw = w0; kw < w1; kw++) sum += x[row + kw * w.dilation] * weights[tap + kw];
                }
            y[o++] = sum;
          }
        }
      }
    }
}
