import {
  constantRows,
  LANES,
  lookupRows,
  type ParseMode,
  pageBits,
  parkSize,
  poolLevels,
  quantizedLanes,
  quantizeRows,
  restSize,
  type ShiftAddTables,
  sequencerRows,
  topsOf,
  verdictRows,
} from "@matchmul/planner";
import type { Mode, Schedule } from "./schedule.js";

/**
 * The halving tree of arg-max: per level, which of the tops becomes the larger of itself and what. The parser
 * has put the classes' lanes into the tops. (On Tofino all that is compared stands in one group of containers: 16,
 * of Tofino 2 12. Comparing the lanes themselves would draw them into that group, and with them those they are
 * pooled with.)
 */
export function largestTree(classes: number): { to: string; from: string }[][] {
  const levels: { to: string; from: string }[][] = [];
  const top = (k: number): string => `hdr.tops.t${k}`;
  for (let left = topsOf(classes); left > 1; left = Math.ceil(left / 2)) {
    const half = Math.ceil(left / 2);
    levels.push(Array.from({ length: left - half }, (_, k) => ({ to: top(k), from: top(k + half) })));
  }
  return levels;
}

function describe(mode: ParseMode): string {
  const wide = mode.keyBytes === 2 ? " with page" : "";
  const keys = mode.keys === 0 ? "no key" : `${mode.keys} ${mode.keys === 1 ? "key" : "keys"}${wide}`;
  const parked =
    mode.parked > 0 && mode.kind !== "narrow" ? ` ${mode.parked} parked bytes stay in front.` : "";
  if (mode.kind === "keep") return `The lanes stay; ${keys}.${parked}`;
  if (mode.kind === "park") return `The low bytes of ${mode.lanes} lanes are parked; ${keys}.${parked}`;
  if (mode.kind === "narrow") {
    const before = mode.parked > 0 ? `${mode.parked} parked bytes and the` : "The";
    const copies = copiesOf(mode) > 1 ? ` All come ${copiesOf(mode)} times, once for each tile.` : "";
    return `${before} low bytes of ${mode.lanes} lanes become keys: ${mode.keys} at once, the rest wait.${copies}`;
  }
  return mode.skip === LANES * 4
    ? `A request has no lanes yet; ${keys}.`
    : `The lanes' bytes from ${mode.skip} on are the next keys: ${keys} in this pass.${parked}`;
}

/** What a parser state does, in order. */
type ParserStep =
  | { kind: "extract"; header: string }
  | { kind: "advance"; bits: number }
  /** The first lanes, read without consuming them. */
  | { kind: "tops" }
  /** A header's bytes, read without consuming them. */
  | { kind: "copy"; header: string; field: string; bits: number }
  /** The page of a two-byte key. */
  | { kind: "page"; slot: number };

/** Header that carries `bytes` bytes along untouched. */
const opaque = (bytes: number): string => `waiting_${bytes}`;

/** How often a parse puts the bytes it takes in front of the queue. */
const copiesOf = (mode: ParseMode): number => (mode.kind === "narrow" ? (mode.copies ?? 1) : 1);

/** Headers of one more copy of what a narrowing parse takes: for a layer's next tile. */
interface Copy {
  /** From 1: the copy without a number is `key`, `rest_waiting_*` and `rest`. */
  number: number;
  /** Lengths of the headers with results of earlier tiles. */
  waiting: number[];
  /** Low bytes of lanes. */
  rest: number;
}

/**
 * Each copy has headers of its own, filled by the parser: the Tofino compiler does not keep the order of headers that
 * the deparser emits more than once.
 */
function copiesIn({ modes }: Schedule): Copy[] {
  const most = Math.max(1, ...modes.map(({ mode }) => copiesOf(mode)));
  return Array.from({ length: most - 1 }, (_, i) => {
    const those = modes.map(({ mode }) => mode).filter((mode) => copiesOf(mode) > i + 1);
    const lanes = those.map(
      (mode) => ("lanes" in mode ? mode.lanes : 0) - Math.max(0, mode.keys - mode.parked),
    );
    const waiting = new Set(those.map((mode) => mode.parked - mode.keys));
    return {
      number: i + 1,
      waiting: [...waiting].filter((n) => n > 0).sort((a, b) => a - b),
      rest: Math.max(0, ...lanes),
    };
  });
}

/** Lengths of the headers that carry bytes along untouched: parked, and those that a narrowing parse leaves. */
function opaqueLengths({ modes }: Schedule): { parked: number[]; rest: number[] } {
  const lengths = (of: (mode: ParseMode) => number): number[] =>
    [...new Set(modes.map(({ mode }) => of(mode)))].filter((n) => n > 0).sort((a, b) => a - b);
  return {
    parked: lengths((mode) => (mode.kind === "narrow" ? 0 : mode.parked)),
    rest: lengths((mode) => (mode.kind === "narrow" ? mode.parked - mode.keys : 0)),
  };
}

