import { unary } from "./elementwise.js";

/** Floor: the largest integer not above x. */
export const floor = unary("Floor", (x) => Math.floor(x));
