import type { ServeLayer } from "./chain.js";
import type { LayerShape } from "./scheme.js";
import type { StoreLayout } from "./store-layout.js";
import { rowAt } from "./store-layout.js";
import type { RequestLayout } from "./types.js";

/** Payload of a request's packets, at most. */
const REQUEST_BYTES = 128;

/** A request's packets: rows of the store that lie together. */
export interface RequestRows {
  /** Bytes of a row, from the first bank on. */
  rowBytes: number;
  /** First row, how many, and for each bit (the most significant of a byte first) where it comes from. */
  packets: { address: number; rows: number; bits: Int32Array }[];
}

/** A request's packets, and how many they are: counted without making them. */
export interface Request {
  make: () => RequestRows;
  size: () => RequestSize;
}

export interface RequestSize {
  packets: number;
  /** Of all packets, and of the longest. */
  rows: number;
  longest: number;
}

/** How a host makes the first layer's image: its elements by channel and position without border; -1 is 0. */
export type Gather = (channel: number, y: number, x: number) => number;

/** The image as the input has it. */
export const plainImage =
  ({ input: { height, width } }: Pick<LayerShape, "input">): Gather =>
  (c, y, x) =>
    (c * height + y) * width + x;

/**
 * A layer of few channels as one whose host sends whole windows: position (y, x) of the image has, as its channels, the
 * elements of the window of output (y, x). Undefined where that saves no passes.
 *
 * @param rowFeatures that a row of the store holds
 */
export function windowed(
  shape: LayerShape,
  rowFeatures: number,
):
  | { shape: LayerShape; gather: Gather; weight: (weight: ServeLayer["weight"]) => ServeLayer["weight"] }
  | undefined {
  const { input, kernel, stride, dilation, padBefore, outSize } = shape;
  const taps = kernel[0] * kernel[1];
  const channels = taps * input.channels;
  if (Math.ceil(channels / rowFeatures) >= taps * Math.ceil(input.channels / rowFeatures)) return undefined;
  return {
    shape: {
      ...shape,
      input: { height: outSize[0], width: outSize[1], channels },
      kernel: [1, 1],
      stride: [1, 1],
      dilation: [1, 1],
      padBefore: [0, 0],
    },
    weight: (weight) => (o, _, c) => weight(o, Math.floor(c / input.channels), c % input.channels),
    gather: (channel, oy, ox) => {
      const tap = Math.floor(channel / input.channels);
      const y = oy * stride[0] - padBefore[0] + Math.floor(tap / kernel[1]) * dilation[0];
      const x = ox * stride[1] - padBefore[1] + (tap % kernel[1]) * dilation[1];
      if (y < 0 || y >= input.height || x < 0 || x >= input.width) return -1;
      return ((channel % input.channels) * input.height + y) * input.width + x;
    },
  };
}

/** An image whose rows hold one plane of one position each; border left out. */
export function planeRequest({ input }: LayerShape, layout: StoreLayout, gather: Gather): Request {
  const { g, planes, rowBytes, rowsPerPosition } = layout;
  const length = input.width * rowsPerPosition * planes;
  const lines = new RequestLines(rowBytes, input.height, length, () => [0, length]);
  const make = (): RequestRows => {
    const made = lines.make((y, at, bank, bit) => {
      const plane = at % planes;
      const row = Math.floor(at / planes) % rowsPerPosition;
      const x = Math.floor(at / planes / rowsPerPosition);
      const channel = (row * rowBytes + bank) * g + bit;
      const element = bit < g && channel < input.channels ? gather(channel, y, x) : -1;
      return element < 0 ? -1 : element * 8 + planes - 1 - plane;
    });
    for (const packet of made.packets) {
      const y = Math.floor(packet.address / length);
      packet.address = rowAt(layout, y + layout.top, layout.left) + (packet.address % length);
    }
    return made;
  };
  return { make, size: () => lines.size() };
}

/** Rows of a store in lines of `length`, and packets that hold as many of a line as they can. */
export class RequestLines {
  readonly #most: number;
  /** @param inside of a line, the rows that are not border alone: from the first to before the last */
  constructor(
    readonly rowBytes: number,
    readonly lines: number,
    readonly length: number,
    readonly inside: (line: number) => readonly [from: number, to: number],
  ) {
    this.#most = Math.floor(REQUEST_BYTES / rowBytes);
  }

  *#pieces(): Generator<{ line: number; from: number; rows: number }> {
    for (let line = 0; line < this.lines; line++) {
      const [first, to] = this.inside(line);
      for (let from = first; from < to; from += this.#most)
        yield { line, from, rows: Math.min(this.#most, to - from) };
    }
  }

  size(): RequestSize {
    const size = { packets: 0, rows: 0, longest: 0 };
    for (const { rows } of this.#pieces()) {
      size.packets++;
      size.rows += rows;
      size.longest = Math.max(size.longest, rows);
    }
    return size;
  }

  /**
   * @param source of bit `bit` (0 the least significant) of a bank's byte in row `at` of a line: input element * 8 + bit
   * of its value, or -1
   */
  make(source: (line: number, at: number, bank: number, bit: number) => number): RequestRows {
    const { rowBytes, length } = this;
    const packets = [...this.#pieces()].map(({ line, from, rows }) => {
      const bits = new Int32Array(rows * rowBytes * 8);
      for (let i = 0; i < bits.length; i++) {
        const byte = i >> 3;
        bits[i] = source(line, from + Math.floor(byte / rowBytes), byte % rowBytes, 7 - (i & 7));
      }
      return { address: line * length + from, rows, bits };
    });
    return { rowBytes, packets };
  }
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
