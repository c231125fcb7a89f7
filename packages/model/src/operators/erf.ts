import { erf as errorFunction } from "../kernels/erf.js";
import { unary } from "./elementwise.js";

/** Erf: the error function, from which exporters build Gelu. */
export const erf = unary("Erf", (x) => errorFunction(x));
