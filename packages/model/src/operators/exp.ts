import { unary } from "./elementwise.js";

/** Exp: e to the power of x. */
export const exp = unary("Exp", (x) => Math.exp(x));
