export { lower } from "./lowering/lower.js";
export { type Choice, keyLayout, type LayerChoice } from "./lowering/options.js";
export { type PacketState, type PassObserver, runMicrocode } from "./microcode/interpreter.js";
export { encodeInput, toKeyBytes } from "./microcode/layout.js";
export * from "./microcode/types.js";
export type * from "./pipeline/types.js";
