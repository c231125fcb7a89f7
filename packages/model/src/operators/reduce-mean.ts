import { reduction } from "./reduction.js";

/** ReduceMean along axes; over the spatial ones it is global average pooling. */
export const reduceMean = reduction(
  "ReduceMean",
  0,
  (sum, x) => sum + x,
  (sum, count) => sum / count,
);
