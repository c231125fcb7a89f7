import {
  LANES,
  lookupRows,
  type ParseMode,
  pageBits,
  restSize,
  sequencerRows,
  verdictRows,
} from "@matchmul/planner";
import type { Mode, Schedule } from "./schedule.js";

/** The halving tree of arg-max: per level, which temporaries become the larger of which two. */
export function largestTree(classes: number): { to: string; a: string; b: string | null }[][] {
  const levels: { to: string; a: string; b: string | null }[][] = [];
  let width = 2 ** Math.ceil(Math.log2(Math.max(2, classes)));
  for (let first = true; width > 1; first = false) {
    width /= 2;
    const level: (typeof levels)[number] = [];
    for (let k = 0; k < width; k++) {
      const present = k < classes && (!first || k + width < classes);
      const name = (i: number): string => (first ? `hdr.lanes.l${i}` : `top_${i}`);
      if (first) {
        if (k < classes) level.push({ to: `top_${k}`, a: name(k), b: present ? name(k + width) : null });
      } else if (k + width < Math.min(classes, width * 2)) {
        level.push({ to: `top_${k}`, a: name(k), b: name(k + width) });
      }
    }
    levels.push(level);
  }
  return levels;
}

function describe(mode: ParseMode): string {
  const wide = mode.keyBytes === 2 ? " with page" : "";
  const keys = mode.keys === 0 ? "no key" : `${mode.keys} ${mode.keys === 1 ? "key" : "keys"}${wide}`;
  if (mode.kind === "keep") return `The lanes stay; ${keys}.`;
  if (mode.kind === "narrow")
    return `The low bytes of ${mode.lanes} lanes become keys: ${mode.keys} at once, the rest wait.`;
  return mode.skip === LANES * 4
    ? `A request has no lanes yet; ${keys}.`
    : `The lanes' bytes from ${mode.skip} on are the next keys: ${keys} in this pass.`;
}

function modeContext({ id, mode }: Mode, isEntry: boolean): object {
  const base = { id, kind: mode.kind, comment: `Mode ${id}. ${describe(mode)}`, advanceBits: 0, narrow: [] };
  const keys = Array.from({ length: mode.keys }, (_, index) => ({ index, wide: mode.keyBytes === 2 }));
  if (mode.kind === "keep") return { ...base, keys };
  // In the entry mode there are no lanes to skip.
  if (mode.kind === "fresh") return { ...base, advanceBits: isEntry ? 0 : mode.skip * 8, keys };
  const narrow = Array.from({ length: mode.lanes }, (_, m) =>
    m < mode.keys ? `key[${m}]` : `rest[${m - mode.keys}]`,
  );
  return { ...base, narrow, advanceBits: (LANES - mode.lanes) * 32, keys: [] };
}

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

/** The data of the templates in p4src. `summary` are the plan's numbers for the comment on top. */
export function templateContext(
  schedule: Schedule,
  title: string,
  summary: string[],
  recirculationPort: number,
): object {
  const { program } = schedule;
  const slots = Array.from({ length: program.slots }, (_, s) => s);
  const bits = pageBits(program);
  const verdict = program.passes.map((p) => p.step).find((step) => step.kind === "verdict")!;
  const levels = largestTree(program.classes);
  return {
    title,
    summary,
    recirculationPort,
    slots,
    lanes: Array.from({ length: LANES }, (_, m) => m),
    pageBits: bits,
    pageParams: slots.map((s) => `bit<${bits}> page_${s}`).join(", "),
    pageArgs: slots.map((s) => `page_${s}`).join(", "),
    restSize: restSize(program),
    modes: schedule.modes.map((mode) => modeContext(mode, mode.id === 0)),
    sums: sumActions(schedule),
    rightShifts: schedule.rightShifts,
    clamps: schedule.clamps,
    lows: [...new Set(schedule.clamps.map((c) => c.low))],
    highs: [...new Set(schedule.clamps.map((c) => c.high))],
    named: (n: number) => (n < 0 ? `minus_${-n}` : `${n}`),
    sequencerSize: sequencerRows(program),
    lookupSize: lookupRows(program),
    classes: program.classes,
    verdictSize: verdictRows(program),
    indexBits: verdict.indexBits,
    indexMask: 2 ** verdict.indexBits - 1,
    levels,
    temporaries: Array.from({ length: levels[0].length }, (_, i) => i),
  };
}
