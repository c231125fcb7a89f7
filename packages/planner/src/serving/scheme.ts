import { bankedScheme } from "./banked-scheme.js";
import type { ServeLayer } from "./chain.js";
import type { PathStep } from "./pipe-builder.js";
import { planeScheme } from "./plane-scheme.js";
import { plainImage, type Request, windowed } from "./request.js";
import { rowBytesOf, type StoreLayout } from "./store-layout.js";
import type { Fill } from "./tables.js";

/** What a layer is by size: all that its passes, rows and addresses depend on. */
export type LayerShape = Pick<
  ServeLayer,
  "input" | "range" | "outputs" | "kernel" | "stride" | "dilation" | "padBefore" | "outSize"
>;

/** A shape with its weights: of output o, kernel position `tap` and input channel c. */
export type WeightedShape = LayerShape & Pick<ServeLayer, "weight">;

/** How a layer's input lies in its store, and how a worker sums up a window of it. */
export interface Scheme {
  /** Lookup tables that it adds up in a pass. */
  lookups: number;
  /** Do the banks of a row belong to different places of the image? */
  banked: boolean;
  /** How tiles of the layer before lie in the store; null where only requests come in. */
  layout: StoreLayout | null;
  storeRows: number;
  /** Rows of a tile's sums in every lookup table; the first is a multiple of `align`. */
  tableRows: number;
  align: number;
  fill: (weight: ServeLayer["weight"], tile: number, base: number) => Fill;
  /** Sequences of sums that differ by the position. */
  variants: number;
  /** Can its sums be divided over workers? */
  divisible: boolean;
  /** Passes that sum up part `part` of `parts` of a window. */
  sumPasses: (part: number, parts: number) => number;
  sums: (name: string, variant: number, part: number, parts: number) => PathStep[];
  /** Of the window of an output: its sequence, its address, and where its blocks begin in those of the tile. */
  place: (y: number, x: number) => { variant: number; address: number; row: number };
  /** What a host sends, where the layer is the first. */
  request: Request | null;
}

/**
 * The scheme of a layer: planes in rows; of a first layer with few channels the one with the fewest passes of banked,
 * host-made windows, and planes in rows.
 *
 * @param lookups of the pipes' program
 * @param mostLookups of a program for this layer alone, as a banked one is
 */
export function schemeOf(
  shape: LayerShape,
  g: number,
  first: boolean,
  divided: boolean,
  lookups: number,
  mostLookups: number,
): Scheme {
  const plain = planeScheme(shape, g, lookups, plainImage(shape));
  if (!first) return { ...plain, request: null };
  const choices = [];
  if (!divided) {
    const banked = bankedScheme(shape, g, mostLookups);
    if (banked !== undefined) choices.push(banked);
  }
  const windows = windowed(shape, rowBytesOf(lookups) * g);
  if (windows !== undefined)
    choices.push(planeScheme(windows.shape, g, lookups, windows.gather, windows.weight));
  choices.push(plain);
  const room = choices.filter((scheme) => scheme.storeRows <= mostStoreRows);
  const passes = (scheme: Scheme): number => scheme.sumPasses(0, 1);
  return room.reduce((a, b) => (passes(b) < passes(a) ? b : a), room[0] ?? plain);
}

/** Rows have numbers of 16 bits, and there is more than one layer. */
const mostStoreRows = 2 ** 15;
