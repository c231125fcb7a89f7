import { Command, CommanderError } from "commander";
import { commands } from "./commands/index.js";
import { error } from "./diagnostics.js";
import { exitCode, reportFailure } from "./exit.js";

/** The `matchmul` command with all its subcommands. */
export function buildProgram(): Command {
  const program = new Command("matchmul")
    .description("Compiles a trained neural network into match-action tables for switches.")
    .helpCommand("help [command]", "describe a command")
    .addHelpText(
      "after",
      "\nExit status: 0 done, 1 a check failed, 2 the command line or an input cannot be used, 130 interrupted.\n" +
        "Results go to stdout, steps and errors to stderr. docs/cli.md describes every command.",
    );
  for (const make of commands) program.addCommand(make());
  for (const each of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)])
    each.exitOverride().configureOutput({ writeErr: () => {} });
  return program;
}

/**
 * Runs one command line (without `node` and the script) to its exit code. Errors become one message on stderr:
 * `error[code]: what`, then a hint. With --json the same facts are also printed to stdout as `{"error": ...}`.
 */
export async function run(argv: string[]): Promise<number> {
  const program = buildProgram();
  try {
    process.exitCode = exitCode.ok;
    if (argv.length === 0) {
      program.outputHelp();
      return exitCode.ok;
    }
    await program.parseAsync(argv, { from: "user" });
    return Number(process.exitCode);
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCode.ok;
    const failure = reportFailure(thrown instanceof CommanderError ? usageError(thrown, argv) : thrown);
    if (argv.includes("--json")) {
      const { exit: _, ...facts } = failure;
      process.stdout.write(`${JSON.stringify({ error: facts }, null, 2)}\n`);
    }
    return failure.exit;
  }
}

function usageError(thrown: CommanderError, argv: string[]): Error {
  const known = commands.some((make) => make().name() === argv[0]);
  const message = thrown.message.replace(/^error: /, "").replace(/\n/g, " ");
  return error("usage", message, known ? `matchmul ${argv[0]}` : "matchmul");
}
