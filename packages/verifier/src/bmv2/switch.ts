import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { noProgress, type Progress } from "@matchmul/common";
import type { SentPacket } from "@matchmul/emitter";
import { error } from "../diagnostics.js";
import { captureOf, GrowingCapture } from "./capture.js";
import { compileForBmv2, firstLines } from "./compile.js";
import { missingBmv2Tools } from "./tools.js";

export interface Bmv2Run {
  /** The bundle's .p4 file (v1model) and its simple_switch_CLI commands. */
  program: string;
  entries: string;
  /** What to make of the program's text before it is compiled. Default: nothing. */
  change?: (text: string) => string;
  /** Commands before the entries. */
  commands?: string;
  /** Packets to send, all on this port. */
  packets: readonly Uint8Array[];
  port: number;
  /** Ports that packets can leave by, beside that one. */
  outputs?: readonly number[];
  /** Packets that are to come out: with the last of them the run ends. */
  expected: number;
  progress?: Progress;
  signal?: AbortSignal;
}

/** Without another answer for this long the rest is taken for lost. */
const PATIENCE_MS = 15_000;

/**
 * The switch and its command line share a network namespace of their own, so that the Thrift server is
 * reachable from nowhere else. The switch reads its input from a pipe, which gets the capture's header at once
 * and the packets only when all entries are in. Packets wait in queues that are short by default, hence
 * set_queue_depth in the commands. $1: the interfaces, $2: the pipe.
 */
const script = `
ip link set lo up
mkfifo "$2"
exec 3<> "$2"
head -c 24 input.pcap >&3
simple_switch --use-files 1 $1 --thrift-port 9090 program.json > switch.log 2>&1 3>&- &
switch=$!
trap 'kill $switch 2>/dev/null; wait $switch' EXIT
trap exit INT TERM
until simple_switch_CLI --thrift-port 9090 < /dev/null > /dev/null 2>&1 3>&-; do
  kill -0 $switch 2>/dev/null || exit 3
  sleep 0.1
done
simple_switch_CLI --thrift-port 9090 < commands.txt > cli.log 2>&1 3>&- || exit 4
touch loaded
tail -c +25 input.pcap >&3
exec 3>&-
wait $switch
`;

async function runSwitch(run: Bmv2Run, folder: string): Promise<SentPacket[]> {
  const { progress = noProgress, signal } = run;
  const ports = [...new Set([0, run.port, ...(run.outputs ?? [])])];
  const interfaces = ports.map((p) => `-i ${p}@p${p}`).join(" ");
  for (const p of ports) if (p !== run.port) writeFileSync(join(folder, `p${p}_in.pcap`), captureOf([]));
  writeFileSync(join(folder, "input.pcap"), captureOf(run.packets));
  const captures = ports.map((port) => ({
    port,
    file: new GrowingCapture(join(folder, `p${port}_out.pcap`)),
  }));
  const log = openSync(join(folder, "run.log"), "w");
  const child = spawn("unshare", ["-n", "bash", "-c", script, "bash", interfaces, `p${run.port}_in.pcap`], {
    cwd: folder,
    stdio: ["ignore", log, log],
    detached: true,
  });
  const ended = new Promise<number>((resolve) => {
    child.on("error", () => resolve(5));
    child.on("exit", (code) => resolve(code ?? 5));
  });
  const stop = async (): Promise<void> => {
    try {
      process.kill(-child.pid!, "SIGTERM");
    } catch {
      // It has ended already.
    }
    await ended;
    closeSync(log);
  };
  const started = Date.now();
  let exit: number | null = null;
  ended.then((code) => {
    exit = code;
  });
  const onExit = (): void => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  process.once("exit", onExit);
  try {
    const out: SentPacket[] = [];
    for (let lastChange = Date.now(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (signal?.aborted) throw signal.reason;
      const loaded = existsSync(join(folder, "loaded"));
      if (exit !== null) {
        const read = (name: string): string =>
          existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
        const why = read("switch.log") + read("run.log") + read("cli.log").slice(-2000);
        throw error("tool-failed", "simple_switch", firstLines(why));
      }
      if (!loaded) {
        progress.update("load entries into BMv2", 0, 1, `${Math.round((Date.now() - started) / 1000)} s`);
        lastChange = Date.now();
        continue;
      }
      const before = out.length;
      for (const { port, file } of captures) out.push(...file.packets().map((bytes) => ({ port, bytes })));
      if (out.length > before) lastChange = Date.now();
      progress.update("packets through BMv2", Math.min(out.length, run.expected), run.expected);
      if (out.length >= run.expected || Date.now() - lastChange > PATIENCE_MS) return out;
    }
  } finally {
    process.off("exit", onExit);
    await stop();
  }
}

/**
 * Runs packets through a program on BMv2's simple_switch: compiles it, starts the switch by itself, loads the
 * entries, sends the packets, stops the switch. Returns what came out, for each port in order.
 *
 * @throws MatchMulError tool-missing, tool-failed
 */
export async function runOnBmv2(run: Bmv2Run): Promise<SentPacket[]> {
  const missing = missingBmv2Tools();
  if (missing.length > 0) throw error("tool-missing", missing);
  const folder = mkdtempSync(join(tmpdir(), "matchmul-bmv2-"));
  try {
    let { program } = run;
    if (run.change) {
      program = join(folder, basename(run.program));
      writeFileSync(program, run.change(readFileSync(run.program, "utf8")));
    }
    await compileForBmv2(program, join(folder, "program.json"), run.signal);
    const commands = (run.commands ?? "") + readFileSync(run.entries, "utf8");
    writeFileSync(join(folder, "commands.txt"), `set_queue_depth 1000000\n${commands}`);
    return await runSwitch(run, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
