import type { PipelineProfile } from "@matchmul/profiles";
import type { KeyField, LogicalTable, MatchKind } from "../types.js";
import { actionBusCost, actionDataCost, actionSelectBits, immediateChoices } from "./action-data.js";
import { attachedCost } from "./attached.js";
import {
  type Amounts,
  addAmounts,
  type Component,
  gatewayHashBits,
  gatewaysOf,
  type MatchCostFunction,
  partAmounts,
  type TableCost,
  unitsOf,
} from "./cost.js";
import { exactCost } from "./exact.js";
import { gatewayCost } from "./gateway.js";
import { hashActionCost } from "./hash-action.js";
import { keylessCost } from "./keyless.js";
import { rangeCost } from "./range.js";
import { ternaryCost } from "./ternary.js";

/** One file for each match kind. */
const matchCosts: Record<MatchKind, MatchCostFunction> = {
  exact: exactCost,
  ternary: ternaryCost,
  range: rangeCost,
  "hash-action": hashActionCost,
  keyless: keylessCost,
  gateway: gatewayCost,
};

/** May a table's entries lie in several stages? Not where its place decides an address, and not beside a register. */
export function isSplittable(table: LogicalTable): boolean {
  const possible = table.match === "exact" || table.match === "ternary" || table.match === "range";
  return possible && (table.splittable ?? (table.stateful ?? []).length === 0);
}

/** What a table takes of a stage that holds it, or a part of it. */
export function tableCost(table: LogicalTable, profile: PipelineProfile): TableCost {
  const costs = immediateChoices(table, profile).map((bits) => costWith(table, profile, bits));
  // Least memory; of equal ones without an action table.
  const memory = (cost: TableCost) => {
    const { sram = 0, actionTables = 0 } = partAmounts(cost, unitsOf(cost, table.entries));
    return sram + actionTables / 100;
  };
  return costs.reduce((a, b) => (memory(b) < memory(a) ? b : a));
}

/**
 * What a part of a table takes of its stage. The compiler divides the action data of each part of a ternary table for
 * itself, so that a part may take less memory than the whole table's division gives it; never more.
 */
export function partUse(table: LogicalTable, entries: number, profile: PipelineProfile): Amounts {
  const asWhole = tableCost(table, profile);
  const use = partAmounts(asWhole, unitsOf(asWhole, entries));
  if (table.match !== "ternary" || entries >= table.entries) return use;
  const alone = tableCost({ ...table, entries }, profile);
  const less = partAmounts(alone, unitsOf(alone, entries));
  return (less.sram ?? 0) < (use.sram ?? 0) ? less : use;
}

/** A table's cost with so many bits of its action data beside the match entry. */
function costWith(table: LogicalTable, profile: PipelineProfile, immediateBits: number): TableCost {
  const data = actionDataCost(table, profile, immediateBits);
  const match = matchCosts[table.match](table, profile, {
    overheadBits: actionSelectBits(table, profile) + immediateBits,
    actionTable: data.component,
  });
  const attached = attachedCost(table, profile);
  const fixed: Amounts = {};
  for (const amounts of [match.fixed, data.fixed, attached.fixed, actionBusCost(table)])
    addAmounts(fixed, amounts);

  const exactFields = new Map<string, number>();
  const ternaryFields = new Map<string, number>();
  addFields(exactFields, match.exactKey ?? []);
  addFields(ternaryFields, match.ternaryKey ?? []);
  addFields(exactFields, attached.fields);
  if ((table.hashOperandBits ?? 0) > 0 && attached.fields.length === 0 && match.exactKey === undefined)
    addFields(exactFields, [{ field: `${table.name} hash`, widthBits: table.hashOperandBits! }]);
  for (const condition of table.gateways ?? []) {
    addAmounts(fixed, {
      gateways: gatewaysOf(condition, profile),
      hashBits: gatewayHashBits(condition, profile),
    });
    addFields(exactFields, condition.fields);
  }

  const actions = table.actions ?? (table.match === "gateway" ? 0 : 1);
  addAmounts(fixed, {
    [table.gress === "ingress" ? "instructionWordsIngress" : "instructionWordsEgress"]: actions,
    vliw8: table.writes?.[8] ?? 0,
    vliw16: table.writes?.[16] ?? 0,
    vliw32: table.writes?.[32] ?? 0,
  });

  const components: Component[] = [...match.components];
  if (data.component !== undefined) components.push(data.component);
  components.push(...attached.components);
  return {
    fixed,
    exactFields,
    ternaryFields,
    unitEntries: match.components[0]?.entriesPerBlock ?? table.entries,
    minimumUnits: match.minimumUnits ?? 1,
    components,
    splittable: isSplittable(table),
  };
}

function addFields(total: Map<string, number>, fields: readonly KeyField[]): void {
  for (const { field, widthBits } of fields)
    total.set(field, Math.max(total.get(field) ?? 0, Math.ceil(widthBits / 8)));
}
