/** The P4_16 front end: text in, a checked program out. */
export type * from "./ast.js";
export { controlPlaneName, evaluate } from "./elaborate.js";
export { type ParseOptions, parseProgram } from "./program.js";
export * from "./types.js";
