import { insideRange, type Window } from "@matchmul/quantizer";

/**
 * Visits every window of every channel: its output index, the index of its first element inside the image, how
 * many rows and columns of it are inside, and the distance between them.
 */
export function forWindows(
  window: Window,
  channels: number,
  visit: (
    output: number,
    first: number,
    rows: number,
    columns: number,
    rowStep: number,
    columnStep: number,
  ) => void,
): void {
  const { inSize, outSize, stride, dilation, padBefore } = window;
  let output = 0;
  for (let c = 0; c < channels; c++)
    for (let oy = 0; oy < outSize[0]; oy++) {
      const [top, bottom] = insideRange(window, 0, oy);
      const y = oy * stride[0] - padBefore[0] + top * dilation[0];
      for (let ox = 0; ox < outSize[1]; ox++) {
        const [left, right] = insideRange(window, 1, ox);
        const x = ox * stride[1] - padBefore[1] + left * dilation[1];
        const first = (c * inSize[0] + y) * inSize[1] + x;
        visit(output++, first, bottom - top, right - left, dilation[0] * inSize[1], dilation[1]);
      }
    }
}
