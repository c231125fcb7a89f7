import { Random } from "@matchmul/common";
import type {
  Dependency,
  DependencyKind,
  KeyField,
  LogicalTable,
  MatchKind,
  PipelineProgram,
} from "./types.js";

export interface GenerateOptions {
  tables: number;
  seed: number;
  /** Header and metadata fields that keys are drawn from; default 48. */
  fields?: number;
  /** Share of tables that are one of a family of equal tables; default 0.2. */
  families?: number;
  /** Dependencies a table has on earlier ones, on average; default 1.6. */
  dependencies?: number;
}

/**
 * A random pipeline program in the manner of real switch programs: exact tables of all sizes, ternary lists, small
 * keyless and gateway tables, registers and counters, families of equal tables; keys from a common set of fields;
 * dependencies mostly on tables not far before. The same options give the same program.
 */
export function generatePipeline(options: GenerateOptions): PipelineProgram {
  const {
    tables: count,
    seed,
    fields: fieldCount = 48,
    families = 0.2,
    dependencies: density = 1.6,
  } = options;
  const random = new Random(seed);
  const widths = [8, 16, 16, 32, 32, 48];
  const fields = Array.from(
    { length: fieldCount },
    (_, i): KeyField => ({ field: `hdr.f${i}`, widthBits: widths[random.integer(0, widths.length - 1)] }),
  );
  const tables: LogicalTable[] = [];
  const dependencies: Dependency[] = [];
  while (tables.length < count) {
    const template = randomTable(random, fields, tables.length);
    const members = random.next() < families ? random.integer(2, 6) : 1;
    const before = predecessors(random, tables, template.gress, density);
    for (let m = 0; m < members && tables.length < count; m++) {
      const name = `t${tables.length}`;
      tables.push({
        ...template,
        name,
        counters: template.counters?.map((c) => ({ ...c, name: `${name} counter` })),
      });
      for (const { kind, from } of before) dependencies.push({ kind, from, to: name });
    }
  }
  return { name: `generated-${count}-${seed}`, tables, dependencies };
}

/** A value picked by weight. */
function pick<T>(random: Random, weighted: readonly (readonly [T, number])[]): T {
  let x = random.next() * weighted.reduce((sum, [, w]) => sum + w, 0);
  for (const [value, weight] of weighted) if ((x -= weight) < 0) return value;
  return weighted[weighted.length - 1][0];
}

/** Small numbers are as likely as large ones: uniform in the logarithm. */
function logUniform(random: Random, low: number, high: number): number {
  return Math.round(2 ** (Math.log2(low) + random.next() * (Math.log2(high) - Math.log2(low))));
}

const kinds: readonly (readonly [MatchKind, number])[] = [
  ["exact", 45],
  ["ternary", 18],
  ["range", 3],
  ["hash-action", 6],
  ["keyless", 16],
  ["gateway", 12],
];

function randomTable(random: Random, fields: readonly KeyField[], number: number): LogicalTable {
  const match = pick(random, kinds);
  const gress = random.next() < 0.75 ? "ingress" : "egress";
  const base = { name: "", gress, match, layer: `part ${Math.floor(number / 10)}` } as const;
  const drawKey = (most: number) => {
    const key = new Set<KeyField>();
    for (let n = random.integer(1, most); n > 0; n--) key.add(fields[random.integer(0, fields.length - 1)]);
    return [...key];
  };
  const gateways = () => [
    { fields: [fields[random.integer(0, fields.length - 1)]], rows: random.integer(1, 4) },
  ];
  if (match === "gateway") return { ...base, key: [], entries: 1, actionDataBits: 0, gateways: gateways() };
  const operands = random.integer(0, 4);
  const action = {
    actions: random.integer(1, 4),
    writes: { 8: random.integer(0, 2), 16: random.integer(0, 3), 32: random.integer(0, 4) },
    busOperands: { 16: random.integer(0, operands), 32: operands },
    gateways: random.next() < 0.3 ? gateways() : undefined,
  };
  const actionDataBits = 16 * action.busOperands[16] + 32 * action.busOperands[32];
  const counters =
    random.next() < 0.12 ? [{ name: "counter", cells: logUniform(random, 64, 8192) }] : undefined;
  const stateful =
    random.next() < 0.1
      ? [{ name: "register", widthBits: 32, cells: logUniform(random, 256, 60_000), outputBits: 32 }]
      : undefined;
  switch (match) {
    case "exact":
      return {
        ...base,
        ...action,
        key: drawKey(3),
        // A table with a register is in one stage, whatever its size.
        entries: logUniform(random, 16, stateful === undefined ? 120_000 : 8_000),
        actionDataBits,
        counters,
        stateful,
      };
    case "ternary":
      return {
        ...base,
        ...action,
        key: drawKey(3),
        entries: logUniform(random, 32, 6000),
        actionDataBits,
        counters,
      };
    case "range":
      return {
        ...base,
        ...action,
        key: [{ field: "hdr.port", widthBits: 16 }],
        entries: random.integer(16, 128),
        actionDataBits,
      };
    case "hash-action": {
      const widthBits = random.integer(6, 12);
      return {
        ...base,
        ...action,
        key: [{ field: `meta.index${number}`, widthBits }],
        entries: 2 ** widthBits,
        actionDataBits: Math.max(32, actionDataBits),
      };
    }
    default:
      return { ...base, ...action, key: [], entries: 1, actionDataBits: 0, busOperands: undefined, stateful };
  }
}

const dependencyKinds: readonly (readonly [DependencyKind, number])[] = [
  ["match", 30],
  ["action", 30],
  ["control", 25],
  ["anti", 10],
  ["successor", 5],
];

/** What a new table depends on: mostly tables not far before it, in its gress. */
function predecessors(
  random: Random,
  tables: readonly LogicalTable[],
  gress: LogicalTable["gress"],
  density: number,
): { kind: DependencyKind; from: string }[] {
  const before: { kind: DependencyKind; from: string }[] = [];
  const candidates = tables.filter((t) => t.gress === gress);
  if (candidates.length === 0) return before;
  for (let n = Math.floor(2 * density * random.next() + 0.5); n > 0; n--) {
    const back = Math.min(candidates.length, Math.ceil(candidates.length * random.next() ** 2 * 0.8) + 1);
    before.push({ kind: pick(random, dependencyKinds), from: candidates[candidates.length - back].name });
  }
  return before;
}
