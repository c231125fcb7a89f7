import { unary } from "./elementwise.js";

/** Relu: max(0, x). */
export const relu = unary("Relu", (x) => (x < 0 ? 0 : x), "any");
