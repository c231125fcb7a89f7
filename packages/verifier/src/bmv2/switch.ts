import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noProgress, type Progress } from "@matchmul/common";
import { readPcap, writePcap } from "@matchmul/p4-engine";
import { error } from "../diagnostics.js";
import { compileForBmv2, firstLines } from "./compile.js";
import { missingBmv2Tools } from "./tools.js";

export interface Bmv2Run {
  /** The bundle's .p4 file (v1model) and its simple_switch_CLI commands. */
  program: string;
  entries: string;
  /** Packets to send, all on this port. */
  packets: readonly Uint8Array[];
  port: number;
  progress?: Progress;
  signal?: AbortSignal;
}

/** Entries a second that simple_switch_CLI was seen to load, halved: how long the switch waits with its input. */
const ENTRIES_PER_SECOND = 2500;
/** Without another answer for this long the rest is taken for lost. */
const PATIENCE_MS = 15_000;

/**
 * The switch and its command line share a network namespace of their own, so that the Thrift server is
 * reachable from nowhere else. $1 seconds pass before the switch reads its input: the entries must be in by
 * then. Packets wait in queues that are short by default, hence set_queue_depth.
 */
const script = `
ip link set lo up
simple_switch --use-files "$1" $2 --thrift-port 9090 program.json > switch.log 2>&1 &
switch=$!
trap 'kill $switch 2>/dev/null; wait $switch' EXIT
trap exit INT TERM
until simple_switch_CLI --thrift-port 9090 < /dev/null > /dev/null 2>&1; do
  kill -0 $switch 2>/dev/null || exit 3
  sleep 0.1
done
simple_switch_CLI --thrift-port 9090 < entries.txt > cli.log 2>&1 || exit 4
touch loaded
wait $switch
`;

/** Packets in a pcap file that is being written: its whole records only. */
function packetsIn(path: string): Uint8Array[] {
  if (!existsSync(path)) return [];
  const file = readFileSync(path);
  let end = 24;
  while (end + 16 <= file.length && end + 16 + file.readUInt32LE(end + 8) <= file.length)
    end += 16 + file.readUInt32LE(end + 8);
  return file.length < 24 ? [] : readPcap(file.subarray(0, end)).packets.map(({ bytes }) => bytes);
}

async function attempt(run: Bmv2Run, folder: string, waitSeconds: number): Promise<Uint8Array[] | "late"> {
  const { progress = noProgress, signal } = run;
  const ports = [...new Set([0, run.port])];
  const interfaces = ports.map((p) => `-i ${p}@p${p}`).join(" ");
  for (const p of ports)
    writeFileSync(
      join(folder, `p${p}_in.pcap`),
      writePcap(p === run.port ? run.packets.map((bytes) => ({ bytes, timeNs: 0n })) : []),
    );
  for (const name of ["loaded", ...ports.map((p) => `p${p}_out.pcap`)])
    rmSync(join(folder, name), { force: true });
  const log = openSync(join(folder, "run.log"), "w");
  const child = spawn("unshare", ["-n", "bash", "-c", script, "bash", `${waitSeconds}`, interfaces], {
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
    let answers: Uint8Array[] = [];
    let loadedAfter: number | null = null;
    for (let lastChange = Date.now(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (signal?.aborted) throw signal.reason;
      if (exit !== null) {
        const read = (name: string): string =>
          existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
        throw error(
          "tool-failed",
          "simple_switch",
          firstLines(read("switch.log") + read("cli.log") + read("run.log")),
        );
      }
      const elapsed = Date.now() - started;
      if (loadedAfter === null && existsSync(join(folder, "loaded"))) loadedAfter = elapsed;
      if (elapsed < waitSeconds * 1000) {
        progress.update("load entries", elapsed / 1000, waitSeconds, loadedAfter === null ? "" : "loaded");
        lastChange = Date.now();
        continue;
      }
      // The switch began to read packets before its tables were full: what it answers counts for nothing.
      if (loadedAfter === null || loadedAfter > waitSeconds * 1000 - 500) return "late";
      const now = packetsIn(join(folder, `p${run.port}_out.pcap`));
      if (now.length > answers.length) lastChange = Date.now();
      answers = now;
      progress.update("packets through BMv2", answers.length, run.packets.length);
      if (answers.length >= run.packets.length || Date.now() - lastChange > PATIENCE_MS) return answers;
    }
  } finally {
    process.off("exit", onExit);
    await stop();
  }
}

/**
 * Runs packets through a program on BMv2's simple_switch: compiles it, starts the switch by itself, loads the
 * entries, sends the packets, stops the switch. Returns what came out of the port they went in by.
 *
 * @throws MatchMulError tool-missing, tool-failed
 */
export async function runOnBmv2(run: Bmv2Run): Promise<Uint8Array[]> {
  const missing = missingBmv2Tools();
  if (missing.length > 0) throw error("tool-missing", missing);
  const folder = mkdtempSync(join(tmpdir(), "matchmul-bmv2-"));
  try {
    await compileForBmv2(run.program, join(folder, "program.json"), run.signal);
    const commands = readFileSync(run.entries, "utf8");
    writeFileSync(join(folder, "entries.txt"), `set_queue_depth 1000000\n${commands}`);
    const count = commands.split("\n").length;
    for (let wait = Math.ceil(4 + count / ENTRIES_PER_SECOND); ; wait *= 2) {
      const answers = await attempt(run, folder, wait);
      if (answers !== "late") return answers;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
