/** The same program, entries and packets on BMv2's simple_switch, where it and p4c are on PATH. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readPcap, writePcap } from "../src/pcap/index.js";
import { doubles, type TileEntries, type TileShape, tileProgram } from "./tile-kernel.js";

const works = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;

export const bmv2IsHere = (): boolean =>
  works("p4c-bm2-ss", "--version") && works("simple_switch", "--help") && works("unshare", "-n", "true");

/** simple_switch_CLI commands that load the entries. */
function commands(s: TileShape, e: TileEntries): string[] {
  const lines = ["set_queue_depth 1000000"];
  e.pages.forEach((pages, pc) => {
    const action = doubles(pc) ? "Tile.next_plane" : "Tile.next";
    lines.push(`table_add Tile.sequencer ${action} ${pc} => ${[pc + 1, ...pages].join(" ")}`);
  });
  lines.push(`table_add Tile.sequencer Tile.answer ${e.pages.length} =>`);
  for (let t = 0; t < s.lookups; t++) {
    for (let i = 0; i < 2 ** (s.pageBits + s.group); i++) {
      const words = e.words[t].subarray(i * s.lanes, (i + 1) * s.lanes).join(" ");
      lines.push(`table_add Tile.lookup_${t} Tile.add_${t} ${i >>> s.group} ${i % 2 ** s.group} => ${words}`);
    }
  }
  return lines;
}

/** About what the command line loads a second, at worst: the switch waits that long with its input. */
const ENTRIES_PER_SECOND = 1000;
const PATIENCE_MS = 120_000;

/**
 * Sends one packet that is answered at once, then `packets` that go around; passes/s from the times at which
 * the answers left.
 */
export async function bmv2PassesPerSecond(
  s: TileShape,
  e: TileEntries,
  packet: Uint8Array,
  packets: number,
  answer: Uint8Array,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const file = (name: string) => join(folder, name);
  const last = packet.slice();
  new DataView(last.buffer).setUint16(18, s.passes - 1);
  const input = [last, ...Array.from({ length: packets }, () => packet)];
  const lines = commands(s, e);
  const seconds = 3 + Math.ceil(lines.length / ENTRIES_PER_SECOND);
  writeFileSync(file("p.p4"), tileProgram(s));
  writeFileSync(file("commands"), [...lines, ""].join("\n"));
  writeFileSync(
    file("p0_in.pcap"),
    writePcap(input.map((bytes, i) => ({ bytes, timeNs: BigInt(i) * 1_000_000n }))),
  );
  const compiled = spawnSync("p4c-bm2-ss", ["-o", file("p.json"), file("p.p4")], { encoding: "utf8" });
  if (compiled.status !== 0) throw new Error(`p4c-bm2-ss: ${compiled.stderr}`);
  const script = `ip link set lo up
    $(command -v taskset > /dev/null && echo taskset -c 0) simple_switch --use-files ${seconds} -i 0@p0 --log-level off p.json &
    for i in 1 2 3 4 5 6 7 8; do sleep 0.2; simple_switch_CLI < commands > answers 2>&1 && break; done
    wait`;
  const child = spawn("unshare", ["-n", "sh", "-c", script], {
    cwd: folder,
    stdio: "ignore",
    detached: true,
  });
  try {
    const out = file("p0_out.pcap");
    const whole = 24 + input.length * (16 + packet.length);
    for (const began = Date.now(); Date.now() - began < seconds * 1000 + PATIENCE_MS; await sleep(100)) {
      if (existsSync(out) && statSync(out).size >= whole) break;
    }
    const sent = readPcap(readFileSync(out)).packets;
    if (sent.length !== input.length) throw new Error(`BMv2 sent ${sent.length} of ${input.length} packets`);
    const same = Buffer.compare(sent[sent.length - 1].bytes, answer) === 0;
    if (!same) throw new Error("BMv2's answer is another");
    const ns = Number(sent[sent.length - 1].timeNs - sent[0].timeNs);
    return (packets * s.passes) / (ns / 1e9);
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}
