import type { Window } from "./quantized-model.js";

/** Numbers of elements inside the image that occur in any window, without repetition. */
export function insideCounts(window: Window): number[] {
  const [rows, columns] = [0, 1].map(
    (d) => new Set(Array.from({ length: window.outSize[d] }, (_, o) => insideAlong(window, d, o))),
  );
  return [...new Set([...rows].flatMap((r) => [...columns].map((c) => r * c)))];
}

/** Along dimension d (0 rows, 1 columns): how many kernel positions of output o are inside the image. */
function insideAlong(window: Window, d: number, o: number): number {
  const [first, end] = insideRange(window, d, o);
  return end - first;
}

/** Along dimension d, the kernel positions [first, end) of output o that are inside the image. */
export function insideRange(window: Window, d: number, o: number): [first: number, end: number] {
  const start = o * window.stride[d] - window.padBefore[d];
  const step = window.dilation[d];
  const first = Math.min(window.kernel[d], Math.max(0, Math.ceil(-start / step)));
  const end = Math.min(window.kernel[d], Math.max(0, Math.ceil((window.inSize[d] - start) / step)));
  return [first, Math.max(first, end)];
}
