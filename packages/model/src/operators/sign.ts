import { unary } from "./elementwise.js";

/** Sign: -1, 0 or 1. */
export const sign = unary("Sign", (x) => Math.sign(x), "any");
