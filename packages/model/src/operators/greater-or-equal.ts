import { comparison } from "./compare.js";

/** GreaterOrEqual: whether a >= b, element by element. */
export const greaterOrEqual = comparison(
  "GreaterOrEqual",
  (a, b) => a >= b,
  (a, b) => a >= b,
);
