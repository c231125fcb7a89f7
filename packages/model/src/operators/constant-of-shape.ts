import type { Dim } from "../graph.js";
import { allocate, numbers, sizeOf } from "../tensor.js";
import { knownDims, type Operator, requireIndexLists } from "./operator.js";

/** ConstantOfShape: a tensor of the given shape filled with one value, float32 zero unless given. */
export const constantOfShape: Operator = {
  type: "ConstantOfShape",
  arity: [1, 1],
  infer: (call) => {
    requireIndexLists(call, 0);
    const dtype = call.attributes.tensor("value")?.dtype ?? "float32";
    const target = knownDims(call.input(0));
    if (target !== undefined) return [{ dtype, shape: target }];
    const rank = call.input(0).shape?.[0];
    return [
      {
        dtype,
        shape:
          typeof rank === "number" && rank <= 64
            ? Array.from({ length: rank }, (_, i): Dim => call.unknown(i))
            : undefined,
      },
    ];
  },
  run: (call) => {
    const value = call.attributes.tensor("value");
    const shape = numbers(call.input(0));
    if (shape.some((d) => d < 0)) call.fail(`shape [${shape.join(", ")}]`);
    const data = allocate(value?.dtype ?? "float32", sizeOf(shape), call.title) as Float32Array;
    if (value !== undefined && value.data.length !== 1) call.fail(`a value of ${value.data.length} elements`);
    if (value !== undefined) data.fill(value.data[0] as number);
    return [{ dtype: value?.dtype ?? "float32", shape, data }];
  },
};
