/** BMv2's simple_switch run without interfaces: captures in, captures out, in a network namespace of its own. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readPcap, writePcap } from "../../src/pcap/index.js";

const works = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** Whether p4c's BMv2 back end, simple_switch and network namespaces are there. */
export const bmv2IsHere = (): boolean =>
  works("p4c-bm2-ss", "--version") && works("simple_switch", "--help") && works("unshare", "-n", "true");

export interface SwitchRun {
  /** P4_16 text. */
  program: string;
  /** simple_switch_CLI commands. */
  commands: string[];
  /** Packets that arrive on port 0, in order. */
  packets: Uint8Array[];
  /** Ports 0 to ports - 1 exist. */
  ports: number;
  /** Bytes that should leave by port; the run ends when they have, or after a while without any more. */
  expectedBytes: number[];
}

/** Seconds before the switch reads its captures, in which the commands run: about a millisecond each, when alone. */
const loadSeconds = (commands: number) => 3 + Math.ceil(commands / 300);
const QUIET_MS = 3000;

/** What left, by port. The program must compile. */
export async function runSimpleSwitch(run: SwitchRun): Promise<Uint8Array[][]> {
  const folder = mkdtempSync(join(tmpdir(), "bmv2-"));
  const file = (name: string) => join(folder, name);
  try {
    writeFileSync(file("p.p4"), run.program);
    const compiled = spawnSync("p4c-bm2-ss", ["-o", file("p.json"), file("p.p4")], { encoding: "utf8" });
    if (compiled.status !== 0) throw new Error(`p4c-bm2-ss: ${compiled.stderr}`);
    const input = run.packets.map((bytes, i) => ({ bytes, timeNs: BigInt(i) * 1_000_000n }));
    for (let port = 0; port < run.ports; port++)
      writeFileSync(file(`p${port}_in.pcap`), writePcap(port === 0 ? input : []));
    // Without a deep queue packets vanish when they come at full speed.
    writeFileSync(file("commands"), ["set_queue_depth 1000000", ...run.commands, ""].join("\n"));
    await serve(folder, run);
    return Array.from({ length: run.ports }, (_, port) => {
      const capture = readFileSync(file(`p${port}_out.pcap`));
      return capture.length === 0 ? [] : readPcap(capture).packets.map((p) => Uint8Array.from(p.bytes));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function serve(folder: string, run: SwitchRun): Promise<void> {
  const seconds = loadSeconds(run.commands.length);
  const interfaces = Array.from({ length: run.ports }, (_, p) => `-i ${p}@p${p}`).join(" ");
  const script = `ip link set lo up
    simple_switch --use-files ${seconds} ${interfaces} --log-level off p.json &
    for i in 1 2 3 4 5 6 7 8; do sleep 0.2; simple_switch_CLI < commands > answers 2>&1 && break; done
    wait`;
  const child = spawn("unshare", ["-n", "sh", "-c", script], {
    cwd: folder,
    stdio: "ignore",
    detached: true,
  });
  const sizes = () => Array.from({ length: run.ports }, (_, p) => sizeOf(join(folder, `p${p}_out.pcap`)));
  try {
    await sleep(seconds * 1000);
    let last = "";
    for (let since = Date.now(); Date.now() - since < QUIET_MS; await sleep(50)) {
      const now = sizes();
      if (now.every((size, port) => size === run.expectedBytes[port])) return;
      if (now.join() !== last) since = Date.now();
      last = now.join();
    }
  } finally {
    endGroup(child.pid);
  }
}

/** Ends the namespace's shell and the switch in it. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (e) {
    // The switch has ended by itself, and there will be no captures to compare.
    if ((e as NodeJS.ErrnoException).code !== "ESRCH") throw e;
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
