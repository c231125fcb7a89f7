import { unaryWith } from "./elementwise.js";

/** HardSigmoid: alpha * x + beta (0.2, 0.5), kept between 0 and 1. */
export const hardSigmoid = unaryWith("HardSigmoid", (call) => {
  const [alpha, beta] = [call.attributes.float("alpha", 0.2), call.attributes.float("beta", 0.5)];
  return (x) => Math.max(0, Math.min(1, alpha * x + beta));
});
