import { type BigData, isBig, type NumberData } from "../dtypes.js";
import { sizeOf, type Tensor } from "../tensor.js";
import { broadcastOf, forBroadcast } from "./elementwise.js";
import type { Operator, RunCall } from "./operator.js";

/** An operator of two inputs with broadcasting whose result is bool. */
export function comparison(
  type: string,
  map: (a: number, b: number) => boolean,
  mapBig: (a: bigint, b: bigint) => boolean,
): Operator {
  return {
    type,
    arity: [2, 2],
    infer: (call) => [{ dtype: "bool", shape: broadcastOf(call, call.input(0).shape, call.input(1).shape) }],
    run: (call) => [compare(call, map, mapBig)],
  };
}

function compare(
  call: RunCall,
  map: (a: number, b: number) => boolean,
  mapBig: (a: bigint, b: bigint) => boolean,
): Tensor {
  const [a, b] = [call.input(0), call.input(1)];
  if (a.dtype !== b.dtype) call.fail(`inputs of types ${a.dtype} and ${b.dtype}`);
  const shape = broadcastOf(call, a.shape, b.shape) as number[];
  const data = new Uint8Array(sizeOf(shape));
  if (isBig(a.dtype)) {
    const [x, y] = [a.data as BigData, b.data as BigData];
    forBroadcast(shape, [a.shape, b.shape], (o, i, j) => {
      data[o] = mapBig(x[i], y[j]) ? 1 : 0;
    });
  } else {
    const [x, y] = [a.data as NumberData, b.data as NumberData];
    forBroadcast(shape, [a.shape, b.shape], (o, i, j) => {
      data[o] = map(x[i], y[j]) ? 1 : 0;
    });
  }
  return { dtype: "bool", shape, data };
}
