import { comparison } from "./compare.js";

/** And: whether both hold, element by element. */
export const and = comparison(
  "And",
  (a, b) => Boolean(a) && Boolean(b),
  (a, b) => Boolean(a) && Boolean(b),
);
