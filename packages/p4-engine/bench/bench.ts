/** `npm run bench`: passes/s of the tile kernel, entries loaded/s, memory; and BMv2 beside it where it is on PATH. */
import { loadProgram } from "../src/index.js";
import { load, TILE, tileAnswer, tileEntries, tilePacket, tileProgram } from "./tile-kernel.js";

const shape = TILE;
const began = performance.now();
const engine = loadProgram(tileProgram(shape), { file: "tile.p4" });
console.log(`load program      ${(performance.now() - began).toFixed(0)} ms`);

const entries = tileEntries(shape);
const t0 = performance.now();
const count = load(engine, shape, entries);
const seconds = (performance.now() - t0) / 1000;
console.log(`entries           ${count} in ${seconds.toFixed(2)} s: ${Math.round(count / seconds)} /s`);

const packet = tilePacket(shape);
const expected = tileAnswer(shape, entries, packet);
const check = engine.process(1, packet);
const view = new DataView(check[0].bytes.buffer);
for (let i = 0; i < shape.lanes; i++) {
  if (view.getUint32(28 + 4 * i) !== expected[i]) throw new Error(`lane ${i} is wrong`);
}
console.log("answer            equals the direct computation");

const rates: number[] = [];
for (let round = 0; round < 8; round++) {
  const packets = 300;
  const t = performance.now();
  for (let i = 0; i < packets; i++) engine.process(1, packet);
  rates.push((packets * shape.passes) / ((performance.now() - t) / 1000));
}
console.log(`passes/s          ${rates.map((r) => Math.round(r / 1000)).join(" ")} thousand`);
