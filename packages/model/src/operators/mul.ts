import { isFloat } from "../dtypes.js";
import { binary } from "./elementwise.js";

/** Mul, with broadcasting; integers wrap around. */
export const mul = binary(
  "Mul",
  (a, b, dtype) => (isFloat(dtype) ? a * b : Math.imul(a, b)),
  (a, b) => a * b,
  (a, b) => a * b,
);
