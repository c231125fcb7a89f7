import { unaryWith } from "./elementwise.js";

/** ThresholdedRelu: x where it is above alpha, else 0. */
export const thresholdedRelu = unaryWith("ThresholdedRelu", (call) => {
  const alpha = call.attributes.float("alpha", 1);
  return (x) => (x > alpha ? x : 0);
});
