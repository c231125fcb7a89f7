/**
 * simple_switch_CLI's command language, as far as it concerns a program's state: one command a line, `#`
 * starts a comment. Commands that set up a process (queues, ports) are accepted and do nothing.
 */
import { P4Error } from "../../errors.js";
import type { Device } from "../device.js";
import { type Command, type CommandContext, type CommandSet, wrongArguments } from "./command.js";
import { profileCommands } from "./profiles.js";
import { replicationCommands } from "./replication.js";
import { stateCommands } from "./state.js";
import { tableCommands } from "./tables.js";

const ignored = (usage: string): Command => ({ usage, least: 0, run: () => {} });

const hostCommands: CommandSet = {
  set_queue_depth: ignored("PACKETS [PORT [PRIORITY]]"),
  set_queue_rate: ignored("RATE [PORT [PRIORITY]]"),
  table_set_timeout: ignored("TABLE HANDLE MILLISECONDS"),
  port_add: ignored("INTERFACE PORT"),
  port_remove: ignored("PORT"),
};

export const commands: ReadonlyMap<string, Command> = new Map(
  [tableCommands, profileCommands, replicationCommands, stateCommands, hostCommands].flatMap((set) =>
    Object.entries(set),
  ),
);

/** Runs one command. @throws P4Error unknown-command, and what the command finds wrong */
export function runCommand(context: CommandContext, words: string[]): void {
  const name = words[0];
  const command = commands.get(name);
  if (!command) throw new P4Error("unknown-command", `there is no command '${name}'`);
  words.shift();
  if (words.length < command.least || words.length > (command.most ?? Number.POSITIVE_INFINITY))
    throw wrongArguments(name, command);
  command.run(context, words);
}

export interface RunOptions {
  /** Name of the text, for messages. */
  file?: string;
  print?: (line: string) => void;
}

/**
 * Runs all commands of a text and returns how many there were.
 * @throws P4Error at the first that is wrong, with its line; those before it have taken effect
 */
export function runCommands(device: Device, text: string, options: RunOptions = {}): number {
  const context: CommandContext = { device, print: options.print ?? (() => {}) };
  let count = 0;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    line++;
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const source = text.slice(start, end);
    start = end + 1;
    const words = wordsOf(source);
    if (words.length === 0) continue;
    try {
      runCommand(context, words);
      count++;
    } catch (e) {
      if (!(e instanceof P4Error)) throw e;
      const column = source.search(/\S/) + 1;
      const location = { file: options.file ?? "commands", line, column, text: source };
      throw new P4Error(e.code, e.message, location, e.unsupported);
    }
  }
  return count;
}

/** Words between blanks, up to a comment. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const n = line.length;
  for (let i = 0; i < n; ) {
    while (i < n && line.charCodeAt(i) <= 32) i++;
    if (i === n || line.charCodeAt(i) === 35) break;
    let end = i + 1;
    while (end < n && line.charCodeAt(end) > 32) end++;
    words.push(line.slice(i, end));
    i = end;
  }
  return words;
}
