import type { Command } from "commander";
import { inspect } from "./inspect.js";
import { profiles } from "./profiles.js";
import { quantize } from "./quantize.js";
import { run } from "./run.js";

/** Every subcommand, in the order `matchmul --help` lists them: one file each, one line here. */
export const commands: (() => Command)[] = [run, inspect, profiles, quantize];
