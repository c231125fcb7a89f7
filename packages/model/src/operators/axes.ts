import { numbers, type Tensor } from "../tensor.js";
import { type InferCall, knownInts, type RunCall } from "./operator.js";

/**
 * Axes that newer operator sets give as an input and older ones as an attribute. Undefined when neither is
 * there; "unknown" when the input's value cannot be told yet.
 */
export function axesArgument(
  call: InferCall | RunCall,
  index: number,
  name = "axes",
): number[] | undefined | "unknown" {
  const given = call.inputs[index];
  if (given === undefined) return call.attributes.ints(name);
  if ("data" in given) return numbers(given as Tensor);
  return knownInts(given) ?? "unknown";
}
