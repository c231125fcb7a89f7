import { along, select } from "../kernels/select.js";
import { numbers, reshaped } from "../tensor.js";
import { knownDims, knownInts, type Operator } from "./operator.js";

/** Gather: elements along an axis by their indices; negative indices count from the end. */
export const gather: Operator = {
  type: "Gather",
  arity: [2, 2],
  infer: (call) => {
    const [x, indices] = [call.input(0), call.input(1)];
    if (indices.dtype !== "int64" && indices.dtype !== "int32") call.fail(`indices of type ${indices.dtype}`);
    const dims = knownDims(x);
    const which = knownInts(indices);
    const contents =
      x.shape?.length === 1 && dims && which
        ? which.map(
            (i) => dims[i < 0 ? i + dims.length : i] ?? call.fail(`index ${i} of ${dims.length} elements`),
          )
        : undefined;
    if (x.shape === undefined || indices.shape === undefined)
      return [{ dtype: x.dtype, shape: undefined, contents }];
    const axis = call.axis(call.attributes.int("axis", 0), x.shape.length);
    return [
      {
        dtype: x.dtype,
        shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
        contents,
      },
    ];
  },
  run: (call) => {
    const [x, indices] = [call.input(0), call.input(1)];
    const axis = call.axis(call.attributes.int("axis", 0), x.shape.length);
    const length = x.shape[axis];
    const map = numbers(indices).map((i) => {
      const j = i < 0 ? i + length : i;
      return j >= 0 && j < length ? j : call.fail(`index ${i} along a dimension of ${length}`);
    });
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return [reshaped(select(x, along(x.shape.length, axis, map), 0, call.title), shape)];
  },
};
