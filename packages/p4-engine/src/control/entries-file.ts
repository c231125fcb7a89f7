/** Entries in either of the two texts that control planes write. */
import { P4Error } from "../errors.js";
import { commands, type RunOptions, runCommands } from "./commands/index.js";
import type { Device } from "./device.js";
import { P4RuntimeWriter } from "./p4runtime/writer.js";

/** Whether a text is commands of simple_switch_CLI: its first word is one. */
export function isCommandText(text: string): boolean {
  const first = /^(?:\s*#[^\n]*\n|\s*\n)*\s*([\w]+)/.exec(text);
  return first === null || commands.has(first[1]);
}

/**
 * Applies simple_switch_CLI commands or P4Runtime WriteRequests in text format; which, the text shows.
 * @param p4info P4Info in text format, which the latter need
 * @returns how many commands or updates there were
 */
export function loadEntries(
  device: Device,
  text: string,
  options: RunOptions & { p4info?: string } = {},
): number {
  if (isCommandText(text)) return runCommands(device, text, options);
  if (options.p4info === undefined)
    throw new P4Error(
      "missing-p4info",
      `'${options.file ?? "the entries"}' is P4Runtime text, whose ids need a P4Info to be understood`,
    );
  return new P4RuntimeWriter(device, options.p4info).write(text, options.file);
}
