import { unary } from "./elementwise.js";

/** Reciprocal: 1 / x. */
export const reciprocal = unary("Reciprocal", (x) => 1 / x);
