import { variadic } from "./variadic.js";

/** Min of any number of inputs. */
export const min = variadic(
  "Min",
  (a, b) => Math.min(a, b),
  (a, b) => (a < b ? a : b),
);
