import { comparison } from "./compare.js";

/** Equal: whether a = b, element by element. */
export const equal = comparison(
  "Equal",
  (a, b) => a === b,
  (a, b) => a === b,
);
