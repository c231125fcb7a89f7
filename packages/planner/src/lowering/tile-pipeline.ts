import { poolLevels } from "../microcode/interpreter.js";
import { prefixesOf } from "../microcode/prefixes.js";
import {
  LANES,
  type MicroProgram,
  PAGE_ROWS,
  type Pool,
  pageBits,
  type ShiftAddTables,
} from "../microcode/types.js";
import { logicalTable } from "../pipeline/table.js";
import type { Dependency, LogicalTable, PhvCluster, PhvField, PipelineProgram } from "../pipeline/types.js";
import { sequencerData } from "./sequencer-data.js";

/** Rows of each lookup table: a power of two, since every key is an address. */
export function lookupRows(program: MicroProgram): number {
  return 2 ** pageBits(program) * PAGE_ROWS;
}

/** Entries the sequencer table is given: room for longer schedules of the same shape. */
export function sequencerRows(program: MicroProgram): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(program.passes.length)));
}

/** Entries of the table that acts on a class. */
export function verdictRows(program: MicroProgram): number {
  return 2 ** treeLevels(program.classes);
}

/** Low bytes of lanes that wait after a narrowing parse has taken its keys; at least 1, as P4 wants. */
export function restSize(program: MicroProgram): number {
  const sizes = program.passes.map(({ parse }) =>
    parse.kind === "narrow" ? parse.lanes - Math.max(0, parse.keys - parse.parked) : 0,
  );
  return Math.max(1, ...sizes);
}

/** Most low bytes of lanes that one pass parks; 0 where no layer has several tiles. */
export function parkSize(program: MicroProgram): number {
  return Math.max(0, ...program.passes.map(({ parse }) => (parse.kind === "park" ? parse.lanes : 0)));
}

/** Lanes that are requantized by thresholds. */
export function quantizedLanes(program: MicroProgram): number {
  return Math.max(0, ...program.thresholds.map(({ lanes }) => lanes.length));
}

/** Copies of lanes that arg-max compares: those of all classes, and two at least. */
export function topsOf(classes: number): number {
  return Math.max(2, classes);
}

/** Levels of the arg-max tree: each halves the lanes that are left. */
export function treeLevels(classes: number): number {
  return Math.ceil(Math.log2(Math.max(2, classes)));
}

/** A shape of max pooling as a place in the program: with a requantization of this kind. */
export interface PoolShape {
  pool: Pool;
  /** The pass pools what it brought into the range of a byte this way. */
  kind: "scale" | "threshold";
}

/** The shapes of max pooling that occur, in order of the first pass. */
export function poolShapes(program: MicroProgram): PoolShape[] {
  const shapes = new Map<string, PoolShape>();
  for (const { step } of program.passes)
    if ((step.kind === "scale" || step.kind === "threshold") && step.pool !== null) {
      const key = `${step.kind} ${step.pool.units}x${step.pool.window}`;
      if (!shapes.has(key)) shapes.set(key, { pool: step.pool, kind: step.kind });
    }
  return [...shapes.values()];
}

/** Entries the fullest requantization table needs: the intervals of all layers, as values under masks. */
export function quantizeRows(program: MicroProgram): number {
  const rows = new Array(quantizedLanes(program)).fill(0);
  for (const { lanes } of program.thresholds)
    for (const [m, row] of lanes.entries())
      for (let n = 0; n <= row.length; n++)
        rows[m] += prefixesOf(
          n === 0 ? -(2 ** 31) : row[n - 1],
          n === row.length ? 2 ** 31 - 1 : row[n] - 1,
        ).length;
  return Math.max(0, ...rows);
}

/** Actions of constants in one table: a stage has words for 31 instructions, and some are its other tables'. */
const CONSTANT_ROWS = 28;

/** Numbers of the rows that are constants of actions, table by table. A row of zeros needs no action. */
export function constantRows({ constants, rows }: ShiftAddTables): number[][] {
  if (constants !== true) return [];
  const numbers = [...rows.keys()].filter((r) => rows[r].words.some((w) => w !== 0));
  return Array.from({ length: Math.ceil(numbers.length / CONSTANT_ROWS) }, (_, t) =>
    numbers.slice(t * CONSTANT_ROWS, (t + 1) * CONSTANT_ROWS),
  );
}

