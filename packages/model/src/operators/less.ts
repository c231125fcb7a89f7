import { comparison } from "./compare.js";

/** Less: whether a < b, element by element. */
export const less = comparison(
  "Less",
  (a, b) => a < b,
  (a, b) => a < b,
);
