/** What p4run does with a command line. */
import { P4Error } from "../errors.js";
import { type CaptureResult, runCapture } from "./capture.js";
import { loadFile } from "./load.js";
import { type Command, HELP, parseCommand, UsageError } from "./options.js";
import { runTest } from "./stf.js";
import { type NamedOutcome, runDirectory } from "./stf-dir.js";

/** Where results and complaints go, a line (or several) at a time. */
export interface Output {
  say(text: string): void;
  complain(text: string): void;
}

const EXIT = { pass: 0, fail: 1, unsupported: 2 } as const;

function stf(command: Extract<Command, { kind: "stf" }>, { say }: Output): number {
  const outcome = runTest(command.program, command.test, command.load, command.json ? undefined : say);
  if (command.json) say(JSON.stringify(outcome));
  else if (outcome.result === "pass") say("PASS");
  else say(`${outcome.result === "fail" ? "FAIL" : "UNSUPPORTED"}\n${outcome.message}`);
  return EXIT[outcome.result];
}

const WORDS = { pass: "PASS", fail: "FAIL", unsupported: "SKIP" } as const;

async function stfDir(command: Extract<Command, { kind: "stfDir" }>, { say }: Output): Promise<number> {
  const report = ({ name, result, message }: NamedOutcome) => {
    say(`${WORDS[result]} ${name}`);
    if (message) say(message.replace(/^/gm, "  "));
  };
  const outcomes = await runDirectory(command.dir, { ...command, report: command.json ? undefined : report });
  const count = (result: NamedOutcome["result"]) => outcomes.filter((o) => o.result === result).length;
  const [passed, failed, skipped] = [count("pass"), count("fail"), count("unsupported")];
  if (command.json) say(JSON.stringify({ passed, failed, skipped, tests: outcomes }));
  else say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
}

function pcap(command: Extract<Command, { kind: "pcap" }>, { say }: Output): number {
  const engine = loadFile(command.program, command.load);
  const result = runCapture(engine, { ...command, print: command.json ? () => {} : say });
  if (command.json) say(JSON.stringify(result));
  else if (command.stats) showStats(result, say);
  return 0;
}

function showStats(
  { entries, packetsIn, packetsOut, ports, seconds, tables, again }: CaptureResult,
  say: Output["say"],
): void {
  const rate = seconds > 0 ? Math.round(packetsIn / seconds) : 0;
  say(`entries      ${entries}`);
  say(`packets in   ${packetsIn} (${rate} a second)`);
  say(`packets out  ${packetsOut}`);
  for (const [port, n] of Object.entries(ports)) say(`  port ${port}: ${n}`);
  for (const [kind, n] of Object.entries(again ?? {})) say(`${kind.padEnd(12)} ${n}`);
  for (const [name, { lookups, hits }] of Object.entries(tables ?? {}))
    if (lookups > 0) say(`table ${name}: ${lookups} lookups, ${hits} hits`);
}

/** Carries out a command line and returns the exit status; nothing is thrown. */
export async function run(args: string[], output: Output): Promise<number> {
  const { say, complain } = output;
  try {
    const command = parseCommand(args);
    switch (command.kind) {
      case "help":
        say(HELP.trimEnd());
        return 0;
      case "stf":
        return stf(command, output);
      case "stfDir":
        return await stfDir(command, output);
      case "pcap":
        return pcap(command, output);
    }
  } catch (e) {
    if (e instanceof UsageError) {
      complain(`p4run: ${e.message}\nTry 'p4run --help'.`);
      return 2;
    }
    if (e instanceof P4Error) {
      complain(e.render());
      return e.unsupported ? 2 : 1;
    }
    complain(`p4run: internal error: ${(e as Error)?.stack ?? e}`);
    return 1;
  }
}
