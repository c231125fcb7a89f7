/** A million entries of 1024-bit action data, in a process of their own: seconds, and bytes against raw bytes. */
import { loadProgram } from "../src/index.js";
import { numbers, TILE, tileProgram } from "./tile-kernel.js";

const COUNT = 2 ** 20;
const shape = { ...TILE, lookups: 1, pageBits: 12 };
const engine = loadProgram(tileProgram(shape), { file: "tile.p4" });
const next = numbers(5);
const args = Array.from({ length: shape.lanes }, () => next());
(globalThis as { gc?: () => void }).gc?.();
const before = process.memoryUsage();
const began = performance.now();
for (let i = 0; i < COUNT; i++) {
  args[i % shape.lanes] = next();
  const key = [
    { kind: "exact" as const, value: i >>> shape.group },
    { kind: "exact" as const, value: i & 255 },
  ];
  engine.insert("Tile.lookup_0", { key, action: "Tile.add_0", args });
}
const seconds = (performance.now() - began) / 1000;
(globalThis as { gc?: () => void }).gc?.();
const after = process.memoryUsage();
const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
const raw = COUNT * (shape.lanes * 4);
const MiB = (n: number) => `${(n / 2 ** 20).toFixed(0)} MiB`;
// Counting them keeps the engine alive until the memory is measured.
const held = engine.tables.find((t) => t.name === "Tile.lookup_0")?.entries;
console.log(`${held} entries      ${seconds.toFixed(2)} s: ${Math.round(COUNT / seconds)} /s`);
console.log(
  `memory               ${MiB(bytes)} for ${MiB(raw)} of action data: ${(bytes / raw).toFixed(2)} times`,
);
console.log(`peak                 ${MiB(process.resourceUsage().maxRSS * 1024)} resident`);