function parserSteps({ mode, id, tops }: Mode, lanes: number): ParserStep[] {
  const isEntry = id === 0;
  const steps: ParserStep[] = [];
  const extract = (header: string): void => {
    steps.push({ kind: "extract", header });
  };
  const advance = (bits: number): void => {
    if (bits > 0) steps.push({ kind: "advance", bits });
  };
  const low = (header: string): void => {
    advance(24);
    extract(header);
  };
  if (mode.kind === "narrow") {
    const keys = Math.min(mode.parked, mode.keys);
    const copied = (header: string, name: (copy: string) => string, field = "value", bytes = 1): void => {
      for (let copy = 1; copy < copiesOf(mode); copy++)
        steps.push({ kind: "copy", header: name(`copy_${copy}`), field, bits: 8 * bytes });
      extract(header);
    };
    const key = (slot: number): void => copied(`key[${slot}]`, (copy) => `${copy}_key`);
    for (let i = 0; i < keys; i++) key(i);
    if (mode.parked > keys) {
      const waiting = opaque(mode.parked - keys);
      copied(`rest_${waiting}`, (copy) => `${copy}_${waiting}`, "bytes", mode.parked - keys);
    }
    for (let m = 0; m < mode.lanes; m++) {
      advance(24);
      const place = m - Math.max(0, mode.keys - mode.parked);
      if (place < 0) key(mode.parked + m);
      else copied(`rest[${place}]`, (copy) => `${copy}[${place}]`);
    }
    advance((lanes - mode.lanes) * 32);
    return steps;
  }
  if (mode.parked > 0) extract(`parked_${opaque(mode.parked)}`);
  if (tops > 0) steps.push({ kind: "tops" });
  if (mode.kind === "keep") extract("lanes");
  // In the entry mode there are no lanes to skip.
  if (mode.kind === "fresh" && !isEntry) advance(mode.skip * 8);
  if (mode.kind === "park") {
    for (let m = 0; m < mode.lanes; m++) low(`parked[${m}]`);
    advance((lanes - mode.lanes) * 32);
  }
  for (let slot = 0; slot < mode.keys; slot++) {
    if (mode.keyBytes === 2) {
      steps.push({ kind: "page", slot });
      advance(8);
    }
    extract(`key[${slot}]`);
  }
  return steps;
}

/** Low bytes of lanes that a state leaves to wait. */
function restBytes(steps: ParserStep[]): number {
  return steps.filter((step) => step.kind === "extract" && step.header.startsWith("rest[")).length;
}

const modeContext = (mode: Mode, lanes: number): object => ({
  id: mode.id,
  comment: `Mode ${mode.id}. ${mode.tops > 0 ? "For the verdict. " : ""}${describe(mode.mode)}`,
  steps: parserSteps(mode, lanes),
});

interface SumAction {
  name: string;
  /** Whether it clears the lanes, shifts them, or leaves them. */
  lanes: "clear" | "keep" | number;
  wide: boolean;
  admits: boolean;
  comment: string;
}

/** The sequencer's actions that prepare a sum: each clears, keeps or shifts the lanes. */
function sumActions({ leftShifts, wide }: Schedule): SumAction[] {
  const from = (isWide: boolean): string => (isWide ? " Each key brings its page." : "");
  const begin = (name: string, isWide: boolean, comment: string, admits = false): SumAction => ({
    name: isWide ? `${name}_wide` : name,
    lanes: "clear",
    wide: isWide,
    admits,
    comment: comment + from(isWide),
  });
  const actions = [
    begin("admit", wide.entry, "The first pass of a request: remember where it came from.", true),
  ];
  const cleared = "The parser took the lanes apart: start from zero.";
  if (wide.narrow) actions.push(begin("begin_sum", false, cleared));
  if (wide.any) actions.push(begin("begin_sum", true, cleared));
  for (const { shift, wide: isWide } of leftShifts) {
    const suffix = isWide ? "_wide" : "";
    const planes = shift === 1 ? "The next less significant bit plane" : `The next ${shift} bit planes`;
    actions.push(
      shift === 0
        ? {
            name: `continue_sum${suffix}`,
            lanes: "keep",
            wide: isWide,
            admits: false,
            comment: `More keys of the same planes.${from(isWide)}`,
          }
        : {
            name: `next_plane_${shift}${suffix}`,
            lanes: shift,
            wide: isWide,
            admits: false,
            comment: `${planes}: the sums so far count ${2 ** shift} times (Horner).${from(isWide)}`,
          },
    );
  }
  return actions;
}

