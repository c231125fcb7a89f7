import { reduction } from "./reduction.js";

/** ReduceMin along axes. */
export const reduceMin = reduction("ReduceMin", Infinity, (min, x) => Math.min(min, x));
