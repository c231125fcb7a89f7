export type { Integers } from "./layers/layer.js";
export { type Int8Options, type Int8Result, runInt8, runInt8Batch } from "./run.js";
