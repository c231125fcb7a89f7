import { unaryWith } from "./elementwise.js";

/** Celu: x, or alpha * (e^(x / alpha) - 1) below zero. */
export const celu = unaryWith("Celu", (call) => {
  const alpha = call.attributes.float("alpha", 1);
  return (x) => (x > 0 ? x : alpha * Math.expm1(x / alpha));
});
