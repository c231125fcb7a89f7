import { unary } from "./elementwise.js";

/** Ceil: the smallest integer not below x. */
export const ceil = unary("Ceil", (x) => Math.ceil(x));