const distinct = <T>(values: T[]): number => new Set(values).size;

/** The tables of the emitted program (p4src/tna/tile.p4) and what each asks of a stage. */
export function tilePipeline(program: MicroProgram): PipelineProgram {
  const { slots, lanes, classes, passes } = program;
  const bits = program.shiftAdd ? 1 : pageBits(program);
  const steps = passes.map((pass) => pass.step);
  const scales = steps.filter((step) => step.kind === "scale");
  const tables: LogicalTable[] = [];
  const dependencies: Dependency[] = [];
  const depend = (kind: Dependency["kind"], from: string, to: string): void => {
    dependencies.push({ kind, from, to });
  };
  const table = (name: string, rest: Partial<LogicalTable>): string => {
    tables.push(logicalTable(name, rest));
    return name;
  };

  /** The bit-serial kernel: lookups that follow each other, since all of them write the lanes. */
  function lookupTables(): string[] {
    const lookups = Array.from({ length: slots }, (_, s) =>
      table(`lookup_${s}`, {
        layer: "lookups",
        match: "hash-action",
        key: [
          { field: `meta.page_${s}`, widthBits: bits },
          { field: `hdr.key[${s}].value`, widthBits: 8 },
        ],
        entries: lookupRows(program),
        actionDataBits: LANES * 32,
        writes: { 32: LANES },
        busOperands: { 32: LANES },
      }),
    );
    for (const [s, lookup] of lookups.entries()) {
      depend("match", "sequencer", lookup);
      if (s > 0) depend("action", lookups[s - 1], lookup);
    }
    return lookups;
  }

  /** Shift-and-add: a row of weights and the factor's byte, then for each bit an addition beside a doubling. */
  function shiftAddTables(shiftAdd: ShiftAddTables): string[] {
    const { rows, maps } = shiftAdd;
    const rowBits = Math.max(1, Math.ceil(Math.log2(rows.length)));
    const key = [{ field: "meta.row", widthBits: rowBits }];
    const data = { actionDataBits: lanes * 32, writes: { 32: lanes }, busOperands: { 32: lanes } };
    // Constants outside -8..7 the Tofino compiler makes action data of, entry by entry.
    const loads =
      shiftAdd.constants === true
        ? constantRows(shiftAdd).map((numbers, t) =>
            table(`weights_${t}`, {
              layer: "weights",
              match: "exact",
              key,
              entries: numbers.length,
              actions: numbers.length,
              actionDataIn: "table",
              splittable: false,
              ...data,
            }),
          )
        : [table("weights", { layer: "weights", match: "hash-action", key, entries: 2 ** rowBits, ...data })];
    const translate = table("translate", {
      layer: "weights",
      match: "exact",
      key: [
        { field: "meta.map_number", widthBits: 8 },
        { field: "hdr.key[0].value", widthBits: 8 },
      ],
      entries: maps.length * PAGE_ROWS,
      actionDataBits: 8,
      writes: { 8: 1 },
      busOperands: { 8: 1 },
      splittable: false,
    });
    for (const [t, weights] of loads.entries()) {
      depend("match", "sequencer", weights);
      if (t > 0) depend("action", loads[t - 1], weights);
    }
    depend("match", "sequencer", translate);
    const names = [...loads, translate];
    const weights = loads.at(-1);
    const loaded = (to: string): void => {
      if (weights !== undefined) depend("action", weights, to);
    };
    for (let bit = 0; bit < 8; bit++) {
      const add = table(`add_weights_${bit}`, { layer: "multiply", writes: { 32: lanes } });
      // Whether it runs is a bit of the factor.
      depend("match", translate, add);
      if (bit === 0) loaded(add);
      else depend("action", `double_weights_${bit - 1}`, add);
      if (bit > 0) depend("action", `add_weights_${bit - 1}`, add);
      names.push(add);
      if (bit === 7) break;
      const double = table(`double_weights_${bit}`, { layer: "multiply", writes: { 32: lanes } });
      depend("anti", add, double);
      if (bit === 0) loaded(double);
      else depend("action", `double_weights_${bit - 1}`, double);
      names.push(double);
    }
    return names;
  }

  // For what is no packet of ours.
  table("drop", { layer: "sequencer", writes: { 8: 1 } });

  // admit, begin, continue, decide, drop; and one for each distance of shifting.
  const leftShifts = distinct(steps.map((s) => (s.kind === "accumulate" ? s.shiftLeft : 0)));
  const rightShifts = distinct(scales.map((s) => s.shift));
  const data = sequencerData(program);
  table("sequencer", {
    layer: "sequencer",
    match: "exact",
    key: [
      { field: "hdr.matchmul.kind", widthBits: 8 },
      { field: "hdr.matchmul.pc", widthBits: 16 },
    ],
    entries: sequencerRows(program),
    actionDataBits: data.bits,
    actionDataIn: "table",
    actions: 4 + leftShifts + rightShifts,
    // Lanes; parse, kind, clamp, decide; pc, reply port, egress port, and the pages.
    writes: { 8: 4 + slots, 16: 3, 32: lanes },
    busOperands: { 8: data.bytes, 16: data.halves },
    splittable: false,
  });

  const sums = program.shiftAdd ? shiftAddTables(program.shiftAdd) : lookupTables();

  const chain = (names: string[]): void => {
    for (const [i, name] of names.entries()) {
      // Whether they run is a field the sequencer writes.
      depend("match", "sequencer", name);
      if (i > 0) depend("action", names[i - 1], name);
    }
  };

  const pools = poolShapes(program).map(({ pool, kind }, i) => ({
    kind,
    levels: poolLevels(pool).map((pairs, level) =>
      table(`pool_${i + 1}_${level}`, { layer: "pooling", writes: { 32: pairs.length } }),
    ),
  }));
  // Pooling before the clamp: the largest of clamped values is the clamped largest, and the constant 255 needs
  // the action data bus, which lookups fill.
  const clamps =
    scales.length === 0
      ? []
      : [
          table("clamp_low", { layer: "requantization", writes: { 32: lanes } }),
          table("clamp_high", {
            layer: "requantization",
            writes: { 32: lanes },
            constantOperands: { 32: 1 },
          }),
        ];
  const scalePools = pools.filter((p) => p.kind === "scale");
  chain(clamps);
  for (const { levels } of scalePools) {
    chain(levels);
    depend("action", levels.at(-1)!, clamps[0]);
  }

  // The Tofino compiler places the last one first, which shows where they are split over stages.
  const quantizedOrder = Array.from({ length: quantizedLanes(program) }, (_, m) => m).reverse();
  const quantize = quantizedOrder.map((m) =>
    table(`quantize_${m}`, {
      layer: "requantization",
      match: "ternary",
      key: [
        { field: "meta.quantize", widthBits: 8 },
        { field: `hdr.lanes.l${m}`, widthBits: 32 },
      ],
      entries: quantizeRows(program),
      actionDataBits: 32,
      actions: 2,
      writes: { 32: 1 },
      busOperands: { 32: 1 },
    }),
  );
  for (const name of quantize) depend("match", "sequencer", name);
  // The compiler prefers lookups (`placement_priority`), which leave no room on the action data bus beside them.
  if (sums.length > 0 && !program.shiftAdd)
    for (const name of quantize) depend("successor", sums.at(-1)!, name);
  const thresholdPools = pools.filter((p) => p.kind === "threshold");
  for (const { levels } of thresholdPools) {
    chain(levels);
    for (const from of quantize) depend("action", from, levels[0]);
  }

  const verdict: string[] = [];
  for (let left = topsOf(classes); left > 1; left = Math.ceil(left / 2)) {
    const name = `larger_${verdict.length}`;
    verdict.push(table(name, { layer: "arg-max", writes: { 32: Math.floor(left / 2) } }));
  }
  verdict.push(
    table("on_verdict", {
      layer: "arg-max",
      match: "exact",
      key: [{ field: "hdr.tops.t0", widthBits: treeLevels(classes) }],
      entries: verdictRows(program),
      actionDataBits: 32,
      actions: 3,
      writes: { 8: 2, 16: 8 },
      busOperands: { 16: 2 },
      splittable: false,
    }),
  );
  // The logits lose their index bits; what is compared are copies.
  table("conclude", { layer: "arg-max", writes: { 8: 2, 16: 2, 32: lanes } });
  depend("match", "sequencer", "conclude");
  chain(verdict);

  // Of each list only one item runs for a packet.
  const branches = [
    sums,
    [...clamps, ...scalePools.flatMap((p) => p.levels)],
    [...quantize, ...thresholdPools.flatMap((p) => p.levels)],
    [...verdict, "conclude"],
  ];
  const exclusive: string[][] = [];
  const excluded = new Set<string>();
  const exclude = (a: string, b: string): void => {
    excluded.add(`${a} ${b}`);
    exclusive.push([a, b]);
  };
  for (const alternatives of [branches, pools.map((p) => p.levels)])
    for (const [i, branch] of alternatives.entries())
      for (const other of alternatives.slice(i + 1))
        for (const a of branch) for (const b of other) if (!excluded.has(`${a} ${b}`)) exclude(a, b);

  return {
    name: program.name,
    tables,
    dependencies,
    exclusive,
    phv: phvOf(program),
    addedHeaderBytes: lanes * 4,
  };
}

