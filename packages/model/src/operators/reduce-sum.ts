import { reduction } from "./reduction.js";

/** ReduceSum along axes. */
export const reduceSum = reduction("ReduceSum", 0, (sum, x) => sum + x);
