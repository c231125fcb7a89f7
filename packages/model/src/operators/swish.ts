import { unaryWith } from "./elementwise.js";

/** Swish: x * sigmoid(alpha * x), also called SiLU. */
export const swish = unaryWith("Swish", (call) => {
  const alpha = call.attributes.float("alpha", 1);
  return (x) => x / (1 + Math.exp(-alpha * x));
});