/**
 * 8-bit containers that hold what only passes through, beside those for arithmetic and matching: 32 tagalong ones of
 * Tofino, 16 mocha ones of Tofino 2 (p4c, bf-p4c/specs/phv_spec.cpp).
 */
const PASSING_CONTAINERS = 16;

/** Lanes that poolings compare with each other, directly or by way of others; beside each lane its weight, if any. */
function laneClusters(program: MicroProgram): PhvCluster[] {
  const leader = Array.from({ length: program.lanes }, (_, lane) => lane);
  const find = (lane: number): number => (leader[lane] === lane ? lane : find(leader[lane]));
  for (const { pool } of poolShapes(program))
    for (const { to, from } of poolLevels(pool).flat()) leader[find(from)] = find(to);
  const sizes = new Map<number, number>();
  for (const lane of leader.keys()) sizes.set(find(lane), (sizes.get(find(lane)) ?? 0) + 1);
  const each = program.shiftAdd ? 2 : 1;
  return [...sizes.values()]
    .filter((size) => size * each > 1)
    .map((size) => ({ computed: size * each, sources: 0 }));
}

/** The arg-max compares all classes; in a first level half of them are only read. */
function topCluster(classes: number): PhvCluster {
  const tops = topsOf(classes);
  return { computed: Math.floor(tops / 2), sources: Math.ceil(tops / 2) };
}

