import type { ServeLayer } from "./chain.js";
import { PAGE_ROWS } from "./paths.js";
import { type LayerShape, type Scheme, schemeOf } from "./scheme.js";
import { rowBytesOf, tileShare } from "./store-layout.js";
import { SERVE_LANES } from "./types.js";

/** A layer by size, as far as its passes depend on it. */
export interface ServeShape extends LayerShape {
  /** Is it the network's first, whose image hosts send; is it the last, whose sums are the answer? */
  first: boolean;
  last: boolean;
  /** Has every channel a requantization of its own? */
  perChannel: boolean;
  /** For each position after max pooling, of how many before it is the largest; null without pooling. */
  windows: readonly number[] | null;
}

/** How a layer's work is divided. */
export interface ServeWay {
  g: number;
  tilePipes: number;
  replicas: number;
  splitK: number;
  pooling: "serial" | "parallel";
}

/** What the programs of pipes have. */
export interface ServePrograms {
  lookups: number;
  /** Of a pipe whose first layer is banked. */
  mostLookups: number;
  poolLanes: number;
  /** Workers of a layer on a pipe. */
  workers: number;
}

/** Lanes whose maxima are kept in one pass: as many of a Tofino's 16-bit containers twice. */
export const POOL_LANES = 16;
/** Workers of a layer on a pipe: about as many packets as a pipe of a Tofino holds at a time. */
export const MOST_WORKERS = 1024;

export interface LayerCost {
  /** Rows of every lookup table, of the busiest pipe. */
  rows: number;
  /** Rows of the store for one request in flight, and lookup tables, on each pipe. */
  storeRows: number;
  lookups: number;
  /** Passes that bring the input into the store of one pipe; those for the last part to come. */
  storePasses: number;
  storeDepth: number;
  /** Passes of workers on all pipes, on the busiest, and one after the other. */
  workPasses: number;
  busiestPasses: number;
  workDepth: number;
  /** Passes on mergers: two for every partial sum or maximum. */
  mergePasses: number;
}

/** Can a layer's work be divided so? A pooling window's maximum and a split sum are not merged at a time. */
export function canDivide(shape: ServeShape, way: ServeWay): boolean {
  return way.splitK === 1 || shape.windows === null;
}

/**
 * Passes and rows of one layer: what `lowerServing` makes of it, counted instead of made.
 * `passes` of a request are storePasses on each pipe, workPasses, mergePasses, and those in which links forward it.
 */
export function layerCost(shape: ServeShape, way: ServeWay, programs: ServePrograms): LayerCost {
  const { tilePipes, replicas, splitK, pooling } = way;
  const scheme = schemeFor(shape, way.g, splitK > 1, programs);
  const tiles = Math.ceil(shape.outputs / SERVE_LANES);
  const lanes = Math.min(SERVE_LANES, shape.outputs);
  const keys = rowBytesOf(programs.lookups);
  const pages = shape.last ? 0 : Math.ceil(lanes / Math.min(keys, lanes));
  const tilesHere = Math.ceil(tiles / tilePipes);

  const windows = shape.windows ?? new Array<number>(shape.outSize[0] * shape.outSize[1]).fill(1);
  const longest = windows.reduce((a, b) => Math.max(a, b), 1);
  const sums = (parts: number): number[] =>
    Array.from({ length: parts }, (_, part) => scheme.sumPasses(part, parts));
  /** Scale and conversion. */
  const requantization = shape.last ? 0 : 1 + pages;
  const parallel = pooling === "parallel" && shape.windows !== null;
  const merging = parallel || splitK > 1;
  let perUnit: (window: number) => number;
  let workDepth: number;
  let partials = 0;
  if (merging) {
    const parts = parallel ? longest : splitK;
    const split = sums(splitK);
    // Load, sums, and off to the merger; back from it, bias.
    const summing = parallel ? parts * (2 + split[0]) : split.reduce((sum, passes) => sum + passes + 2, 0);
    perUnit = () => summing + 2 + requantization;
    workDepth = Math.max(...split) + 2 + 2 + 2 + requantization;
    partials = tiles * windows.length * parts;
  } else {
    // Load, sums, bias.
    const once = 2 + sums(1)[0];
    const pooled = once + 1 + Math.ceil(lanes / programs.poolLanes);
    perUnit =
      shape.windows === null ? () => once + requantization : (window) => window * pooled + requantization - 1;
    const units = tilesHere * Math.ceil(windows.length / replicas);
    workDepth = perUnit(longest) * (shape.last ? 1 : Math.ceil(units / programs.workers));
  }
  const shares = new Float64Array(replicas);
  windows.forEach((window, i) => {
    shares[i % replicas] += perUnit(window);
  });
  const store = storing(shape, scheme);
  return {
    rows: tilesHere * (scheme.tableRows + 1) + pages * PAGE_ROWS * (shape.perChannel ? tilesHere : 1),
    storeRows: scheme.storeRows,
    lookups: Math.max(programs.lookups, scheme.lookups),
    storePasses: store.passes,
    storeDepth: store.depth,
    workPasses: tiles * shares.reduce((a, b) => a + b, 0),
    busiestPasses: tilesHere * shares.reduce((a, b) => Math.max(a, b), 0),
    workDepth,
    mergePasses: 2 * partials,
  };
}

/** Passes that store a layer's input on one pipe: one at the table of slots for each packet, one for each row. */
function storing({ input }: ServeShape, scheme: Scheme): { passes: number; depth: number } {
  if (scheme.request !== null) {
    const { packets, rows, longest } = scheme.request.size();
    return { passes: packets + rows, depth: 1 + longest };
  }
  const { g, planes, rowBytes } = scheme.layout!;
  const each = 1 + tileShare(g, rowBytes).rowsPerTile * planes;
  const tiles = input.height * input.width * Math.ceil(input.channels / SERVE_LANES);
  return { passes: tiles * each, depth: each };
}

const schemes = new WeakMap<ServeShape, Map<string, Scheme>>();

/** Remembered: a plan asks for the same ones often. */
function schemeFor(shape: ServeShape, g: number, divided: boolean, programs: ServePrograms): Scheme {
  let known = schemes.get(shape);
  if (known === undefined) schemes.set(shape, (known = new Map()));
  const { lookups, mostLookups } = programs;
  const key = `${g} ${divided} ${lookups} ${mostLookups}`;
  let scheme = known.get(key);
  if (scheme === undefined)
    known.set(key, (scheme = schemeOf(shape, g, shape.first, divided, lookups, mostLookups)));
  return scheme;
}

/** A layer of a network by size. */
export function serveShape(layer: ServeLayer, number: number, count: number): ServeShape {
  const { input, range, outputs, kernel, stride, dilation, padBefore, outSize, windows } = layer;
  return {
    input,
    range,
    outputs,
    kernel,
    stride,
    dilation,
    padBefore,
    outSize,
    first: number === 0,
    last: number === count - 1,
    perChannel: layer.requantization?.perChannel ?? false,
    windows: windows?.map((w) => w.length) ?? null,
  };
}
