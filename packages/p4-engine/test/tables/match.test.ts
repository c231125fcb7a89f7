import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bits, MatchKey } from "../../src/api.js";
import { createTable, type KeyField, type MatchTable } from "../../src/tables/index.js";

/** The model: a list of entries, searched one by one in bigint arithmetic. */
interface ModelEntry {
  handle: number;
  key: MatchKey[];
  priority: number;
}

const ones = (width: number) => (1n << BigInt(width)) - 1n;

function fieldMatches(key: MatchKey, width: number, x: bigint): boolean {
  switch (key.kind) {
    case "exact":
      return BigInt(key.value) === x;
    case "ternary":
      return (BigInt(key.value) & BigInt(key.mask)) === (x & BigInt(key.mask));
    case "lpm": {
      const mask = ones(width) ^ ones(width - key.prefixLength);
      return (BigInt(key.value) & mask) === (x & mask);
    }
    case "range":
      return BigInt(key.low) <= x && x <= BigInt(key.high);
    case "optional":
      return key.value === null || BigInt(key.value) === x;
  }
}

function modelLookup(fields: KeyField[], entries: ModelEntry[], xs: bigint[]): number {
  let best: ModelEntry | undefined;
  for (const e of entries)
    if (e.key.every((k, i) => fieldMatches(k, fields[i].widthBits, xs[i])))
      if (!best || e.priority > best.priority) best = e;
  return best ? best.handle + 1 : 0;
}

/** Small values, so that keys collide and ranges overlap, spread over the field's whole width. */
const valueArb = (width: number) =>
  fc.oneof(
    fc.bigInt(0n, ones(Math.min(width, 3))),
    fc.bigInt(0n, ones(Math.min(width, 3))).map((v) => v << BigInt(Math.max(0, width - 3))),
    fc.bigInt(0n, ones(width)),
  );

const toBits = (v: bigint, width: number): Bits => (width <= 53 ? Number(v) : v);
/** A key as generated code passes it: numbers to 32 bits, in either sign reading, bigints above. */
const toArgument = (v: bigint, width: number, signed: boolean) =>
  width > 32 ? v : signed ? Number(v) | 0 : Number(v);

function keyArb(field: KeyField): fc.Arbitrary<MatchKey> {
  const w = field.widthBits;
  const value = valueArb(w);
  const bits = value.map((v) => toBits(v, w));
  switch (field.kind) {
    case "exact":
      return bits.map((v) => ({ kind: "exact", value: v }));
    case "ternary":
      return fc.tuple(bits, bits).map(([v, mask]) => ({ kind: "ternary", value: v, mask }));
    case "lpm":
      return fc.tuple(bits, fc.nat(w)).map(([v, prefixLength]) => ({ kind: "lpm", value: v, prefixLength }));
    case "range":
      return fc.tuple(value, value).map(([a, b]) => ({
        kind: "range",
        low: toBits(a < b ? a : b, w),
        high: toBits(a < b ? b : a, w),
      }));
    case "optional":
      return fc.oneof(bits, fc.constant(null)).map((v) => ({ kind: "optional", value: v }));
  }
}

type Operation = { insert: MatchKey[]; priority: number } | { remove: number } | { look: bigint[] };

function operationsArb(fields: KeyField[]): fc.Arbitrary<Operation[]> {
  const insert = fc.record({
    insert: fc.tuple(...fields.map(keyArb)) as fc.Arbitrary<MatchKey[]>,
    priority: fc.nat(5),
  });
  const look = fc.record({
    look: fc.tuple(...fields.map((f) => valueArb(f.widthBits))) as fc.Arbitrary<bigint[]>,
  });
  const remove = fc.record({ remove: fc.nat(40) });
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: insert },
      { weight: 8, arbitrary: look },
      { weight: 1, arbitrary: remove },
    ),
    { maxLength: 120 },
  );
}

function run(fields: KeyField[], operations: Operation[]): void {
  const table = createTable({
    name: "t",
    keys: fields,
    actions: [{ name: "a", params: [{ name: "x", widthBits: 40 }] }],
    size: 64,
  });
  const lpm = fields.findIndex((f) => f.kind === "lpm");
  const byPrefix = lpm >= 0 && fields.every((f) => f.kind === "exact" || f.kind === "lpm");
  const exact = fields.every((f) => f.kind === "exact");
  const entries: ModelEntry[] = [];
  for (const op of operations) {
    if ("insert" in op) {
      const prefix = op.insert[lpm];
      const priority = byPrefix && prefix.kind === "lpm" ? prefix.prefixLength : exact ? 0 : op.priority;
      const duplicate = table.find(op.insert, op.priority) >= 0;
      if (duplicate || table.count === 64) {
        expect(() => table.insert(op.insert, 0, [1], op.priority)).toThrow(duplicate ? /already/ : /full/);
        continue;
      }
      const handle = table.insert(op.insert, 0, [entries.length], op.priority);
      entries.push({ handle, key: op.insert, priority });
      expect(table.find(op.insert, op.priority)).toBe(handle);
    } else if ("remove" in op) {
      if (entries.length === 0) continue;
      const [gone] = entries.splice(op.remove % entries.length, 1);
      table.remove(gone.handle);
      expect(table.find(gone.key, gone.priority)).toBe(-1);
    } else {
      const wanted = modelLookup(fields, entries, op.look);
      for (const signed of [false, true]) {
        const key = op.look.map((v, i) => toArgument(v, fields[i].widthBits, signed));
        expect(table.lookup(...(key as never[]))).toBe(wanted);
      }
    }
    expect(table.count).toBe(entries.length);
  }
  expect(table.entries().map((e) => e.handle)).toEqual(entries.map((e) => e.handle));
}

