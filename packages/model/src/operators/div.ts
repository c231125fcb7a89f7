import { isFloat } from "../dtypes.js";
import { binary } from "./elementwise.js";

/** Div, with broadcasting; integers are divided towards zero, and by zero give 0. */
export const div = binary(
  "Div",
  (a, b, dtype) => (isFloat(dtype) ? a / b : Math.trunc(a / b)),
  (a, b) => (b === 0n ? 0n : a / b),
  (a, b) => Math.trunc(a / b),
);
