import type { PipelineProfile } from "@matchmul/profiles";
import type { GatewayCondition, KeyField, LogicalTable, StageResource } from "../types.js";

/** Amounts of some resources; those left out are 0. */
export type Amounts = Partial<Record<StageResource, number>>;

/** Memory that grows with a part's entries, in whole blocks. */
export interface Component {
  /** Entries one block (or row of blocks side by side) holds. */
  entriesPerBlock: number;
  /** What one block takes. */
  block: Amounts;
}

/** What a table takes of one stage. */
export interface TableCost {
  /** Taken once by each part of the table. */
  fixed: Amounts;
  /** Bytes on the exact and ternary crossbars, by field; a field is there once for all tables of a stage. */
  exactFields: ReadonlyMap<string, number>;
  ternaryFields: ReadonlyMap<string, number>;
  /** Match memory comes in units of so many entries, and all other memory follows it: the grain of a split. */
  unitEntries: number;
  /** Units a part has at least, however few its entries: the ways of a hashed table. */
  minimumUnits: number;
  /** Memory by entries. */
  components: readonly Component[];
  /** May the entries lie in several stages? */
  splittable: boolean;
}

/** What each match kind's cost file gives: the match's own resources. The rest is common to all kinds. */
export interface MatchCost {
  fixed: Amounts;
  exactKey?: readonly KeyField[];
  ternaryKey?: readonly KeyField[];
  /** Match memory first; none for kinds without it. */
  components: Component[];
  /** Blocks of match memory at least; default 1. */
  minimumUnits?: number;
}

/** What an entry carries beside its key. */
export interface EntryLoad {
  /** Beside the key in match memory. */
  overheadBits: number;
  /** In an action table, if there is one. */
  actionTable?: Component;
}

/** A match kind's cost file. */
export type MatchCostFunction = (table: LogicalTable, profile: PipelineProfile, load: EntryLoad) => MatchCost;

/** Adds `more` times `times` to `total`, in place. */
export function addAmounts(total: Amounts, more: Amounts, times = 1): void {
  for (const [resource, units] of Object.entries(more) as [StageResource, number][])
    total[resource] = (total[resource] ?? 0) + units * times;
}

/** Units that so many entries take, in one part. */
export function unitsOf(cost: TableCost, entries: number): number {
  return Math.max(cost.minimumUnits, Math.ceil(entries / cost.unitEntries));
}

/** What a part of so many units takes, crossbars apart. */
export function partAmounts(cost: TableCost, units: number): Amounts {
  const total: Amounts = { ...cost.fixed };
  for (const { block, entriesPerBlock } of cost.components)
    addAmounts(total, block, Math.ceil((units * cost.unitEntries) / entriesPerBlock));
  return total;
}

/** The memory of a part as a function of its units: each component takes ceil(units / unitsPerBlock) blocks. */
export function partComponents(cost: TableCost): { unitsPerBlock: number; block: Amounts }[] {
  return cost.components.map(({ entriesPerBlock, block }) => ({
    unitsPerBlock: entriesPerBlock / cost.unitEntries,
    block,
  }));
}

/** Bits of all fields of a key. */
export function keyBits(key: readonly KeyField[]): number {
  return key.reduce((sum, k) => sum + k.widthBits, 0);
}

/** Whole bytes that fields take, each by itself. */
export function keyBytes(key: readonly KeyField[]): number {
  return key.reduce((sum, k) => sum + Math.ceil(k.widthBits / 8), 0);
}

/** Gateways that one condition takes: 4 bytes and 12 hash bits each, and 4 rows each, on Tofino. */
export function gatewaysOf(condition: GatewayCondition, profile: PipelineProfile): number {
  const { rows, phvBytes, hashBits } = profile.perStage.gateways;
  const byRows = Math.ceil((condition.rows ?? 1) / rows);
  const byBits = Math.ceil(keyBits(condition.fields) / (8 * phvBytes + hashBits));
  return Math.max(1, byRows, byBits);
}

/** Hash bits that a condition takes, where its fields are more than the bytes gateways compare directly. */
export function gatewayHashBits(condition: GatewayCondition, profile: PipelineProfile): number {
  const direct = 8 * profile.perStage.gateways.phvBytes * gatewaysOf(condition, profile);
  return Math.max(0, keyBits(condition.fields) - direct);
}

/** Least power of two that is not smaller. */
export function powerOfTwo(n: number): number {
  return n <= 1 ? 1 : 2 ** Math.ceil(Math.log2(n));
}

/** Bits to tell `n` things apart. */
export function bitsFor(n: number): number {
  return n <= 1 ? 0 : Math.ceil(Math.log2(n));
}
