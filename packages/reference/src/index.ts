export type { Integers } from "./layers/layer.js";
export { type Int8Options, type Int8Result, runInt8, runInt8Batch, runInt8Parallel } from "./run.js";
export { WasmExecutor } from "./wasm/executor.js";
export { WasmPool } from "./wasm/pool.js";
