import { unaryWith } from "./elementwise.js";

/** Selu: gamma * x, or gamma * alpha * (e^x - 1) below zero. */
export const selu = unaryWith("Selu", (call) => {
  const alpha = call.attributes.float("alpha", Math.fround(1.6732632423543772));
  const gamma = call.attributes.float("gamma", Math.fround(1.0507009873554805));
  return (x) => (x > 0 ? gamma * x : gamma * alpha * Math.expm1(x));
});
