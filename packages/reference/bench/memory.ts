import { statSync } from "node:fs";
import { WasmExecutor } from "@matchmul/reference";

/** Run in a process of its own by int8.ts: how much memory loading and running a model file adds. */
const path = process.argv[2];
const collect = (globalThis as { gc?: () => void }).gc!;
collect();
const before = process.memoryUsage();
const { executor, model } = WasmExecutor.open(path);
const { shape } = model.tensors[model.input];
const image = new Int8Array(shape.reduce((a, b) => a * b, 1));
for (let i = 0; i < 50; i++) executor.run(image);
const after = process.memoryUsage();
console.log(JSON.stringify({ file: statSync(path).size, resident: after.rss - before.rss }));
