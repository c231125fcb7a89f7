import { unary } from "./elementwise.js";

/** Sqrt: the square root. */
export const sqrt = unary("Sqrt", (x) => Math.sqrt(x));
