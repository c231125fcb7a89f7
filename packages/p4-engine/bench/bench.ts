/** `npm run bench`: passes/s of the tile kernel, entries loaded/s, memory; and BMv2 beside it where it is on PATH. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadProgram } from "../src/index.js";
import { bmv2IsHere, bmv2PassesPerSecond } from "./bmv2.js";
import {
  load,
  TILE,
  type TileShape,
  tileAnswer,
  tileEntries,
  tilePacket,
  tileProgram,
} from "./tile-kernel.js";

const thousands = (n: number): string => Math.round(n).toLocaleString("en");
const line = (what: string, value: string): void => console.log(`${what.padEnd(20)} ${value}`);
const secondsSince = (t: number): number => (performance.now() - t) / 1000;

/** Passes/s in each of several rounds, after the answer has been checked. */
function measure(shape: TileShape, rounds: number, packets: number) {
  const began = performance.now();
  const engine = loadProgram(tileProgram(shape), { file: "tile.p4" });
  const loadMs = performance.now() - began;
  const entries = tileEntries(shape);
  const t = performance.now();
  const count = load(engine, shape, entries);
  const entriesPerSecond = count / secondsSince(t);
  const packet = tilePacket(shape);
  const [{ bytes: answer }] = engine.process(1, packet);
  const view = new DataView(answer.buffer);
  tileAnswer(shape, entries, packet).forEach((lane, i) => {
    if (view.getUint32(28 + 4 * i) !== lane) throw new Error(`lane ${i} is wrong`);
  });
  const rates = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let i = 0; i < packets; i++) engine.process(1, packet);
    return (packets * shape.passes) / secondsSince(start);
  });
  return { loadMs, count, entriesPerSecond, entries, packet, answer, rates };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

const full = measure(TILE, 15, 200);
line(
  "tile kernel",
  `${TILE.lookups} lookups x ${TILE.lanes} lanes, g = ${TILE.group}, ${TILE.passes} passes a packet`,
);
line("program to functions", `${full.loadMs.toFixed(0)} ms`);
line("entries", `${thousands(full.count)}, ${thousands(full.entriesPerSecond)} /s`);
line(
  "passes/s",
  `${thousands(median(full.rates))} (median of 15; best ${thousands(Math.max(...full.rates))})`,
);

const memory = fileURLToPath(new URL("memory.ts", import.meta.url));
const flags = ["--expose-gc", "--conditions=@matchmul/source", "--import", "tsx"];
process.stdout.write(spawnSync(process.execPath, [...flags, memory], { encoding: "utf8" }).stdout);

if (bmv2IsHere()) {
  // Fewer pages, since BMv2's command line takes a millisecond an entry.
  const shape = { ...TILE, pageBits: 1 };
  const ours = measure(shape, 15, 200);
  const theirs = await bmv2PassesPerSecond(shape, ours.entries, ours.packet, 60, ours.answer);
  line("BMv2 passes/s", `${thousands(theirs)}, with ${thousands(ours.count)} entries, the same answer`);
  line(
    "engine, same run",
    `${thousands(median(ours.rates))}: ${(median(ours.rates) / theirs).toFixed(0)} times BMv2`,
  );
} else line("BMv2", "p4c-bm2-ss and simple_switch are not on PATH");
