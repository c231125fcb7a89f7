import { unary } from "./elementwise.js";

/** Mish: x * tanh(softplus(x)). */
export const mish = unary("Mish", (x) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))));
