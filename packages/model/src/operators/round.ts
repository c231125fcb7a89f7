import { roundHalfEven } from "../float-formats.js";
import { unary } from "./elementwise.js";

/** Round: to the nearest integer, halves to the even one. */
export const round = unary("Round", (x) => roundHalfEven(x));