/** Bytes of inputs that a parse takes out of lanes once more, for the layer's further tiles: a container each. */
function copiedBytes(program: MicroProgram): number {
  const sizes = program.passes.map(({ parse }) =>
    parse.kind === "narrow" ? ((parse.copies ?? 1) - 1) * (parse.lanes + 1) : 0,
  );
  return Math.max(0, ...sizes);
}

/** Headers and metadata in containers. Bytes a parser takes one by one need a container each. */
function phvOf(program: MicroProgram): PhvField[] {
  const field = (
    name: string,
    containerBits: PhvField["containerBits"],
    containers: number,
    clusters?: PhvCluster[],
  ): PhvField => ({ name, gress: "ingress", containerBits, containers, ...(clusters && { clusters }) });
  return [
    field("hdr.lanes", 32, program.lanes, laneClusters(program)),
    field("hdr.tops", 32, topsOf(program.classes), [topCluster(program.classes)]),
    field("hdr.ethernet", 16, 7),
    field("hdr.matchmul: version, kind, parse, reserved", 8, 4),
    field("hdr.matchmul: pc, reply_port, request, verdict", 16, 5),
    ...(program.shiftAdd
      ? [
          field("meta.weight", 32, program.lanes),
          field("meta.factor, meta.map_number", 8, 2),
          field("meta.row", 16, 1),
        ]
      : []),
    // Read and not sent on: a byte of a container is enough.
    field("hdr.key", 16, Math.max(1, program.slots)),
    field("hdr.rest", 8, Math.max(0, restSize(program) + copiedBytes(program) - PASSING_CONTAINERS)),
    field("meta.page", 8, program.slots),
    field("meta.scale, meta.quantize, meta.pool, meta.decide", 8, 4),
    field("meta.around", 16, 1),
    field("intrinsic: ports", 16, 2),
    field("intrinsic: drop, bypass", 8, 2),
  ];
}
