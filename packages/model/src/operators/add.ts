import { binary } from "./elementwise.js";

/** Add, with broadcasting. */
export const add = binary(
  "Add",
  (a, b) => a + b,
  (a, b) => a + b,
  (a, b) => a + b,
);
