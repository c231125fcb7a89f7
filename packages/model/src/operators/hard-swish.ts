import { unary } from "./elementwise.js";

/** HardSwish: x times x / 6 + 1 / 2 kept between 0 and 1. */
export const hardSwish = unary("HardSwish", (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)));
