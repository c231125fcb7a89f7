import type { PipelineProfile } from "@matchmul/profiles";
import { type ContainerBits, containerWidths, type LogicalTable, type PerContainer } from "../types.js";
import { type Amounts, addAmounts, bitsFor, type Component, powerOfTwo } from "./cost.js";

/** Where a table's action data go, and what they take. */
export interface ActionData {
  /** Bits beside the match entry. */
  immediateBits: number;
  fixed: Amounts;
  /** The action table, if there is one. */
  component?: Component;
}

const noDataTables = new Set<LogicalTable["match"]>(["hash-action", "keyless"]);

/** Bits of action data of an entry, constants that travel as action data included. */
export function actionDataBits(table: LogicalTable): number {
  return containerWidths.reduce(
    (sum, width) => sum + width * (table.constantOperands?.[width] ?? 0),
    table.actionDataBits,
  );
}

/**
 * Ways to divide action data between match entry and action table: the bits that go beside the entry. All of it there
 * if it fits; a full 32 bits there and the rest in the table; or all in the table. A hash action has no entry.
 */
export function immediateChoices(table: LogicalTable, profile: PipelineProfile): number[] {
  const bits = actionDataBits(table);
  const { immediateBits } = profile.perStage.actionData;
  if (bits === 0 || table.match === "hash-action" || table.actionDataIn === "table") return [0];
  if (bits <= immediateBits)
    return table.actionDataIn === "entry" || table.match === "keyless" ? [bits] : [bits, 0];
  return table.match === "keyless" ? [0] : [0, immediateBits];
}

/** Counts RAM blocks and busses of action data, with so many of its bits beside the match entry. */
export function actionDataCost(
  table: LogicalTable,
  profile: PipelineProfile,
  immediateBits: number,
): ActionData {
  const { actionData, sram } = profile.perStage;
  const bits = actionDataBits(table) - immediateBits;
  if (bits === 0) return { immediateBits, fixed: {} };
  const width = Math.max(actionData.minimumBits, powerOfTwo(bits));
  const words = Math.ceil(width / sram.wordBits);
  return {
    immediateBits,
    fixed: { actionTables: 1, actionDataBusses: Math.ceil(width / actionData.busBits) },
    component: {
      entriesPerBlock: sram.words * Math.max(1, Math.floor(sram.wordBits / width)),
      block: { sram: words },
    },
  };
}

/** Bits that choose among a table's actions: a code for up to 8 of them, an instruction address beyond. */
export function actionSelectBits(table: LogicalTable, profile: PipelineProfile): number {
  if (noDataTables.has(table.match)) return 0;
  const actions = table.actions ?? 1;
  return actions <= 8 ? bitsFor(actions) : bitsFor(profile.perStage.instructionMemory.words) + 1;
}

/**
 * Places on the action data bus. Each operand takes its own bytes; the places of one width are counted in whole
 * 32-bit words, since what comes from one RAM word stays together there.
 */
export function actionBusCost(table: LogicalTable): Amounts {
  const total: Amounts = {};
  const operands: Record<ContainerBits, number> = { 8: 0, 16: 0, 32: 0 };
  const add = (more: PerContainer | undefined) => {
    for (const width of containerWidths) operands[width] += more?.[width] ?? 0;
  };
  add(table.busOperands);
  add(table.constantOperands);
  for (const register of table.stateful ?? []) {
    const bits = register.outputBits ?? 0;
    if (bits > 16) operands[32] += Math.ceil(bits / 32);
    else if (bits > 8) operands[16]++;
    else if (bits > 0) operands[8]++;
  }
  for (const width of containerWidths) {
    const perWord = 32 / width;
    const words = Math.ceil(operands[width] / perWord);
    if (words > 0)
      addAmounts(total, {
        [`actionBusOperands${width}`]: words * perWord,
        actionBusBytes: (operands[width] * width) / 8,
      });
  }
  return total;
}
