import { numberData } from "../tensor.js";
import type { InferCall, Operator, RunCall } from "./operator.js";

/** Scaler, scikit-learn's StandardScaler: (x - offset) * scale, for all features or for each of the last dimension. */
export const scaler: Operator = {
  type: "Scaler",
  domain: "ai.onnx.ml",
  arity: [1, 1],
  infer: (call) => {
    const { shape } = call.input(0);
    parameters(call, shape?.at(-1));
    return [{ dtype: "float32", shape }];
  },
  run: (call) => {
    const x = call.input(0);
    const source = numberData(x);
    const { offset, scale } = parameters(call, x.shape.at(-1));
    const data = Float32Array.from(
      source,
      (v, i) => Math.fround(v - offset[i % offset.length]) * scale[i % scale.length],
    );
    return [{ dtype: "float32", shape: x.shape, data }];
  },
};

function parameters(call: InferCall | RunCall, features: number | string | undefined) {
  const offset = call.attributes.floats("offset") ?? [0];
  const scale = call.attributes.floats("scale") ?? [1];
  for (const list of [offset, scale])
    if (list.length !== 1 && typeof features === "number" && list.length !== features)
      call.conflict(`${list.length} parameters for ${features} features`);
  if (offset.length === 0 || scale.length === 0) call.fail("offset or scale is empty");
  return { offset, scale };
}
