import { binary } from "./elementwise.js";

/** Sub, with broadcasting. */
export const sub = binary(
  "Sub",
  (a, b) => a - b,
  (a, b) => a - b,
  (a, b) => a - b,
);
