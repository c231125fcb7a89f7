import type { QuantizedModel } from "@matchmul/quantizer";
import { type KeyShape, keyBytesOf, MOST_KEY_BYTES } from "../microcode/types.js";
import { type Block, blocksOf } from "./blocks.js";
import {
  type Choice,
  conversionPasses,
  keyShape,
  type LayerChoice,
  layerPages,
  layerPasses,
  slotPages,
} from "./options.js";
import { tilesOf } from "./tiles.js";

export interface ChooseOptions {
  /** Most lookup tables a pass may have. */
  mostSlots: number;
  /** Bits of a lookup's address: 8 key bits and the page's. */
  mostAddressBits: number;
  /** Who makes the bit planes: the switch, the client, or the switch where it can. */
  encoding: "auto" | "bytes" | "planes";
}

/** A choice with what it costs, before anything is placed. */
export interface Candidate {
  choice: Choice;
  passes: number;
  /** Pages of the fullest slot, the zero page included. */
  pages: number;
}

interface LayerCandidate {
  choice: LayerChoice;
  passes: number;
  pages: { runs: number; length: number };
  convertible: boolean;
}

const size = ({ pages, choice }: LayerCandidate): number => pages.runs * pages.length * choice.planesPerPass;

/** Widest key and most planes a pass that are tried. */
const MOST_G = 12;
const MOST_PLANES = 8;

/** All useful choices of one block: each group size with as many planes a pass as fit, and with one. */
function layerCandidates(block: Block, tileFeatures: number[], slots: number): LayerCandidate[] {
  const found: LayerCandidate[] = [];
  const shapes = (choice: LayerChoice): KeyShape[] =>
    tileFeatures.map((features) => keyShape({ ...block.input, features }, choice, slots));
  for (let g = MOST_G; g >= 1; g--)
    for (const planesPerPass of [MOST_PLANES, 1]) {
      const choice = { g, planesPerPass };
      const tiles = shapes(choice);
      const planes = Math.max(...tiles.map((shape) => shape.planesPerPass));
      if (planesPerPass > 1 && planes === 1) continue;
      const sum = (of: (shape: KeyShape) => number): number =>
        tiles.reduce((total, shape) => total + of(shape), 0);
      found.push({
        choice: { g, planesPerPass: planes },
        // After each tile one pass scales, or gives the verdict.
        passes: sum((shape) => layerPasses(shape, slots) + 1),
        pages: {
          runs: sum((shape) => layerPages(shape, slots).runs),
          length: layerPages(tiles[0], slots).length,
        },
        convertible: sum(keyBytesOf) <= MOST_KEY_BYTES,
      });
    }
  return found;
}

/**
 * Choices worth placing, fewest passes first, then least memory. For each number of slots and each bound on
 * a layer's pages, every layer takes its fastest option within the bound.
 */
export function chooseCandidates(model: QuantizedModel, options: ChooseOptions): Candidate[] {
  const blocks = blocksOf(model);
  const tileFeatures = blocks.map((block) => tilesOf(block).map((tile) => tile.features.length));
  const found = new Map<string, Candidate>();
  const mostPages = 2 ** (options.mostAddressBits - 8);
  for (let slots = options.mostSlots; slots >= 1; slots--) {
    const perLayer = blocks.map((block, i) => layerCandidates(block, tileFeatures[i], slots));
    for (let bound = mostPages; bound >= 1; bound /= 2) {
      const picked: LayerCandidate[] = [];
      let encoding: Choice["encoding"] = options.encoding === "planes" ? "planes" : "bytes";
      for (const [i, candidates] of perLayer.entries()) {
        const affordable = candidates.filter((c) => c.pages.runs * c.pages.length <= bound);
        const made = affordable.filter((c) => c.convertible);
        // Key bytes of inner layers are made in the lanes; those of the first may come from the client.
        const usable = i > 0 || encoding === "bytes" ? made : affordable;
        let pool = usable;
        if (pool.length === 0 && i === 0 && options.encoding === "auto") {
          encoding = "planes";
          pool = affordable;
        }
        pool.sort((a, b) => a.passes - b.passes || size(a) - size(b));
        if (pool.length > 0) picked.push(pool[0]);
      }
      if (picked.length < blocks.length) continue;
      const conversions = blocks.filter((_, i) => i > 0 || encoding === "bytes");
      const converting = conversions.reduce(
        (sum, { input }) => sum + conversionPasses(input.features, slots),
        0,
      );
      // A slot's single pages: one for each value it converts, and one of biases.
      const pages = slotPages(
        picked.map((c) => c.pages),
        converting + 1,
      );
      if (pages > mostPages) continue;
      const passes = converting + picked.reduce((sum, c) => sum + c.passes, 0);
      const choice: Choice = { slots, encoding, layers: picked.map((c) => c.choice) };
      found.set(JSON.stringify(choice), { choice, passes, pages });
    }
  }
  const memory = (c: Candidate): number => c.choice.slots * 2 ** Math.ceil(Math.log2(c.pages));
  return [...found.values()].sort(
    (a, b) => a.passes - b.passes || memory(a) - memory(b) || a.choice.slots - b.choice.slots,
  );
}
