import { comparison } from "./compare.js";

/** LessOrEqual: whether a <= b, element by element. */
export const lessOrEqual = comparison(
  "LessOrEqual",
  (a, b) => a <= b,
  (a, b) => a <= b,
);
