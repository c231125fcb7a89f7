import { reduction } from "./reduction.js";

/** ReduceProd along axes. */
export const reduceProd = reduction("ReduceProd", 1, (product, x) => product * x);
