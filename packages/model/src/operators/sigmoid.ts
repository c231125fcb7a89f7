import { unary } from "./elementwise.js";

/** Sigmoid: 1 / (1 + e^-x). */
export const sigmoid = unary("Sigmoid", (x) => 1 / (1 + Math.exp(-x)));
