import { allocate, sizeOf, stridesOf, type Tensor } from "../tensor.js";

/**
 * The tensor whose element [i0, i1, ...] is x[maps[0][i0], maps[1][i1], ...], or `fill` where any of them is -1.
 * Slices, pads, gathers, splits and reversals all are of this form.
 */
export function select(
  x: Tensor,
  maps: readonly ArrayLike<number>[],
  fill: number | bigint = 0,
  what?: string,
): Tensor {
  const shape = maps.map((m) => m.length);
  const data = allocate(x.dtype, sizeOf(shape), what);
  const strides = stridesOf(x.shape);
  const rank = shape.length;
  if (rank === 0) {
    data[0] = x.data[0];
    return { dtype: x.dtype, shape, data };
  }
  if (data.length === 0) return { dtype: x.dtype, shape, data };
  const last = maps[rank - 1];
  let o = 0;
  const visit = (axis: number, offset: number): void => {
    if (axis === rank - 1) {
      for (let i = 0; i < last.length; i++, o++)
        data[o] = offset < 0 || last[i] < 0 ? fill : x.data[offset + last[i]];
      return;
    }
    const map = maps[axis];
    for (let i = 0; i < map.length; i++)
      visit(axis + 1, offset < 0 || map[i] < 0 ? -1 : offset + map[i] * strides[axis]);
  };
  visit(0, 0);
  return { dtype: x.dtype, shape, data };
}

/** The map that takes `count` indices from `start` on, `step` apart. */
export function range(start: number, count: number, step = 1): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => start + i * step);
}

/** Maps that keep every dimension as it is. */
export function everything(shape: readonly number[]): Int32Array[] {
  return shape.map((d) => range(0, d));
}
