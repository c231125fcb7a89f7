export { parseStf } from "./parser.js";
export { runStf, type StfOptions, type StfResult } from "./runner.js";
export type { StfStatement, StfTest } from "./test.js";
