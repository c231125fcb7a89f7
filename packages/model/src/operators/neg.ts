import { unary } from "./elementwise.js";

/** Neg: the negative. */
export const neg = unary("Neg", (x) => -x, "any");