/** Sizes of the shift-and-add kernel's tables, and the rows that are constants in the text. Rows are addresses, so a power of two. */
function shiftAddContext(shiftAdd: ShiftAddTables): object {
  const { rows, maps } = shiftAdd;
  const rowBits = Math.max(1, Math.ceil(Math.log2(rows.length)));
  return {
    rowBits,
    rows: 2 ** rowBits,
    translations: maps.length * 256,
    bits: [0, 1, 2, 3, 4, 5, 6, 7],
    inText: shiftAdd.constants === true,
    /** Tables of constants, each with rows: action i of the text loads row i. */
    constants: constantRows(shiftAdd).map((numbers) =>
      numbers.map((number) => ({
        number,
        comment: `${rows[number].layer}, ${rows[number].label}`,
        words: [...rows[number].words],
      })),
    ),
  };
}

/** Bits of the fields that hold pages: whole containers on Tofino. */
function pageBitsOf(architecture: string, bits: number): number {
  return architecture === "v1model" ? bits : bits <= 8 ? 8 : 16;
}

/** The containers of what the sequencer writes, on Tofino. Fields that nothing reads have none. */
function sequencerContainers({ program, pools, rightShifts }: Schedule): { field: string; bits: number }[] {
  const containers = (bits: number, ...fields: string[]) => fields.map((field) => ({ field, bits }));
  const own = program.shiftAdd
    ? [...containers(16, "meta.row"), ...containers(8, "meta.map_number", "meta.factor")]
    : Array.from({ length: program.slots }, (_, s) => ({
        field: `meta.page_${s}`,
        bits: pageBitsOf("tna", pageBits(program)),
      }));
  return [
    ...containers(8, "hdr.matchmul.kind", "hdr.matchmul.parse", "meta.decide"),
    ...containers(16, "hdr.matchmul.pc", "meta.around"),
    ...(rightShifts.length > 0 ? containers(8, "meta.scale") : []),
    ...(quantizedLanes(program) > 0 ? containers(8, "meta.quantize") : []),
    ...(pools.length > 0 ? containers(8, "meta.pool") : []),
    ...own,
  ];
}

/** Bits that the sequencer sets, which in one container would travel as action data and mask. */
const ownFlags: Record<string, string[]> = {
  tna: ["hdr.lanes.$valid", "ig_intr_md_for_tm.bypass_egress"],
  t2na: [
    "hdr.lanes.$valid",
    "ig_intr_md_for_tm.bypass_egress",
    "ig_intr_md_for_tm.bypass_egress.$valid",
    "ig_intr_md_for_tm.ucast_egress_port.$valid",
  ],
};

/** The data of the templates in p4src. `summary` are the plan's numbers for the comment on top. */
export function templateContext(
  schedule: Schedule,
  title: string,
  summary: string[],
  architecture: string,
  recirculationPort: number,
): object {
  const { program } = schedule;
  const slots = Array.from({ length: program.slots }, (_, s) => s);
  const bits = program.shiftAdd ? 1 : pageBits(program);
  const verdict = program.passes.map((p) => p.step).find((step) => step.kind === "verdict")!;
  const levels = largestTree(program.classes);
  return {
    title,
    summary,
    architecture,
    recirculationPort,
    slots,
    lanes: Array.from({ length: program.lanes }, (_, m) => m),
    pageBits: bits,
    pageContainer: pageBitsOf(architecture, bits),
    containers: sequencerContainers(schedule),
    ownFlags: ownFlags[architecture] ?? [],
    keySize: Math.max(1, program.slots),
    shiftAdd: program.shiftAdd && shiftAddContext(program.shiftAdd),
    pageParams: program.shiftAdd
      ? "bit<16> row, bit<8> map_number"
      : slots.map((s) => `bit<${pageBitsOf(architecture, bits)}> page_${s}`).join(", "),
    pageArgs: program.shiftAdd ? "row, map_number" : slots.map((s) => `page_${s}`).join(", "),
    restSize: restSize(program),
    restUsed: Math.max(0, ...schedule.modes.map((mode) => restBytes(parserSteps(mode, program.lanes)))),
    parkSize: parkSize(program),
    opaque: opaqueLengths(schedule),
    copied: copiesIn(schedule),
    modes: schedule.modes.map((mode) => modeContext(mode, program.lanes)),
    quantized: Array.from({ length: quantizedLanes(program) }, (_, m) => m),
    quantizeSize: quantizeRows(program),
    pools: schedule.pools.map(({ id, kind, pool }) => ({ id, kind, ...pool, levels: poolLevels(pool) })),
    sums: sumActions(schedule),
    rightShifts: schedule.rightShifts,
    sequencerSize: sequencerRows(program),
    lookupSize: program.shiftAdd ? 0 : lookupRows(program),
    classes: program.classes,
    verdictSize: verdictRows(program),
    indexBits: verdict.indexBits,
    indexMask: 2 ** verdict.indexBits - 1,
    levels,
    tops: Array.from({ length: topsOf(program.classes) }, (_, k) => k),
  };
}
