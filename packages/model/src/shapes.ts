import type { Dim } from "./graph.js";

/** True for a dimension nothing is known about (as against a number or a named symbol). */
export function isUnknown(dim: Dim): boolean {
  return typeof dim === "string" && dim.startsWith("?");
}

/** True when every dimension is a number. */
export function isStatic(shape: readonly Dim[] | undefined): shape is readonly number[] {
  return shape?.every((d) => typeof d === "number") ?? false;
}

/** Whether the two could be the same length: false only for two different numbers. */
export function compatible(a: Dim, b: Dim): boolean {
  return a === b || typeof a === "string" || typeof b === "string";
}

/** What is known when both describe the same dimension: a number beats a name, a name beats "unknown". */
export function merge(a: Dim, b: Dim): Dim {
  if (typeof a === "number") return a;
  if (typeof b === "number") return b;
  return isUnknown(a) ? b : a;
}

/**
 * The shape two shapes broadcast to (ONNX: multidirectional broadcasting), or undefined where they do not.
 * `unknown(axis)` names a dimension that cannot be told.
 */
export function broadcast(
  a: readonly Dim[],
  b: readonly Dim[],
  unknown: (axis: number) => Dim,
): Dim[] | undefined {
  const rank = Math.max(a.length, b.length);
  const out = new Array<Dim>(rank);
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) out[i] = x;
    else if (x === 1) out[i] = y;
    else if (typeof x === "number" && typeof y === "number") return undefined;
    // A symbol beside a number other than 1 can only be that number or 1: either way the result is the number.
    else if (typeof x === "number") out[i] = x;
    else if (typeof y === "number") out[i] = y;
    else out[i] = unknown(i);
  }
  return out;
}

/** Brings an axis into 0 .. rank - 1, or gives undefined when it is out of range. */
export function axisOf(axis: number, rank: number): number | undefined {
  const a = axis < 0 ? axis + rank : axis;
  return Number.isInteger(a) && a >= 0 && a < rank ? a : undefined;
}

/** The product of dimensions: a number, a lone symbol times one, or undefined. */
export function product(dims: readonly Dim[]): Dim | undefined {
  let n = 1;
  let symbol: string | undefined;
  for (const d of dims) {
    if (typeof d === "number") n *= d;
    else if (symbol === undefined) symbol = d;
    else return undefined;
  }
  if (symbol === undefined) return n;
  return n === 1 ? symbol : undefined;
}
