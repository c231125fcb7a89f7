import { globalPool } from "./global-pool.js";

/** GlobalMaxPool: the largest value of each channel. */
export const globalMaxPool = globalPool("GlobalMaxPool", -Infinity, Math.max, (max) => max);
