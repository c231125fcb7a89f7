import { SERVE_LANES, type ServeParse, type ServePipe } from "@matchmul/planner";

/**
 * What of a pipe is in its P4 text. The rest, weights, shapes of layers, schedules, slots and routes, is table entries,
 * so pipes of one shape run one program.
 */
export interface PipeShape {
  program: ServePipe["program"];
  /** Of all ports whose packets come back, the numbers within their pipe on Tofino. */
  loopbacks: number[];
  /** Lookup tables and banks of the store; 0 where the pipe has none. */
  lookups: number;
  rowBits: number;
  /** Some layer reads each bank at a row of its own. */
  banked: boolean;
  parses: ReadonlyMap<number, ServeParse>;
  leftShifts: number[];
  rightShifts: number[];
  pools: boolean;
  merges: boolean;
  /** Cells of registers. */
  storeRows: number;
  states: number;
  arrivals: number;
  accumulatorRows: number;
  /** Entries of tables. */
  entries: TableSizes;
}

export interface TableSizes {
  admit: number;
  requests: number;
  links: number;
  route: number;
  slots: number;
  sequencer: number;
  tasks: number;
  merges: number;
  clients: number;
}

const sorted = (values: Iterable<number>): number[] => [...new Set(values)].sort((a, b) => a - b);

/** Lanes [first, first + count) that a pass of max pooling compares. */
export interface Half {
  /** From 1: 0 is a pass that compares none. */
  id: number;
  first: number;
  count: number;
}

/** The different parts of the lanes that the parses of max pooling take. */
export function halvesOf(parses: Iterable<ServeParse>): Half[] {
  const seen = new Map<number, { first: number; count: number }>();
  for (const parse of parses)
    if (parse.kind === "pool") seen.set(parse.first * SERVE_LANES + parse.count, parse);
  const keys = sorted(seen.keys());
  return keys.map((key, i) => ({ id: i + 1, first: seen.get(key)!.first, count: seen.get(key)!.count }));
}

const isTofino = (target: string): boolean => target !== "v1model";

/** @param target `v1model`, `tna` or `t2na` */
export function shapeOf(pipe: ServePipe, target: string): PipeShape {
  // A Tofino's port numbers have the pipe in the bits above the seventh.
  const loopbacks = sorted(pipe.loopbacks.map((port) => (isTofino(target) ? port & 0x7f : port)));
  const tile = pipe.program === "tile" ? pipe : null;
  const steps = tile?.sequencer.map(({ step }) => step) ?? [];
  return {
    program: pipe.program,
    loopbacks,
    // Two banks share a cell on Tofino 2 where all are read at one address.
    lookups: tile === null ? 0 : tile.lookups + (target === "t2na" && !tile.banked ? tile.lookups % 2 : 0),
    // At least two pages.
    rowBits: tile === null ? 0 : Math.max(9, tile.rowBits),
    banked: tile?.banked ?? false,
    parses: new Map(tile?.parses.map(({ id, parse }) => [id, parse])),
    leftShifts: sorted(steps.flatMap((step) => (step.op === "sum" ? [step.shiftLeft] : []))),
    rightShifts: sorted(steps.flatMap((step) => (step.op === "scale" ? [step.shift] : []))),
    pools: steps.some(({ op }) => op === "pool"),
    merges: steps.some(({ op }) => op === "merge"),
    storeRows: tile?.storeRows ?? 0,
    states: pipe.states,
    arrivals: pipe.arrivals,
    accumulatorRows: pipe.program === "merge" ? pipe.accumulatorRows : 0,
    entries: {
      admit: pipe.admissions.length,
      requests: pipe.requests.length,
      links: pipe.links.length,
      route: pipe.routes.length,
      slots: pipe.slots.length,
      sequencer: steps.length,
      tasks:
        tile?.tasks.reduce(
          (sum, task) =>
            sum + 1 + [task.bias, task.pool, task.send, task.merge].filter((part) => part !== null).length,
          0,
        ) ?? 0,
      merges: pipe.program === "merge" ? pipe.merges.length : 0,
      clients: pipe.clients?.length ?? 0,
    },
  };
}

/** Pipes with equal keys get one program: what it must be able to do is the union of what each needs. */
export function shapeKey({ program, loopbacks, lookups, rowBits, banked }: PipeShape): string {
  return JSON.stringify([program, loopbacks, lookups, rowBits, banked]);
}

export function unite(a: PipeShape, b: PipeShape): PipeShape {
  const larger = (of: (shape: PipeShape) => number): number => Math.max(of(a), of(b));
  const entries = { ...a.entries };
  for (const table of Object.keys(entries) as (keyof TableSizes)[])
    entries[table] = Math.max(a.entries[table], b.entries[table]);
  return {
    ...a,
    parses: new Map([...a.parses, ...b.parses]),
    leftShifts: sorted([...a.leftShifts, ...b.leftShifts]),
    rightShifts: sorted([...a.rightShifts, ...b.rightShifts]),
    pools: a.pools || b.pools,
    merges: a.merges || b.merges,
    storeRows: larger((shape) => shape.storeRows),
    states: larger((shape) => shape.states),
    arrivals: larger((shape) => shape.arrivals),
    accumulatorRows: larger((shape) => shape.accumulatorRows),
    entries,
  };
}
