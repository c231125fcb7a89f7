import { comparison } from "./compare.js";

/** Greater: whether a > b, element by element. */
export const greater = comparison(
  "Greater",
  (a, b) => a > b,
  (a, b) => a > b,
);
