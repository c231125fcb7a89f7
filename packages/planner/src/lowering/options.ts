import type { KeyShape } from "../microcode/types.js";
import type { InputRange } from "./blocks.js";

/** The choices for one fully connected layer. */
export interface LayerChoice {
  /** Features in a lookup's key, 1 to 12: 2^g rows hold all sums of g weights. */
  g: number;
  /** Bit planes in one pass: each has its own copy of the tables, scaled by its power of two. */
  planesPerPass: number;
}

export const kernels = ["bit-serial", "shift-add", "shift-add-constants"] as const;

export type Kernel = (typeof kernels)[number];

/** True for shift-and-add, wherever its weights are. */
export const isShiftAdd = (kernel: Kernel | "auto" | undefined): boolean =>
  kernel === "shift-add" || kernel === "shift-add-constants";

export interface Choice {
  /** Left out: bit-serial. Shift-and-add has nothing else to choose. */
  kernel?: Kernel;
  slots: number;
  encoding: "bytes" | "planes";
  /** By position among the fully connected layers. */
  layers: LayerChoice[];
}

/** The shape of a layer's keys: planes from its input's range, two bytes a key where g exceeds one. */
export function keyShape(input: InputRange, choice: LayerChoice, slots: number): KeyShape {
  const offset = input.min < 0 ? 128 : 0;
  const planes = Math.max(1, Math.ceil(Math.log2(input.max + offset + 1)));
  const groups = Math.ceil(input.features / choice.g);
  return {
    features: input.features,
    planes,
    offset,
    planesPerPass: Math.max(1, Math.min(choice.planesPerPass, planes, Math.floor(slots / groups))),
    g: choice.g,
    groups,
    keyBytes: choice.g > 8 ? 2 : 1,
  };
}

/** Passes in which all groups of one plane are looked up. */
export function chunksOf(shape: KeyShape, slots: number): number {
  return Math.ceil(shape.groups / slots);
}

/** Keys of the last pass of a layer, the bias left out. */
export function lastPassKeys(shape: KeyShape, slots: number): number {
  const chunks = chunksOf(shape, slots);
  return chunks > 1 ? shape.groups - (chunks - 1) * slots : shape.groups * shape.planesPerPass;
}

/** Passes of a fully connected layer, without the conversion of its inputs. The bias needs a slot of the last. */
export function layerPasses(shape: KeyShape, slots: number): number {
  const summing = Math.ceil(shape.planes / shape.planesPerPass) * chunksOf(shape, slots);
  return lastPassKeys(shape, slots) < slots ? summing : summing + 1;
}

/** Runs of neighbouring pages that a layer's weights take in one slot: how many, of how many pages. */
export function layerPages(shape: KeyShape, slots: number): { runs: number; length: number } {
  const chunks = chunksOf(shape, slots);
  return shape.g > 8
    ? { runs: chunks, length: 2 ** (shape.g - 8) }
    : { runs: Math.ceil(chunks / 2 ** (8 - shape.g)), length: 1 };
}

/** Pages of the fullest slot, as MicroBuilder hands them out: runs are aligned, single pages fill the gaps. */
export function slotPages(layers: { runs: number; length: number }[], singles: number): number {
  // Page 0 adds nothing.
  let end = 1;
  let gaps = 0;
  for (const { runs, length } of layers) {
    const aligned = Math.ceil(end / length) * length;
    gaps += aligned - end;
    end = aligned + runs * length;
  }
  return end + Math.max(0, singles - gaps);
}

/** Passes that turn `features` bytes into keys. */
export function conversionPasses(features: number, slots: number): number {
  return Math.ceil(features / slots);
}
