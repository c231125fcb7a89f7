import type { ServeLayer } from "./chain.js";
import type { PathStep } from "./pipe-builder.js";
import { type StoreLayout, tileShare } from "./store-layout.js";
import { SERVE_LANES, type ServeStep } from "./types.js";

/** Bytes of a DATA packet's payload: the lanes of the worker that sent it. */
const DATA_BYTES = 4 * SERVE_LANES;
/** Rows of a page of conversion: an index is a byte. */
export const PAGE_ROWS = 256;
const EMPTY = { pc: 0, parse: 0 };
export function biasPath(layer: ServeLayer, answer: number | null): PathStep[] {
  const step: ServeStep = { op: "bias", ...EMPTY, answer: answer === null ? null : { index: answer } };
  return [{ parse: { kind: "lanes" }, step, label: `${layer.name}, bias` }];
}

export function scalePath(layer: ServeLayer): PathStep[] {
  const step: ServeStep = { op: "scale", ...EMPTY, shift: layer.requantization!.shift };
  return [{ parse: { kind: "lanes" }, step, label: `${layer.name}, scale` }];
}

/** Running maxima of `lanes` lanes, `together` in a pass. */
export function poolPath(layer: ServeLayer, lanes: number, together: number, fresh: boolean): PathStep[] {
  const steps: PathStep[] = [];
  for (let first = 0; first < lanes; first += together) {
    const count = Math.min(together, lanes - first);
    steps.push({
      parse: { kind: "pool", first, count, fresh: fresh && first === 0 },
      step: { op: "pool", ...EMPTY, last: first + together >= lanes },
      label: `${layer.name}, maximum of lanes ${first} to ${first + count - 1}`,
    });
  }
  return steps;
}

/** From the lanes (or maxima) to the bytes of planes that the next layer's stores take. */
export function convertPath(
  layer: ServeLayer,
  lanes: number,
  keys: number,
  page: number,
  pooled: boolean,
): PathStep[] {
  const steps: PathStep[] = [];
  for (let first = 0; first < lanes; first += keys) {
    const count = Math.min(keys, lanes - first);
    steps.push({
      parse:
        first > 0
          ? { kind: "keys", keys: count }
          : { kind: pooled ? "narrow-best" : "narrow", lanes, keys: count },
      step: {
        op: "convert",
        ...EMPTY,
        row: page + (first / keys) * PAGE_ROWS,
        send: first + keys >= lanes,
      },
      label: `${layer.name}, planes of lanes ${first} to ${first + count - 1}`,
    });
  }
  return steps;
}

/** Partial sums or maxima on their way; what follows is for when they come back. */
export function mergePath(layer: ServeLayer): PathStep[] {
  return [
    { parse: { kind: "lanes" }, step: { op: "merge", ...EMPTY }, label: `${layer.name}, to the merger` },
  ];
}

/** Stores a tile's bytes, `bank` the first of its banks: a pass for each row of them. */
export function storeTilePath(
  name: string,
  layout: StoreLayout,
  bank: number,
  total: number,
  group: number,
): PathStep[] {
  const { rowsPerTile, bytes } = tileShare(layout.g, layout.rowBytes);
  return storePath(name, rowsPerTile * layout.planes, bank, bytes, DATA_BYTES, total, group);
}

/** Stores whole rows, one after the other: what a request brings. */
export function storePath(
  name: string,
  rows: number,
  first: number,
  count: number,
  payload: number,
  total: number,
  group: number,
): PathStep[] {
  return Array.from({ length: rows }, (_, i) => {
    const last = i === rows - 1;
    return {
      parse: { kind: "store", first, count, skip: last ? payload - rows * count : 0 },
      step: { op: "store", ...EMPTY, dAddress: i > 0 ? 1 : 0, last: last ? { total, group } : null },
      label: `${name}, store row ${i + 1} of ${rows}`,
    };
  });
}
