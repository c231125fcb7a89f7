import type { Command } from "commander";
import { profiles } from "./profiles.js";

/** Every subcommand, in the order `matchmul --help` lists them: one file each, one line here. */
export const commands: (() => Command)[] = [profiles];
