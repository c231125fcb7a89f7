import { unary } from "./elementwise.js";

/** Tanh, the hyperbolic tangent. */
export const tanh = unary("Tanh", (x) => Math.tanh(x));
