import { comparison } from "./compare.js";

/** Or: whether either holds, element by element. */
export const or = comparison(
  "Or",
  (a, b) => Boolean(a) || Boolean(b),
  (a, b) => Boolean(a) || Boolean(b),
);
