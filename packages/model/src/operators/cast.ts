import { type DType, dtypeOfOnnx, dtypes, integerRange, isBig, isFloat, onnxTypeName } from "../dtypes.js";
import { roundToFloat, roundToPowerOfTwo } from "../float-formats.js";
import { allocate, type Tensor } from "../tensor.js";
import { mapElements } from "./elementwise.js";
import type { InferCall, Operator, RunCall } from "./operator.js";

/** Cast to the element type `to`: floats are cut towards zero, integers wrap around. */
export const cast: Operator = {
  type: "Cast",
  arity: [1, 1],
  infer: (call) => [{ dtype: target(call), shape: call.input(0).shape, contents: integerContents(call) }],
  run: (call) => [
    castTo(
      call.input(0),
      target(call),
      call.attributes.int("saturate", 1) !== 0,
      call.attributes.string("round_mode"),
    ),
  ],
};

function target(call: InferCall | RunCall): DType {
  const code = call.attributes.int("to") ?? call.fail("`to` is missing");
  return dtypeOfOnnx(code) ?? call.refuse(`a cast to ${onnxTypeName(code)}`, "cast to a number type");
}

function integerContents(call: InferCall) {
  return isFloat(target(call)) ? undefined : call.input(0).contents;
}

/** The tensor with its elements converted. */
export function castTo(x: Tensor, dtype: DType, saturate: boolean, roundMode = "up"): Tensor {
  if (x.dtype === dtype) return x;
  if (dtype === "float8e8m0") {
    const mode = roundMode === "down" || roundMode === "nearest" ? roundMode : "up";
    return mapElements({ ...x, dtype: "float8e8m0" }, (v) => roundToPowerOfTwo(v, mode, saturate));
  }
  const data = allocate(dtype, x.data.length);
  const { bits, kind } = dtypes[dtype];
  for (let i = 0; i < data.length; i++) {
    const v = x.data[i];
    if (isBig(dtype)) data[i] = typeof v === "bigint" ? v : bigOf(v, dtype);
    else if (kind === "bool") data[i] = Number(v) !== 0 ? 1 : 0;
    else if (kind === "float") data[i] = roundToFloat(Number(v), dtype, saturate && bits <= 8);
    else if (typeof v === "bigint") data[i] = Number(BigInt.asIntN(32, v));
    else data[i] = bits < 8 ? wrap(Math.trunc(v), dtype) : Math.trunc(v);
  }
  return { dtype, shape: x.shape, data };
}

function bigOf(v: number, dtype: DType): bigint {
  if (Number.isNaN(v)) return 0n;
  const [low, high] = integerRange(dtype);
  if (v >= high) return dtype === "int64" ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return BigInt(Math.trunc(Math.max(low, v)));
}

function wrap(v: number, dtype: DType): number {
  const { bits, kind } = dtypes[dtype];
  return kind === "int" ? (v << (32 - bits)) >> (32 - bits) : v & (2 ** bits - 1);
}
