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

/** Passes that all of a layer's packets make before the next phase begins, for they go in step. */
export interface Phase {
  /** On the layer's pipes, of which these are the busiest's; or on the mergers of one kind, on all of them together. */
  at: "pipe" | "adding" | "maxima";
  passes: number;
  /** One after the other. */
  depth: number;
}

export interface LayerCost {
  /** Of the work, in order. */
  phases: Phase[];
  /** Rows of every lookup table, of the busiest pipe. */
  rows: number;
  /** Rows of the store for one request in flight, and lookup tables, on each pipe. */
  storeRows: number;
  lookups: number;
  /** Passes that bring the input into the store of one pipe; those for the last part to come. */
  storePasses: number;
  storeDepth: number;
  /** Packets of a request, where the layer is the first; otherwise 0. */
  requestPackets: number;
  /** Passes of workers on all pipes, on the busiest, and one after the other. */
  workPasses: number;
  busiestPasses: number;
  workDepth: number;
  /** Passes on mergers: two for every partial sum, and two for every position whose maximum is merged. */
  addPasses: number;
  maxPasses: number;
}

/** Are the positions of a pooling window merged? Those of split sums have to be: no packet sees all of a window. */
export function mergesMaxima({ windows }: { windows: unknown }, { splitK, pooling }: ServeWay): boolean {
  return windows !== null && (pooling === "parallel" || splitK > 1);
}

/**
 * Of so many mergers those that add a layer's partial sums and those that keep its maxima: a merger does one of the two
 * for a layer. Undefined: there are too few.
 */
export function divideMergers(
  shape: { windows: unknown },
  way: ServeWay,
  mergers: number,
): { adding: number; maxima: number } | undefined {
  const add = way.splitK > 1;
  const max = mergesMaxima(shape, way);
  if (mergers < Number(add) + Number(max)) return undefined;
  if (add && max) return { adding: mergers - 1, maxima: 1 };
  return { adding: add ? mergers : 0, maxima: max ? mergers : 0 };
}

/**
 * Passes and rows of one layer: what `lowerServing` makes of it, counted instead of made.
 * `passes` of a request are storePasses on each pipe, workPasses, addPasses, maxPasses, and those in which links forward it.
 */
export function layerCost(shape: ServeShape, way: ServeWay, programs: ServePrograms): LayerCost {
  const { tilePipes, replicas, splitK } = way;
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
  const maxima = mergesMaxima(shape, way) ? longest : 1;
  const merging = splitK > 1 || mergesMaxima(shape, way);
  const twice = splitK > 1 && mergesMaxima(shape, way);
  const unitsHere = tilesHere * Math.ceil(windows.length / replicas);
  const addPasses = splitK > 1 ? 2 * tiles * windows.length * maxima * splitK : 0;
  const maxPasses = mergesMaxima(shape, way) ? 2 * tiles * windows.length * maxima : 0;
  const phases: Phase[] = [];
  let perUnit: (window: number) => number;
  if (merging) {
    // Load, sums, and off to the merger, for each part of each position; back from it, and to the next or to the bias.
    const split = sums(splitK);
    const parts = maxima * split.reduce((sum, passes) => sum + passes + 2, 0);
    const between = twice ? maxima * 2 : 0;
    const end = 2 + requantization;
    perUnit = () => parts + between + end;
    phases.push({ at: "pipe", passes: unitsHere * parts, depth: Math.max(...split) + 2 });
    if (addPasses > 0) phases.push({ at: "adding", passes: addPasses, depth: 2 });
    if (twice) phases.push({ at: "pipe", passes: unitsHere * between, depth: 2 });
    if (maxPasses > 0) phases.push({ at: "maxima", passes: maxPasses, depth: 2 });
    phases.push({ at: "pipe", passes: unitsHere * end, depth: end });
  } else {
    // Load, sums, bias.
    const once = 2 + sums(1)[0];
    const pooled = once + 1 + Math.ceil(lanes / programs.poolLanes);
    perUnit =
      shape.windows === null ? () => once + requantization : (window) => window * pooled + requantization - 1;
    const chain = shape.last ? 1 : Math.ceil(unitsHere / programs.workers);
    phases.push({ at: "pipe", passes: 0, depth: perUnit(longest) * chain });
  }
  const shares = new Float64Array(replicas);
  windows.forEach((window, i) => {
    shares[i % replicas] += perUnit(window);
  });
  const store = storing(shape, scheme);
  const busiestPasses = tilesHere * shares.reduce((a, b) => Math.max(a, b), 0);
  if (!merging) phases[0].passes = busiestPasses;
  return {
    rows: tilesHere * (scheme.tableRows + 1) + pages * PAGE_ROWS * (shape.perChannel ? tilesHere : 1),
    storeRows: scheme.storeRows,
    lookups: Math.max(programs.lookups, scheme.lookups),
    storePasses: store.passes,
    storeDepth: store.depth,
    requestPackets: scheme.request?.size().packets ?? 0,
    workPasses: tiles * shares.reduce((a, b) => a + b, 0),
    busiestPasses,
    workDepth: phases.reduce((sum, phase) => sum + phase.depth, 0),
    addPasses,
    maxPasses,
    phases,
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
