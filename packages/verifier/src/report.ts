/** A lowering: the level above and the level held against it. */
export type LevelName = "int8 to microcode" | "microcode to entries" | "microcode to P4";

/** The first place where two levels differ. */
export interface Difference {
  /** Which image, where one is concerned. */
  image?: number;
  /** Pass, layer, lane or table entry. */
  where: string;
  expected: string;
  actual: string;
}

export interface LevelResult {
  level: LevelName;
  /** What is counted: logits, table entries, or packets (one a pass, all bytes compared). */
  unit: "logits" | "entries" | "packets";
  checked: number;
  different: number;
  first?: Difference;
}

export interface VerifyReport {
  /** True where no level differs from the one above in anything. */
  exact: boolean;
  images: number;
  /** Images whose class and every logit from the switch are the int8 model's. */
  exactImages: number;
  /** Logits from the switch, held against the int8 model's. */
  logits: number;
  exactLogits: number;
  levels: LevelResult[];
  /** Classes, by image. */
  classes: { int8: number[]; inSwitch: number[] };
  passes: number;
  /** Wall time spent in the P4 engine. */
  engineMs: number;
}

/** Counts what is compared at one level and keeps the first difference. */
export class Tally implements LevelResult {
  checked = 0;
  different = 0;
  first?: Difference;
  constructor(
    readonly level: LevelName,
    readonly unit: LevelResult["unit"],
  ) {}

  /** Adds comparisons; `difference` is asked for only where the first one is found. */
  add(checked: number, different: number, difference: () => Difference): void {
    this.checked += checked;
    this.different += different;
    if (different > 0 && this.first === undefined) this.first = difference();
  }
}
