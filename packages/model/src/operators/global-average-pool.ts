import { globalPool } from "./global-pool.js";

/** GlobalAveragePool: the mean of each channel. */
export const globalAveragePool = globalPool(
  "GlobalAveragePool",
  0,
  (sum, x) => sum + x,
  (sum, count) => sum / count,
);
