import {
  type MicroProgram,
  type ParseMode,
  type Pass,
  type PoolShape,
  poolShapes,
  topsOf,
} from "@matchmul/planner";

/** A parse mode as a state of the emitted parser. */
export interface Mode {
  id: number;
  mode: ParseMode;
  /** In the verdict's pass: lanes that the parser reads twice, so that the tree need not copy them. */
  tops: number;
}

/** A shape of max pooling, numbered from 1: 0 stands for none. */
export interface NumberedPool extends PoolShape {
  id: number;
}

/** True where the pass's keys bring their page. */
const isWide = ({ step }: Pass): boolean => step.kind === "accumulate" && step.pages === null;

/** The sequencer action of a pass. Where keys bring their page, the action sets none: `_wide`. */
export function actionOf(pass: Pass): string {
  const { step } = pass;
  if (step.kind === "verdict") return "decide";
  if (step.kind === "scale") return `scale_${step.shift}`;
  if (step.kind === "threshold") return "quantize";
  const wide = isWide(pass) ? "_wide" : "";
  if (pass.parse.kind !== "keep") return `${pass.pc === 0 ? "admit" : "begin_sum"}${wide}`;
  if (step.kind === "multiply") return "continue_sum";
  return step.shiftLeft === 0 ? `continue_sum${wide}` : `next_plane_${step.shiftLeft}${wide}`;
}

const sorted = (values: Iterable<number>): number[] => [...new Set(values)].sort((a, b) => a - b);

/** The parts of a micro program that shape the P4 text; the rest is table entries. */
export class Schedule {
  readonly modes: Mode[] = [];
  readonly pools: NumberedPool[];
  /** Distances of shifting left, with pages from the sequencer and with keys that bring their page. */
  readonly leftShifts: { shift: number; wide: boolean }[];
  /** True where some, or the first, pass has keys that bring their page. */
  readonly wide: { any: boolean; entry: boolean; narrow: boolean };
  readonly rightShifts: number[];
  #modeIds = new Map<string, number>();
  constructor(readonly program: MicroProgram) {
    const left = { narrow: [] as number[], wide: [] as number[] };
    const right: number[] = [];
    for (const pass of program.passes) {
      const key = this.#keyOf(pass);
      if (!this.#modeIds.has(key)) {
        this.#modeIds.set(key, this.modes.length);
        const tops = pass.step.kind === "verdict" ? topsOf(pass.step.classes) : 0;
        this.modes.push({ id: this.modes.length, mode: pass.parse, tops });
      }
      const { step } = pass;
      if (step.kind === "multiply" && pass.parse.kind === "keep") left.narrow.push(0);
      if (step.kind === "accumulate" && pass.parse.kind === "keep")
        left[step.pages === null ? "wide" : "narrow"].push(step.shiftLeft);
      if (step.kind === "scale") right.push(step.shift);
    }
    this.pools = poolShapes(program).map((shape, i) => ({ id: i + 1, ...shape }));
    this.leftShifts = [
      ...sorted(left.narrow).map((shift) => ({ shift, wide: false })),
      ...sorted(left.wide).map((shift) => ({ shift, wide: true })),
    ];
    const begins = program.passes.slice(1).filter((pass) => pass.parse.kind !== "keep");
    this.wide = {
      any: begins.some(isWide),
      entry: isWide(program.passes[0]),
      narrow: begins.some((pass) => !isWide(pass)),
    };
    this.rightShifts = sorted(right);
  }

  modeOf(pass: Pass): number {
    return this.#modeIds.get(this.#keyOf(pass))!;
  }

  #keyOf({ parse, step }: Pass): string {
    return JSON.stringify([parse, step.kind === "verdict"]);
  }

  /** Number of the pooling that a pass does; 0 for none. */
  poolOf(step: Pass["step"]): number {
    if (!("pool" in step) || step.pool === null) return 0;
    const { units, window } = step.pool;
    const found = this.pools.find(
      (p) => p.kind === step.kind && p.pool.units === units && p.pool.window === window,
    );
    return found?.id ?? 0;
  }
}
