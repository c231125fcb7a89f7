import { erf } from "../kernels/erf.js";
import { unaryWith } from "./elementwise.js";

/** Gelu: x times the normal distribution function, exact or (approximate = "tanh") by its usual approximation. */
export const gelu = unaryWith("Gelu", (call) => {
  const approximate = call.attributes.string("approximate", "none");
  if (approximate === "tanh") {
    const c = Math.sqrt(2 / Math.PI);
    return (x) => 0.5 * x * (1 + Math.tanh(c * (x + 0.044715 * x ** 3)));
  }
  if (approximate !== "none") call.fail(`approximate ${approximate}`);
  return (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
});
