import type { Tensor } from "../tensor.js";
import { sizeOf } from "../tensor.js";
import type { InferCall, RunCall } from "./operator.js";

/**
 * Which element of the scale (and zero point) belongs to each element of x, in QuantizeLinear and
 * DequantizeLinear: one for all, one per index along `axis`, or one per block of `block_size` along it.
 */
export function scaleLayout(
  call: RunCall | InferCall,
  x: readonly number[],
  scale: readonly number[],
): (visit: (i: number, j: number) => void) => void {
  const total = sizeOf(x);
  const block = call.attributes.int("block_size", 0);
  if (sizeOf(scale) === 1 && block === 0)
    return (visit) => {
      for (let i = 0; i < total; i++) visit(i, 0);
    };
  const axis = call.axis(call.attributes.int("axis", 1), x.length);
  const length = x[axis];
  const inner = sizeOf(x.slice(axis + 1));
  const text = () => `a scale of shape [${scale.join(", ")}] for [${x.join(", ")}] along axis ${axis}`;
  if (block === 0) {
    if (scale.length !== 1 || scale[0] !== length) call.conflict(text());
    return (visit) => {
      for (let i = 0; i < total; i++) visit(i, Math.floor(i / inner) % length);
    };
  }
  if (block < 0) call.fail(`block_size ${block}`);
  const blocks = Math.ceil(length / block);
  if (scale.length !== x.length || !scale.every((d, i) => d === (i === axis ? blocks : x[i])))
    call.conflict(text());
  return (visit) => {
    for (let i = 0; i < total; i++) {
      const outer = Math.floor(i / (inner * length));
      const at = Math.floor((Math.floor(i / inner) % length) / block);
      visit(i, (outer * blocks + at) * inner + (i % inner));
    }
  };
}

/** A zero point has the scale's shape. @throws MatchMulError shape-conflict */
export function checkZeroPoint(call: RunCall, scale: Tensor, zeroPoint: Tensor | undefined): void {
  if (zeroPoint !== undefined && zeroPoint.data.length !== scale.data.length)
    call.conflict(`${scale.data.length} scales, ${zeroPoint.data.length} zero points`);
}
