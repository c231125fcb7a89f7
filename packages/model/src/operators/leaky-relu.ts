import { unaryWith } from "./elementwise.js";

/** LeakyRelu: x, or alpha * x (0.01) below zero. */
export const leakyRelu = unaryWith("LeakyRelu", (call) => {
  const alpha = call.attributes.float("alpha", 0.01);
  return (x) => (x < 0 ? alpha * x : x);
});
