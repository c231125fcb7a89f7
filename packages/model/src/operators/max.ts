import { variadic } from "./variadic.js";

/** Max of any number of inputs. */
export const max = variadic(
  "Max",
  (a, b) => Math.max(a, b),
  (a, b) => (a > b ? a : b),
);