const shapes: Record<string, KeyField[]> = {
  "dense exact": [
    { name: "a", kind: "exact", widthBits: 3 },
    { name: "b", kind: "exact", widthBits: 5 },
  ],
  "hashed exact": [{ name: "a", kind: "exact", widthBits: 32 }],
  "wide exact": [
    { name: "a", kind: "exact", widthBits: 48 },
    { name: "b", kind: "exact", widthBits: 1 },
    { name: "c", kind: "exact", widthBits: 128 },
  ],
  lpm: [{ name: "a", kind: "lpm", widthBits: 32 }],
  "exact and lpm": [
    { name: "a", kind: "exact", widthBits: 4 },
    { name: "b", kind: "lpm", widthBits: 65 },
  ],
  ternary: [{ name: "a", kind: "ternary", widthBits: 9 }],
  "wide ternary": [
    { name: "a", kind: "ternary", widthBits: 33 },
    { name: "b", kind: "ternary", widthBits: 32 },
  ],
  "ternary and lpm": [
    { name: "a", kind: "ternary", widthBits: 8 },
    { name: "b", kind: "lpm", widthBits: 12 },
  ],
  range: [{ name: "a", kind: "range", widthBits: 32 }],
  "wide range": [{ name: "a", kind: "range", widthBits: 64 }],
  "two ranges": [
    { name: "a", kind: "range", widthBits: 16 },
    { name: "b", kind: "range", widthBits: 3 },
  ],
  optional: [
    { name: "a", kind: "optional", widthBits: 3 },
    { name: "b", kind: "optional", widthBits: 40 },
  ],
  mixed: [
    { name: "a", kind: "exact", widthBits: 2 },
    { name: "b", kind: "ternary", widthBits: 20 },
    { name: "c", kind: "range", widthBits: 10 },
    { name: "d", kind: "optional", widthBits: 2 },
  ],
};

describe("tables find what a search entry by entry finds", () => {
  for (const [name, fields] of Object.entries(shapes))
    it(name, () => {
      fc.assert(
        fc.property(operationsArb(fields), (operations) => run(fields, operations)),
        { numRuns: 60 },
      );
    });
});

describe("large tables", () => {
  const random = (seed: number) => () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
  const fill = (
    fields: KeyField[],
    n: number,
    make: (next: () => number) => MatchKey[],
  ): [MatchTable, ModelEntry[]] => {
    const table = createTable({ name: "t", keys: fields, actions: [{ name: "a", params: [] }], size: n + 1 });
    const next = random(7);
    const entries: ModelEntry[] = [];
    for (let i = 0; i < n; i++) {
      const key = make(next);
      const priority = next() >>> 12;
      if (table.find(key, priority) < 0)
        entries.push({ handle: table.insert(key, 0, [], priority), key, priority });
    }
    return [table, entries];
  };

  it("with many masks agree with the search", () => {
    const fields: KeyField[] = [{ name: "a", kind: "ternary", widthBits: 32 }];
    const [table, entries] = fill(fields, 1000, (next) => [
      { kind: "ternary", value: next(), mask: (next() & next() & next()) >>> 0 },
    ]);
    const next = random(11);
    for (let i = 0; i < 300; i++) {
      const x = next();
      expect(table.lookup(x as never)).toBe(modelLookup(fields, entries, [BigInt(x)]));
    }
    // Vectors must not outlive a change.
    const x = next();
    const handle = table.insert([{ kind: "ternary", value: 0, mask: 0 }], 0, [], 0x7fffffff);
    expect(table.lookup(x as never)).toBe(handle + 1);
    table.remove(handle);
    expect(table.lookup(x as never)).toBe(modelLookup(fields, entries, [BigInt(x)]));
  });

  it("of many overlapping ranges agree with the search", () => {
    const fields: KeyField[] = [{ name: "a", kind: "range", widthBits: 32 }];
    const [table, entries] = fill(fields, 500, (next) => {
      const [a, b] = [next(), next()];
      return [
        {
          kind: "range",
          low: Math.min(a, b),
          high: Math.min(Math.max(a, b), Math.min(a, b) + (next() >>> 4)),
        },
      ];
    });
    const next = random(13);
    const edges = entries.flatMap((e) =>
      e.key[0].kind === "range" ? [Number(e.key[0].low), Number(e.key[0].high)] : [],
    );
    for (const x of [0, 0xffffffff, ...edges, ...Array.from({ length: 200 }, next)])
      expect(table.lookup(x as never)).toBe(modelLookup(fields, entries, [BigInt(x)]));
  });

  it("keep 32 words of action data an entry", () => {
    const params = Array.from({ length: 32 }, (_, i) => ({ name: `p${i}`, widthBits: 32 }));
    const table = createTable({
      name: "t",
      keys: [{ name: "k", kind: "exact", widthBits: 24 }],
      actions: [{ name: "a", params }],
      size: 20000,
    });
    const args = (i: number) => params.map((_, p) => (i * 2654435761 + p) >>> 0);
    for (let i = 0; i < 20000; i++) table.insert([{ kind: "exact", value: i * 3 }], 0, args(i));
    expect(table.stride).toBe(32);
    expect(table.data.byteLength).toBeLessThanOrEqual(20001 * 128);
    const slot = table.lookup((3 * 12345) as never);
    expect([...table.data.subarray(slot * 32, slot * 32 + 32)]).toEqual(args(12345));
    expect(table.lookup((3 * 12345 + 1) as never)).toBe(0);
  });
});
