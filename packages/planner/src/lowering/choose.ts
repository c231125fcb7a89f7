import type { QuantizedModel } from "@matchmul/quantizer";
import { fullyConnectedChain, inputRange } from "./lower.js";
import {
  type Choice,
  conversionPasses,
  convertible,
  type InputRange,
  keyShape,
  type LayerChoice,
  layerPages,
  layerPasses,
  mostPlanesPerPass,
  slotPages,
} from "./options.js";

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

/** All useful choices of one layer: each group size with as many planes a pass as fit, and with one. */
function layerCandidates(range: InputRange, slots: number): LayerCandidate[] {
  const found: LayerCandidate[] = [];
  for (let g = 12; g >= 1; g--) {
    const single = keyShape(range, { g, planesPerPass: 1 }, slots);
    for (const planesPerPass of new Set([mostPlanesPerPass(single, slots), 1])) {
      const choice = { g, planesPerPass };
      const shape = keyShape(range, choice, slots);
      found.push({
        choice,
        passes: layerPasses(shape, slots),
        pages: layerPages(shape, slots),
        convertible: convertible(shape),
      });
    }
  }
  return found;
}

/**
 * Choices worth placing, fewest passes first, then least memory. For each number of slots and each bound on
 * a layer's pages, every layer takes its fastest option within the bound.
 */
export function chooseCandidates(model: QuantizedModel, options: ChooseOptions): Candidate[] {
  const ranges = fullyConnectedChain(model).map((layer) => inputRange(model, layer));
  const found = new Map<string, Candidate>();
  const mostPages = 2 ** (options.mostAddressBits - 8);
  for (let slots = options.mostSlots; slots >= 1; slots--) {
    const perLayer = ranges.map((range) => layerCandidates(range, slots));
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
      if (picked.length < ranges.length) continue;
      const conversions = ranges.filter((_, i) => i > 0 || encoding === "bytes");
      const converting = conversions.reduce((sum, r) => sum + conversionPasses(r.features, slots), 0);
      // A slot's single pages: one for each value it converts, and one of biases.
      const pages = slotPages(
        picked.map((c) => c.pages),
        converting + 1,
      );
      if (pages > mostPages) continue;
      // Scaling after each layer but the last, the verdict after that.
      const passes = converting + picked.reduce((sum, c) => sum + c.passes, 0) + ranges.length;
      const choice: Choice = { slots, encoding, layers: picked.map((c) => c.choice) };
      found.set(JSON.stringify(choice), { choice, passes, pages });
    }
  }
  const memory = (c: Candidate): number => c.choice.slots * 2 ** Math.ceil(Math.log2(c.pages));
  return [...found.values()].sort(
    (a, b) => a.passes - b.passes || memory(a) - memory(b) || a.choice.slots - b.choice.slots,
  );
}
