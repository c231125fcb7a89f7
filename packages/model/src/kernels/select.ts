import { allocate, sizeOf, stridesOf, type Tensor } from "../tensor.js";

/** For each index along one dimension of the result, the index in the input; -1 is the fill value. */
export type AxisMap = ArrayLike<number>;

/**
 * The tensor whose element [i0, i1, ...] is x[maps[0][i0], maps[1][i1], ...], or `fill` where any of them is -1. A
 * dimension whose map is undefined stays as it is. Slices, pads, gathers, splits and reversals all are of this form.
 */
export function select(
  x: Tensor,
  maps: readonly (AxisMap | undefined)[],
  fill: number | bigint = 0,
  what?: string,
): Tensor {
  const shape = maps.map((m, i) => m?.length ?? x.shape[i]);
  const data = allocate(x.dtype, sizeOf(shape), what);
  const strides = stridesOf(x.shape);
  const rank = shape.length;
  if (data.length === 0) return { dtype: x.dtype, shape, data };
  if (rank === 0) {
    data[0] = x.data[0];
    return { dtype: x.dtype, shape, data };
  }
  const last = maps[rank - 1];
  let o = 0;
  const visit = (axis: number, offset: number): void => {
    const map = maps[axis];
    if (axis < rank - 1) {
      for (let i = 0; i < shape[axis]; i++) {
        const from = map === undefined ? i : map[i];
        visit(axis + 1, offset < 0 || from < 0 ? -1 : offset + from * strides[axis]);
      }
      return;
    }
    for (let i = 0; i < shape[axis]; i++, o++) {
      const from = last === undefined ? i : last[i];
      data[o] = offset < 0 || from < 0 ? fill : x.data[offset + from];
    }
  };
  visit(0, 0);
  return { dtype: x.dtype, shape, data };
}

/** The map that takes `count` indices from `start` on, `step` apart. */
export function range(start: number, count: number, step = 1): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => start + i * step);
}

/** A map for one dimension, the others as they are. */
export function along(rank: number, axis: number, map: AxisMap): (AxisMap | undefined)[] {
  return Array.from({ length: rank }, (_, i) => (i === axis ? map : undefined));
}
