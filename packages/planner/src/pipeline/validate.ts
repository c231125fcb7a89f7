import type { HardwareProfile } from "@matchmul/profiles";
import { actionDataBits } from "./costs/action-data.js";
import { keyBits } from "./costs/cost.js";
import { maximumRangeBits } from "./costs/range.js";
import { error } from "./diagnostics.js";
import { topologicalOrder } from "./problem.js";
import type { LogicalTable, PipelineProgram } from "./types.js";

/** Most tables a program can have: beyond it something else is wrong. */
const maximumTables = 20_000;

/**
 * Refuses programs that no placement could make right: unknown names, cycles, sizes that are not numbers, what the
 * profile's tables cannot express.
 * @throws MatchMulError pipeline-invalid
 */
export function validateProgram(program: PipelineProgram, profile: HardwareProfile): void {
  const refuse = (why: string) => error("pipeline-invalid", program.name, why);
  const { tables, dependencies } = program;
  if (tables.length === 0) throw refuse("it has no table");
  if (tables.length > maximumTables)
    throw refuse(`it has ${tables.length} tables, more than ${maximumTables}`);
  const byName = new Map<string, number>();
  for (const [i, table] of tables.entries()) {
    if (byName.has(table.name)) throw refuse(`two tables are named ${table.name}`);
    byName.set(table.name, i);
    const why = tableFault(table, profile);
    if (why !== undefined) throw refuse(`table ${table.name} ${why}`);
  }
  const known = (name: string, where: string): LogicalTable => {
    const index = byName.get(name);
    if (index === undefined) throw refuse(`${where} names ${name}, which is no table`);
    return tables[index];
  };
  for (const { kind, from, to } of dependencies) {
    const where = `a ${kind} dependency`;
    if (known(from, where).gress !== known(to, where).gress)
      throw refuse(`${where} leads from ${from} to ${to}, which are in different gresses`);
  }
  for (const group of program.exclusive ?? []) for (const name of group) known(name, "an exclusive group");
  refuseCycle(program, byName, refuse);
}

function refuseCycle(
  { tables, dependencies }: PipelineProgram,
  byName: ReadonlyMap<string, number>,
  refuse: (why: string) => Error,
): void {
  const edges = dependencies.map((d) => ({
    from: byName.get(d.from)!,
    to: byName.get(d.to)!,
    gap: 0 as const,
  }));
  const predecessors = tables.map((): typeof edges => []);
  const successors = tables.map((): typeof edges => []);
  for (const edge of edges) {
    predecessors[edge.to].push(edge);
    successors[edge.from].push(edge);
  }
  const order = topologicalOrder(predecessors, successors);
  if (order.length === tables.length) return;
  const done = new Set(order);
  // Every table that is left has a predecessor that is left, so walking back meets one twice.
  const walk: number[] = [];
  let at = tables.findIndex((_, i) => !done.has(i));
  while (!walk.includes(at)) {
    walk.push(at);
    at = predecessors[at].find((e) => !done.has(e.from))!.from;
  }
  const cycle = [at, ...walk.slice(walk.indexOf(at) + 1).reverse(), at].map((i) => tables[i].name);
  throw refuse(`its dependencies form a cycle: ${cycle.join(" before ")}`);
}

/** What is wrong with one table by itself, or undefined. */
function tableFault(table: LogicalTable, profile: HardwareProfile): string | undefined {
  const count = (n: number) => Number.isSafeInteger(n) && n >= 0;
  if (!count(table.entries) || table.entries < 1)
    return `has ${table.entries} entries; a whole number, 1 or more, is expected`;
  if (!count(table.actionDataBits)) return `has ${table.actionDataBits} bits of action data`;
  if (table.actions !== undefined && !count(table.actions)) return `has ${table.actions} actions`;
  for (const key of ["writes", "busOperands", "constantOperands"] as const)
    for (const [width, n] of Object.entries(table[key] ?? {}))
      if (!count(n) || !["8", "16", "32"].includes(width))
        return `has ${key} of ${n} for ALUs of ${width} bits`;
  const fields = [...table.key, ...(table.gateways ?? []).flatMap((g) => g.fields)];
  for (const { field, widthBits } of fields)
    if (!count(widthBits) || widthBits < 1) return `compares the field ${field} of ${widthBits} bits`;
  const bits = keyBits(table.key);
  const matches = table.match !== "keyless" && table.match !== "gateway";
  if (matches !== bits > 0)
    return matches ? `is ${table.match} and has no key` : `is ${table.match} and has a key`;
  if (table.match === "gateway" && (table.gateways ?? []).length === 0)
    return "is a gateway without a condition";
  if (table.match === "hash-action" && (bits > 40 || table.entries !== 2 ** bits))
    return `is addressed by ${bits} key bits, so it has 2^${bits} entries, not ${table.entries}`;
  if (table.match === "range" && table.key.some((k) => k.widthBits > maximumRangeBits))
    return `matches a range of more than ${maximumRangeBits} bits`;
  for (const array of [...(table.stateful ?? []), ...(table.meters ?? []), ...(table.counters ?? [])])
    if (!count(array.cells) || array.cells < 1) return `has ${array.name} with ${array.cells} cells`;
  return profile.pipeline === undefined ? undefined : profileFault(table, profile.pipeline);
}

/** What the profile's tables and registers cannot express, however much room there is. */
function profileFault(
  table: LogicalTable,
  { perStage, stateful }: NonNullable<HardwareProfile["pipeline"]>,
): string | undefined {
  const data = actionDataBits(table);
  if (data > perStage.actionData.maximumBits)
    return `has ${data} bits of action data; an entry holds at most ${perStage.actionData.maximumBits}`;
  for (const register of table.stateful ?? []) {
    const { name, widthBits, instructions = 1, outputBits = 0 } = register;
    if (
      widthBits < 1 ||
      widthBits > stateful.maximumCellBits ||
      widthBits !== 2 ** Math.round(Math.log2(widthBits))
    )
      return `has the register ${name} with cells of ${widthBits} bits; a power of two up to ${stateful.maximumCellBits} is expected`;
    if (instructions > stateful.instructions)
      return `has ${instructions} register actions on ${name}; at most ${stateful.instructions} are possible`;
    if (outputBits > stateful.outputBits)
      return `takes ${outputBits} bits out of the register ${name}; at most ${stateful.outputBits} are possible`;
  }
  return undefined;
}
