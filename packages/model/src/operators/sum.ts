import { variadic } from "./variadic.js";

/** Sum of any number of inputs, as older exporters write residual adds. */
export const sum = variadic(
  "Sum",
  (a, b) => a + b,
  (a, b) => a + b,
);
