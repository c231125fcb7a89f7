import type { Command } from "commander";

/** Every subcommand, in the order `matchmul --help` lists them: one file each, one line here. */
export const commands: (() => Command)[] = [];
