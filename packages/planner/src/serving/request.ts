import type { ServeLayer } from "./chain.js";
import { rowAt, type StoreLayout } from "./store-layout.js";
import type { RequestLayout } from "./types.js";

/** Payload of a request's packets, at most. */
const REQUEST_BYTES = 128;

/** Rows that go into a request packet. */
export const requestRows = (layout: StoreLayout): number => Math.floor(REQUEST_BYTES / layout.rowBytes);

/** How a host makes the first layer's image: its elements by channel and position without border; -1 is 0. */
export type Gather = (channel: number, y: number, x: number) => number;

/** The image as the input has it. */
export const plainImage =
  ({ input: { height, width } }: ServeLayer): Gather =>
  (c, y, x) =>
    (c * height + y) * width + x;

/**
 * A layer of few channels as one whose host sends whole windows: position (y, x) of the image has, as its channels, the
 * elements of the window of output (y, x). Undefined where that saves no passes.
 */
export function windowed(
  layer: ServeLayer,
  rowFeatures: number,
): { layer: ServeLayer; gather: Gather } | undefined {
  const { input, kernel, stride, dilation, padBefore, outSize, weight } = layer;
  const taps = kernel[0] * kernel[1];
  const channels = taps * input.channels;
  if (Math.ceil(channels / rowFeatures) >= taps * Math.ceil(input.channels / rowFeatures)) return undefined;
  return {
    layer: {
      ...layer,
      input: { height: outSize[0], width: outSize[1], channels },
      kernel: [1, 1],
      stride: [1, 1],
      dilation: [1, 1],
      padBefore: [0, 0],
      weight: (o, _, c) => weight(o, Math.floor(c / input.channels), c % input.channels),
    },
    gather: (channel, oy, ox) => {
      const tap = Math.floor(channel / input.channels);
      const y = oy * stride[0] - padBefore[0] + Math.floor(tap / kernel[1]) * dilation[0];
      const x = ox * stride[1] - padBefore[1] + (tap % kernel[1]) * dilation[1];
      if (y < 0 || y >= input.height || x < 0 || x >= input.width) return -1;
      return ((channel % input.channels) * input.height + y) * input.width + x;
    },
  };
}

/** A request's packets: whole rows that lie together, border left out. */
export function packRequest(
  { input }: ServeLayer,
  layout: StoreLayout,
  gather: Gather,
): { address: number; rows: number; bits: Int32Array }[] {
  const { g, planes, rowBytes, rowsPerPosition } = layout;
  const most = requestRows(layout);
  const packets: { address: number; rows: number; bits: Int32Array }[] = [];
  for (let y = 0; y < input.height; y++) {
    const address = rowAt(layout, y + layout.top, layout.left);
    const count = input.width * rowsPerPosition * planes;
    for (let from = 0; from < count; from += most) {
      const rows = Math.min(most, count - from);
      const bits = new Int32Array(rows * rowBytes * 8).fill(-1);
      for (let i = 0; i < rows; i++) {
        const plane = (from + i) % planes;
        const row = Math.floor((from + i) / planes) % rowsPerPosition;
        const x = Math.floor((from + i) / planes / rowsPerPosition);
        for (let bank = 0; bank < rowBytes; bank++)
          for (let b = 0; b < g; b++) {
            const channel = (row * rowBytes + bank) * g + b;
            if (channel >= input.channels) continue;
            const element = gather(channel, y, x);
            if (element >= 0) bits[(i * rowBytes + bank) * 8 + 7 - b] = element * 8 + planes - 1 - plane;
          }
      }
      packets.push({ address: address + from, rows, bits });
    }
  }
  return packets;
}

/** The payload of each packet of a request for an input. */
export function requestPayloads(layout: RequestLayout, input: Int8Array | Uint8Array): Uint8Array[] {
  return layout.packets.map(({ bits }) => {
    const payload = new Uint8Array(bits.length / 8);
    bits.forEach((bit, i) => {
      if (bit >= 0 && (input[bit >> 3] >> (bit & 7)) & 1) payload[i >> 3] |= 0x80 >> (i & 7);
    });
    return payload;
  });
}
