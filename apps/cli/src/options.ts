import type { CalibrationMethod, ScaleKind } from "@matchmul/quantizer";
import { type Command, Option } from "commander";
import { number } from "./command.js";

/** How to quantize: the same options for every command that does. */
export interface QuantizeFlags {
  method: CalibrationMethod;
  percentile: number;
  scales: ScaleKind;
}

export function withQuantizeFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--method <name>", "how a tensor's range is taken from the calibration")
        .choices(["min-max", "percentile"])
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
    );
}
