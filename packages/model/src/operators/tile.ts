import { select } from "../kernels/select.js";
import { checkExtent, numbers, sizeOf, zeros } from "../tensor.js";
import { knownInts, type Operator, requireIndexLists } from "./operator.js";

/** Tile: repeats the input along each dimension. */
export const tile: Operator = {
  type: "Tile",
  arity: [2, 2],
  infer: (call) => {
    requireIndexLists(call, 1);
    const { dtype, shape } = call.input(0);
    const repeats = knownInts(call.input(1));
    if (shape !== undefined && repeats !== undefined && repeats.length !== shape.length)
      call.conflict(`${repeats.length} repeats of [${shape.join(", ")}]`);
    return [
      {
        dtype,
        shape: shape?.map((d, i) => {
          const times = repeats?.[i];
          if (times === 1) return d;
          return typeof d === "number" && times !== undefined ? d * times : call.unknown(i);
        }),
      },
    ];
  },
  run: (call) => {
    const x = call.input(0);
    const repeats = numbers(call.input(1));
    if (repeats.length !== x.shape.length)
      call.conflict(`${repeats.length} repeats of [${x.shape.join(", ")}]`);
    if (repeats.some((r) => r < 0)) call.fail(`repeats [${repeats.join(", ")}]`);
    const shape = x.shape.map((d, i) => d * repeats[i]);
    checkExtent(shape, call.title);
    if (sizeOf(shape) === 0) return [zeros(shape, x.dtype)];
    const maps = x.shape.map((d, i) => Int32Array.from({ length: d * repeats[i] }, (_, o) => o % d));
    return [select(x, maps, 0, call.title)];
  },
};
