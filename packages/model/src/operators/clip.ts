import { isBig } from "../dtypes.js";
import { numbers, type Tensor } from "../tensor.js";
import { mapElements } from "./elementwise.js";
import type { Operator, RunCall } from "./operator.js";

/** Clip: keeps x between min and max, which are attributes before operator set 11. With min > max all are max. */
export const clip: Operator = {
  type: "Clip",
  arity: [1, 3],
  infer: (call) => {
    const { dtype, shape } = call.input(0);
    for (const bound of call.inputs.slice(1))
      if (bound !== undefined && bound.dtype !== dtype)
        call.fail(`a bound of type ${bound.dtype} for ${dtype}`);
    return [{ dtype, shape }];
  },
  run: (call) => {
    const x = call.input(0);
    if (isBig(x.dtype)) return [clipBig(call, x)];
    const low = bound(call, 1, "min") ?? -Infinity;
    const high = bound(call, 2, "max") ?? Infinity;
    return [mapElements(x, (v) => Math.min(high, Math.max(low, v)))];
  },
};

function bound(call: RunCall, index: number, name: string): number | undefined {
  const given = call.inputs[index];
  if (given === undefined) return call.attributes.float(name);
  return given.data.length === 1 ? numbers(given)[0] : call.fail(`${name} has ${given.data.length} elements`);
}

function clipBig(call: RunCall, x: Tensor): Tensor {
  const [low, high] = [call.inputs[1]?.data[0], call.inputs[2]?.data[0]] as (bigint | undefined)[];
  const data = (x.data as BigInt64Array).map((v) => {
    const raised = low !== undefined && v < low ? low : v;
    return high !== undefined && raised > high ? high : raised;
  });
  return { dtype: x.dtype, shape: x.shape, data };
}
