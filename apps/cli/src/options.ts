import { kernels, type MicroProgram, type PlanOptions } from "@matchmul/planner";
import type { CalibrationMethod, QuantizeOptions, ScaleKind } from "@matchmul/quantizer";
import { type Command, InvalidArgumentError, Option } from "commander";
import { number } from "./command.js";

/** How to quantize: the same options for every command that does. */
export interface QuantizeFlags {
  /** `auto` tries recipes of method, equalisation and bias correction, and keeps the best. */
  quantize: "fixed" | "auto";
  method: CalibrationMethod;
  percentile: number;
  scales: ScaleKind;
  weights: NonNullable<QuantizeOptions["weights"]>;
  requantization: NonNullable<QuantizeOptions["requantization"]>;
  biasCorrection: boolean;
  equalise: boolean;
}

export function withQuantizeFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--quantize <how>",
        "as the options below say, or by the recipe with the least measured error on the calibration images",
      )
        .choices(["fixed", "auto"])
        .default("fixed"),
    )
    .addOption(
      new Option("--method <name>", "how a tensor's range is taken from the calibration")
        .choices(["min-max", "percentile", "entropy", "mse"])
        .default("min-max"),
    )
    .addOption(
      new Option("--percentile <p>", "for --method percentile: the share of values inside the range")
        .default(99.99)
        .argParser(number(50, 100)),
    )
    .addOption(
      new Option("--scales <kind>", "scales of the tensors")
        .choices(["arbitrary", "power-of-two"])
        .default("arbitrary"),
    )
    .addOption(
      new Option("--weights <scales>", "one scale for a layer's weights, or one for each of its outputs")
        .choices(["per-tensor", "per-channel"])
        .default("per-tensor"),
    )
    .addOption(
      new Option(
        "--requantization <kind>",
        "how int32 becomes int8: a shift and a table, or thresholds, which is exact",
      )
        .choices(["shift-lut", "threshold"])
        .default("shift-lut"),
    )
    .option("--bias-correction", "correct the biases by the weights' mean rounding error", false)
    .option("--equalise", "even out the ranges of neighbouring layers' channels first", false);
}

/** The quantizer's options for the flags. */
export function quantizeOptions({
  scales,
  weights,
  requantization,
  biasCorrection,
}: QuantizeFlags): QuantizeOptions {
  return { scales, weights, requantization, biasCorrection };
}

/** How to plan: the same options for every command that does. */
export interface PlanFlags {
  profile: string;
  kernel: NonNullable<PlanOptions["kernel"]>;
  inputEncoding: NonNullable<PlanOptions["encoding"]>;
  slots?: number;
  solver: NonNullable<PlanOptions["solver"]>;
  timeLimit: number;
  onClass: Verdicts;
}

/** What the switch does with a packet of a class; classes left out are answered. */
export type Verdicts = MicroProgram["verdicts"];

export function withPlanFlags(command: Command): Command {
  return command
    .option("--profile <name>", "the switch: a name of `matchmul profiles`, or a .yaml file", "tofino")
    .addOption(
      new Option("--kernel <name>", "how the switch multiplies (docs/kernels.md)")
        .choices(["auto", ...kernels])
        .default("auto"),
    )
    .addOption(
      new Option(
        "--input-encoding <who>",
        "who makes the bit planes of the input: the switch (bytes) or the client (planes)",
      )
        .choices(["auto", "bytes", "planes"])
        .default("auto"),
    )
    .addOption(
      new Option("--slots <n>", "lookup tables a pass, instead of the planner's choice").argParser(
        number(1, 64, "integer"),
      ),
    )
    .addOption(
      new Option("--solver <name>", "solver of the placement's integer programs")
        .choices(["auto", "glpk", "highs"])
        .default("auto"),
    )
    .addOption(
      new Option("--time-limit <seconds>", "of the placement; the best one found by then is taken")
        .default(20)
        .argParser(number(0.1, 86400)),
    )
    .addOption(
      new Option(
        "--on-class <action>",
        "CLASS=drop or CLASS=forward:PORT instead of an answer; may be repeated",
      )
        .default({}, "every class is answered")
        .argParser(verdict),
    );
}

/** One `--on-class`: `3=drop`, `3=forward:17`, `3=answer`; collects repeated ones. */
function verdict(text: string, others: Verdicts): Verdicts {
  const [, number, kind, , port] = /^(\d{1,5})=(answer|drop|forward)(:(\d{1,5}))?$/.exec(text) ?? [];
  if (kind === undefined || (kind === "forward") !== (port !== undefined))
    throw new InvalidArgumentError("Expected CLASS=drop, CLASS=answer or CLASS=forward:PORT.");
  if (kind === "forward") return { ...others, [number]: { kind, port: Number(port) } };
  return { ...others, [number]: { kind: kind as "answer" | "drop" } };
}

/** The planner's options for the flags. */
export function planOptions(flags: PlanFlags): PlanOptions {
  const { kernel, inputEncoding: encoding, slots, solver, timeLimit, onClass: verdicts } = flags;
  return { kernel, encoding, slots, solver, verdicts, timeLimitMs: timeLimit * 1000 };
}
