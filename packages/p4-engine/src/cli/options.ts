/** The command line of p4run. */
import { parseArgs } from "node:util";
import type { LoadOptions } from "./load.js";

export const HELP = `usage: p4run PROGRAM.p4 --stf TEST.stf [options]
       p4run --stf-dir DIR [options]
       p4run PROGRAM.p4 --pcap IN.pcap [--out OUT.pcap] [--entries FILE] [options]

Runs a P4_16 program for v1model, tna or t2na.

  --stf TEST.stf     run a test of the P4 compiler's STF format; prints PASS or the first difference
  --stf-dir DIR      run every NAME.p4 in DIR that has a NAME.stf
  --only PATTERN     of those, the names that match the regular expression
  --timeout SECONDS  most time for each of those (default 10)

  --pcap IN.pcap     send the packets of a capture through the program
  --out OUT.pcap     write what comes out; with %p in the name, one file a port
  --port N           port the packets arrive on (default 0)
  --entries FILE     simple_switch_CLI commands, or P4Runtime WriteRequests in text format
  --p4info FILE      P4Info in text format, for the latter
  --stats            print counts of packets, ports, table hits and passes

  -I DIR             search DIR for included files (repeatable)
  -D NAME[=VALUE]    define a macro (repeatable)
  --json             print the result as JSON
  -h, --help         print this

Exit status: 0 all went well, 1 a test failed or something is wrong with the input,
2 the program uses what the engine does not support, or the command line is wrong.
`;

export type Command = { json: boolean; load: LoadOptions } & (
  | { kind: "help" }
  | { kind: "stf"; program: string; test: string }
  | { kind: "stfDir"; dir: string; only: RegExp | null; timeoutMs: number }
  | {
      kind: "pcap";
      program: string;
      input: string;
      output: string | null;
      port: number;
      entries: string | null;
      p4info: string | null;
      stats: boolean;
    }
);

/** What is wrong with a command line. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseCommand(args: string[]): Command {
  const { values, positionals } = parse(args);
  const common = {
    json: values.json ?? false,
    load: {
      includePaths: values.include ?? [],
      defines: Object.fromEntries((values.define ?? []).map(macro)),
    },
  };
  if (values.help) return { kind: "help", ...common };
  const modes = [values.stf, values["stf-dir"], values.pcap].filter((v) => v !== undefined);
  if (modes.length !== 1) throw new UsageError("one of --stf, --stf-dir and --pcap is needed");
  if (values["stf-dir"] !== undefined) {
    if (positionals.length > 0) throw new UsageError("--stf-dir takes no program");
    const seconds = numberOf(values.timeout ?? "10", "--timeout");
    if (seconds <= 0) throw new UsageError("--timeout is not positive");
    const dir = values["stf-dir"];
    return { kind: "stfDir", dir, only: pattern(values.only), timeoutMs: seconds * 1000, ...common };
  }
  if (positionals.length !== 1) throw new UsageError("one program is needed");
  const program = positionals[0];
  if (values.stf !== undefined) return { kind: "stf", program, test: values.stf, ...common };
  const port = numberOf(values.port ?? "0", "--port");
  if (!Number.isInteger(port) || port < 0) throw new UsageError("--port is no port number");
  return {
    kind: "pcap",
    program,
    input: values.pcap!,
    output: values.out ?? null,
    port,
    entries: values.entries ?? null,
    p4info: values.p4info ?? null,
    stats: values.stats ?? false,
    ...common,
  };
}

function parse(args: string[]) {
  const one = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        stf: one,
        "stf-dir": one,
        only: one,
        timeout: one,
        pcap: one,
        out: one,
        port: one,
        entries: one,
        p4info: one,
        stats: flag,
        include: { type: "string", short: "I", multiple: true },
        define: { type: "string", short: "D", multiple: true },
        json: flag,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (e) {
    throw new UsageError((e as Error).message);
  }
}

function macro(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, "1"] : [text.slice(0, at), text.slice(at + 1)];
}

function numberOf(text: string, option: string): number {
  const n = Number(text);
  if (text.trim() === "" || !Number.isFinite(n)) throw new UsageError(`${option} is no number: '${text}'`);
  return n;
}

function pattern(text: string | undefined): RegExp | null {
  if (text === undefined) return null;
  try {
    return new RegExp(text);
  } catch (e) {
    throw new UsageError((e as Error).message);
  }
}
