import { columnsOf, multiplyPanels, rowsAsColumns, worthPanels } from "./simd/multiply.js";

/**
 * c[i * n + j] = sum over p of a[i * k + p] * b[j * k + p], i < m, j < n: both operands are read along their
 * rows. Large float32 products are summed in float32 with SIMD; all others in double precision, rounded when stored.
 */
export function multiplyTransposed(
  m: number,
  n: number,
  k: number,
  a: ArrayLike<number>,
  aOffset: number,
  b: ArrayLike<number>,
  bOffset: number,
  c: { [index: number]: number },
  cOffset: number,
): void {
  if (a instanceof Float32Array && b instanceof Float32Array && c instanceof Float32Array) {
    if (n <= m && worthPanels(m, n, k)) {
      multiplyPanels(m, n, k, a, aOffset, rowsAsColumns(k, b, bOffset), c, cOffset);
      return;
    }
    if (n > m && worthPanels(n, m, k)) {
      // The longer operand is copied as it is, the shorter one is rearranged; the result comes out transposed.
      const turned = new Float32Array(m * n);
      multiplyPanels(n, m, k, b, bOffset, rowsAsColumns(k, a, aOffset), turned, 0);
      c.set(transposed(turned, 0, n, m), cOffset);
      return;
    }
  }
  // Four rows of b are read per pass over p, so that each element of a is loaded once for four products; blocks
  // of b stay in the level-2 cache while all rows of a pass over them.
  const block = Math.max(4, Math.min(256, Math.floor(32768 / Math.max(1, k)) & ~3));
  for (let j0 = 0; j0 < n; j0 += block) {
    const jEnd = Math.min(n, j0 + block);
    let i = 0;
    for (; i + 1 < m; i += 2) {
      const a0 = aOffset + i * k;
      const a1 = a0 + k;
      let j = j0;
      for (; j + 3 < jEnd; j += 4) {
        const b0 = bOffset + j * k;
        const b1 = b0 + k;
        const b2 = b1 + k;
        const b3 = b2 + k;
        let s00 = 0;
        let s01 = 0;
        let s02 = 0;
        let s03 = 0;
        let s10 = 0;
        let s11 = 0;
        let s12 = 0;
        let s13 = 0;
        for (let p = 0; p < k; p++) {
          const x = a[a0 + p];
          const y = a[a1 + p];
          const u = b[b0 + p];
          const v = b[b1 + p];
          const w = b[b2 + p];
          const z = b[b3 + p];
          s00 += x * u;
          s01 += x * v;
          s02 += x * w;
          s03 += x * z;
          s10 += y * u;
          s11 += y * v;
          s12 += y * w;
          s13 += y * z;
        }
        const o0 = cOffset + i * n + j;
        const o1 = o0 + n;
        c[o0] = s00;
        c[o0 + 1] = s01;
        c[o0 + 2] = s02;
        c[o0 + 3] = s03;
        c[o1] = s10;
        c[o1 + 1] = s11;
        c[o1 + 2] = s12;
        c[o1 + 3] = s13;
      }
      for (; j < jEnd; j++) {
        const b0 = bOffset + j * k;
        let s0 = 0;
        let s1 = 0;
        for (let p = 0; p < k; p++) {
          const u = b[b0 + p];
          s0 += a[a0 + p] * u;
          s1 += a[a1 + p] * u;
        }
        c[cOffset + i * n + j] = s0;
        c[cOffset + (i + 1) * n + j] = s1;
      }
    }
    if (i < m) lastRow(k, a, aOffset + i * k, b, bOffset, c, cOffset + i * n, j0, jEnd);
  }
}

function lastRow(
  k: number,
  a: ArrayLike<number>,
  a0: number,
  b: ArrayLike<number>,
  bOffset: number,
  c: { [index: number]: number },
  cRow: number,
  from: number,
  to: number,
): void {
  let j = from;
  for (; j + 3 < to; j += 4) {
    const b0 = bOffset + j * k;
    const b1 = b0 + k;
    const b2 = b1 + k;
    const b3 = b2 + k;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let p = 0; p < k; p++) {
      const x = a[a0 + p];
      s0 += x * b[b0 + p];
      s1 += x * b[b1 + p];
      s2 += x * b[b2 + p];
      s3 += x * b[b3 + p];
    }
    c[cRow + j] = s0;
    c[cRow + j + 1] = s1;
    c[cRow + j + 2] = s2;
    c[cRow + j + 3] = s3;
  }
  for (; j < to; j++) {
    const b0 = bOffset + j * k;
    let s = 0;
    for (let p = 0; p < k; p++) s += a[a0 + p] * b[b0 + p];
    c[cRow + j] = s;
  }
}

/** The transpose of a rows x columns matrix, of the same kind of array. */
export function transposed<T extends Float32Array | Float64Array | Int32Array>(
  x: T,
  offset: number,
  rows: number,
  columns: number,
): T {
  const out = new (x.constructor as new (n: number) => T)(rows * columns);
  for (let i = 0; i < rows; i += 16)
    for (let j = 0; j < columns; j += 16) {
      const iEnd = Math.min(rows, i + 16);
      const jEnd = Math.min(columns, j + 16);
      for (let r = i; r < iEnd; r++)
        for (let s = j; s < jEnd; s++) out[s * rows + r] = x[offset + r * columns + s];
    }
  return out;
}

/** c[m x n] = a[m x k] * b[k x n], row major, with sums as in multiplyTransposed. */
export function multiply<T extends Float32Array | Float64Array | Int32Array>(
  m: number,
  n: number,
  k: number,
  a: T,
  aOffset: number,
  b: T,
  bOffset: number,
  c: { [index: number]: number },
  cOffset: number,
): void {
  if (
    a instanceof Float32Array &&
    b instanceof Float32Array &&
    c instanceof Float32Array &&
    worthPanels(m, n, k)
  ) {
    multiplyPanels(m, n, k, a, aOffset, columnsOf(k, n, b, bOffset), c, cOffset);
    return;
  }
  if (m >= 4) {
    multiplyTransposed(m, n, k, a, aOffset, transposed(b, bOffset, k, n), 0, c, cOffset);
    return;
  }
  // Few rows: transposing b would cost as much as the product, so rows of b are added up instead.
  const sums = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    sums.fill(0);
    for (let p = 0; p < k; p++) {
      const x = a[aOffset + i * k + p];
      const row = bOffset + p * n;
      for (let j = 0; j < n; j++) sums[j] += x * b[row + j];
    }
    for (let j = 0; j < n; j++) c[cOffset + i * n + j] = sums[j];
  }
}
