import { type KeyLayout, layoutBytes } from "../microcode/types.js";

/** The choices for one fully connected layer. */
export interface LayerChoice {
  /** Features in a lookup's key: 2^g rows hold all sums of g weights. */
  g: number;
  /** Bit planes in one pass: each has its own copy of the tables, scaled by its power of two. */
  planesPerPass: number;
}

export interface Choice {
  slots: number;
  encoding: "bytes" | "planes";
  /** By position among the fully connected layers. */
  layers: LayerChoice[];
}

/** Integer range of a layer's input. */
export interface InputRange {
  features: number;
  min: number;
  max: number;
}

/** The key layout of a layer: planes from its input's range, blocks so that small groups share a page. */
export function keyLayout(input: InputRange, choice: LayerChoice, slots: number): KeyLayout {
  const offset = input.min < 0 ? 128 : 0;
  const planes = Math.max(1, Math.ceil(Math.log2(input.max + offset + 1)));
  const groups = Math.ceil(input.features / choice.g);
  const blocksInPage = 2 ** (8 - choice.g);
  // Groups slot, slot + slots, slot + 2 * slots ... share the slot's pages, a block each.
  const blocks = Array.from({ length: groups }, (_, group) => Math.floor(group / slots) % blocksInPage);
  const planesPerPass = groups > slots ? 1 : choice.planesPerPass;
  return { features: input.features, planes, offset, planesPerPass, g: choice.g, blocks };
}

/** Passes in which all groups of one plane are looked up. */
export function chunksOf(layout: KeyLayout, slots: number): number {
  return Math.ceil(layout.blocks.length / slots);
}

/** Passes of a fully connected layer, without the conversion of its inputs. */
export function layerPasses(layout: KeyLayout, slots: number): number {
  return Math.ceil(layout.planes / layout.planesPerPass) * chunksOf(layout, slots);
}

/** Planes that fit one pass: all their groups must find a slot. */
export function mostPlanesPerPass(layout: KeyLayout, slots: number): number {
  return Math.max(1, Math.min(layout.planes, Math.floor(slots / layout.blocks.length)));
}

/** Passes that turn `features` bytes into key bytes. */
export function conversionPasses(features: number, slots: number): number {
  return Math.ceil(features / slots);
}

/** True where the key bytes of a layout fit the lanes' 128 bytes, so that the switch itself can make them. */
export function convertible(layout: KeyLayout): boolean {
  return layoutBytes(layout) <= 128;
}
