import type { Operator } from "./operator.js";

/**
 * ZipMap, which scikit-learn's exporter puts behind the probabilities to name them by class. Here it keeps the
 * tensor: the order is that of the classes.
 */
export const zipMap: Operator = {
  type: "ZipMap",
  domain: "ai.onnx.ml",
  arity: [1, 1],
  infer: (call) => [{ dtype: call.input(0).dtype, shape: call.input(0).shape }],
  run: (call) => [call.input(0)],
};
