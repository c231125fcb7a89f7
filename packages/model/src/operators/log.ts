import { unary } from "./elementwise.js";

/** Log: the natural logarithm. */
export const log = unary("Log", (x) => Math.log(x));
