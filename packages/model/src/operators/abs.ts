import { unary } from "./elementwise.js";

/** Abs: the absolute value. */
export const abs = unary("Abs", (x) => Math.abs(x), "any");
