import { unary } from "./elementwise.js";

/** Not, of bool. */
export const not = unary("Not", (x) => (x === 0 ? 1 : 0), "any");
