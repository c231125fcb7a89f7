import { Command, InvalidArgumentError } from "commander";
import { exitCode } from "./exit.js";
import { Terminal } from "./terminal.js";

/** What a command does; the returned exit code is `ok` when left out. */
export type Action<Args extends unknown[]> = (
  terminal: Terminal,
  ...args: Args
) => Promise<number | undefined> | number | undefined;

/** A command with the options all of them have. */
export function command(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option("--json", "print the result as one JSON document")
    .option("-q, --quiet", "no steps and no progress on stderr");
}

/** Makes `action` a commander action: it gets a terminal first, and its exit code is kept for `main`. */
export function act<Args extends unknown[]>(
  action: Action<Args>,
): (this: Command, ...args: [...Args, Command]) => Promise<void> {
  return async function (this: Command, ...args) {
    const { json, quiet } = this.optsWithGlobals<{ json?: boolean; quiet?: boolean }>();
    const own = args.slice(0, -1) as unknown as Args;
    process.exitCode = (await action(new Terminal(json === true, quiet === true), ...own)) ?? exitCode.ok;
  };
}

/** Parses an option's number, and says what was expected otherwise. */
export function number(
  low: number,
  high: number,
  kind: "integer" | "real" = "real",
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (
      text.trim() === "" ||
      !(value >= low && value <= high) ||
      (kind === "integer" && !Number.isInteger(value))
    )
      throw new InvalidArgumentError(
        `Expected ${kind === "integer" ? "an integer" : "a number"} from ${low} to ${high}.`,
      );
    return value;
  };
}
