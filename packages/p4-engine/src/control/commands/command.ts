/** The shape of a command of simple_switch_CLI's language. */
import { P4Error } from "../../errors.js";
import type { Device } from "../device.js";

export interface CommandContext {
  device: Device;
  /** Where commands that show something write, a line at a time. */
  print(line: string): void;
}

export interface Command {
  /** Argument list as help shows it. */
  usage: string;
  /** Fewest and most arguments; most is unbounded where absent. */
  least: number;
  most?: number;
  run(context: CommandContext, args: string[]): void;
}

export type CommandSet = Readonly<Record<string, Command>>;

export function wrongArguments(name: string, command: Command): P4Error {
  return new P4Error("argument-count", `usage: ${name} ${command.usage}`);
}
