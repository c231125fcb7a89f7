import type { Dim } from "../graph.js";
import { product } from "../shapes.js";
import { numbers, reshaped, sizeOf } from "../tensor.js";
import { type InferCall, knownDims, type Operator, type RunCall, requireIndexLists } from "./operator.js";

/** Reshape: 0 copies the input's dimension (unless allowzero is set), one -1 takes what is left. */
export const reshape: Operator = {
  type: "Reshape",
  arity: [1, 2],
  infer: (call) => {
    requireIndexLists(call, 1);
    const x = call.input(0);
    const target = knownDims(call.inputs[1]) ?? call.attributes.ints("shape");
    if (target === undefined) {
      const rank = call.inputs[1]?.shape?.[0];
      const shape =
        typeof rank === "number" && rank <= 64
          ? Array.from({ length: rank }, (_, i) => call.unknown(i))
          : undefined;
      return [{ dtype: x.dtype, shape }];
    }
    return [{ dtype: x.dtype, shape: inferShape(call, x.shape, target), contents: x.contents }];
  },
  run: (call) => {
    const x = call.input(0);
    const target =
      (call.inputs[1] && numbers(call.inputs[1])) ?? call.attributes.ints("shape") ?? call.fail("no shape");
    const shape = copyZeros(call, x.shape, target) as number[];
    const rest = shape.indexOf(-1);
    const size = sizeOf(x.shape);
    if (rest >= 0) {
      const others = sizeOf(shape.filter((_, i) => i !== rest));
      shape[rest] = others === 0 ? 0 : size / others;
    }
    if (sizeOf(shape) !== size || !shape.every((d) => Number.isInteger(d) && d >= 0))
      call.conflict(`[${x.shape.join(", ")}] cannot become [${target.join(", ")}]`);
    return [reshaped(x, shape)];
  },
};

function copyZeros(
  call: InferCall | RunCall,
  from: readonly Dim[] | undefined,
  target: readonly Dim[],
): Dim[] {
  if (target.filter((d) => d === -1).length > 1) call.fail(`two dimensions of [${target.join(", ")}] are -1`);
  if (call.attributes.int("allowzero", 0) !== 0) return [...target];
  return target.map((d, i) => {
    if (d !== 0) return d;
    if (from === undefined) return call.unknown(i);
    return from[i] ?? call.fail(`dimension ${i} is to be copied from [${from.join(", ")}]`);
  });
}

function inferShape(call: InferCall, from: readonly Dim[] | undefined, target: readonly Dim[]): Dim[] {
  const shape = copyZeros(call, from, target);
  if (shape.some((d) => typeof d === "number" && (d < -1 || !Number.isSafeInteger(d))))
    call.fail(`shape [${target.join(", ")}]`);
  const rest = shape.indexOf(-1);
  if (from === undefined) return shape.map((d, i) => (d === -1 ? call.unknown(i) : d));
  // Symbols on both sides cancel, so that [N, 64, 4, 4] -> [N, -1] gives [N, 1024].
  const left = [...from];
  const others = shape.filter((_, i) => i !== rest);
  const open: Dim[] = [];
  for (const d of others) {
    const at = typeof d === "string" ? left.indexOf(d) : -1;
    if (at >= 0) left.splice(at, 1);
    else open.push(d);
  }
  const [have, asked] = [product(left), product(open)];
  if (rest < 0) {
    if (typeof have === "number" && typeof asked === "number" && have !== asked)
      call.conflict(`[${from.join(", ")}] cannot become [${target.join(", ")}]`);
    return shape;
  }
  if (typeof have === "number" && typeof asked === "number") {
    if (asked === 0 ? have !== 0 : have % asked !== 0)
      call.conflict(`[${from.join(", ")}] cannot become [${target.join(", ")}]`);
    shape[rest] = asked === 0 ? 0 : have / asked;
  } else shape[rest] = symbolicRest(left, asked) ?? call.unknown(rest);
  return shape;
}

/** [N, 64, 2, 2] -> [-1, 256]: the numbers cancel and the symbol is left. */
function symbolicRest(left: readonly Dim[], asked: Dim | undefined): Dim | undefined {
  const symbols = left.filter((d) => typeof d === "string");
  const number = product(left.filter((d) => typeof d === "number")) as number;
  return symbols.length === 1 && number === asked ? symbols[0] : undefined;
}
