import { unaryWith } from "./elementwise.js";

/** Elu: x, or alpha * (e^x - 1) below zero. */
export const elu = unaryWith("Elu", (call) => {
  const alpha = call.attributes.float("alpha", 1);
  return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
});
