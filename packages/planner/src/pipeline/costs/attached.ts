import type { PipelineProfile } from "@matchmul/profiles";
import type { KeyField, LogicalTable } from "../types.js";
import { type Amounts, addAmounts, bitsFor, type Component } from "./cost.js";

/** Packet counters are 32 bits wide, four to a word, or 64. Source: p4c, bf-p4c/mau/resource_estimate.cpp CounterPerWord. */
const counterBits = 32;
/** Cells whose colour a map RAM holds. Source: p4c, bf-p4c/mau/tofino/memories.h COLOR_MAPRAM_PER_ROW. */
const coloursPerMapRam = 4096;
/** A meter's cell fills a word. Source: the same, calculate_attached_rams. */
const meterBits = 128;

/** Registers, meters and counters of a table: their memory, ALUs, and how they are addressed. */
export interface Attached {
  fixed: Amounts;
  /** Arrays with one cell an entry. */
  components: Component[];
  /** Fields that come through the exact crossbar: indexes, and what register actions compute with. */
  fields: KeyField[];
}

/**
 * Memory of an array: its words, and one spare block so that it can be written while it is read; as many map RAMs.
 * Source: p4c, bf-p4c/mau/resource_estimate.cpp calculate_attached_rams.
 */
export function arrayBlocks(cells: number, cellBits: number, profile: PipelineProfile): number {
  const { sram } = profile.perStage;
  const perBlock = sram.words * Math.floor(sram.wordBits / cellBits);
  return Math.ceil(cells / perBlock) + profile.stateful.spareBlocks;
}

export function attachedCost(table: LogicalTable, profile: PipelineProfile): Attached {
  const { hash, sram } = profile.perStage;
  const attached: Attached = { fixed: {}, components: [], fields: [] };
  const arrays = [
    ...(table.stateful ?? []).map((r) => ({ ...r, alu: "statefulAlus" as const })),
    ...(table.meters ?? []).map((m) => ({ ...m, widthBits: meterBits, alu: "statefulAlus" as const })),
    ...(table.counters ?? []).map((c) => ({ widthBits: counterBits, ...c, alu: "statisticsAlus" as const })),
  ];
  let hashed = false;
  for (const { name, alu, widthBits, cells, addressing, index } of arrays) {
    addAmounts(attached.fixed, { [alu]: 1 });
    if (addressing === "match") {
      const spare = profile.stateful.spareBlocks;
      addAmounts(attached.fixed, { sram: spare, mapRam: spare });
      attached.components.push({
        entriesPerBlock: sram.words * Math.floor(sram.wordBits / widthBits),
        block: { sram: 1, mapRam: 1 },
      });
      continue;
    }
    const blocks = arrayBlocks(cells, widthBits, profile);
    const indexBits = Math.max(1, bitsFor(cells));
    hashed = true;
    // A slice passes its 16 bits on and can extend them, so one slice addresses any array.
    addAmounts(attached.fixed, {
      sram: blocks,
      mapRam: blocks,
      hashDistributionSlices: 1,
      hashGroups: Math.ceil(Math.min(indexBits, hash.sliceBits) / hash.indexBits) / hash.indexesPerGroup,
      hashBits: indexBits,
    });
    attached.fields.push(index ?? { field: `${name} index`, widthBits: indexBits });
  }
  for (const meter of table.meters ?? [])
    addAmounts(attached.fixed, { mapRam: Math.ceil(meter.cells / coloursPerMapRam) });
  for (const register of table.stateful ?? []) attached.fields.push(...(register.inputs ?? []));
  // Without a match, an address from a hash can only come along the hit path, which starts in a gateway.
  if (hashed && table.match === "keyless" && (table.gateways ?? []).length === 0)
    addAmounts(attached.fixed, { gateways: 1 });
  const operandBits = table.hashOperandBits ?? 0;
  if (operandBits > 0)
    addAmounts(attached.fixed, {
      hashDistributionSlices: Math.ceil(operandBits / hash.sliceBits),
      hashGroups: Math.ceil(operandBits / hash.indexBits) / hash.indexesPerGroup,
      hashBits: operandBits,
    });
  return attached;
}
