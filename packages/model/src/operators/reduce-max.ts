import { reduction } from "./reduction.js";

/** ReduceMax along axes. */
export const reduceMax = reduction("ReduceMax", -Infinity, (max, x) => Math.max(max, x));
