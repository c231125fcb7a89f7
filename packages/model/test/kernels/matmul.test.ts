import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { multiply, multiplyTransposed, transposed } from "../../src/kernels/matmul.js";
import { worthPanels } from "../../src/kernels/simd/multiply.js";

const random = new Random(31);
const floats = (n: number) => Float32Array.from({ length: n }, () => random.next() * 2 - 1);

/** Row i, column j of a product, in double precision. */
function entry(k: number, a: Float32Array, b: Float32Array, i: number, j: number): number {
  let sum = 0;
  for (let p = 0; p < k; p++) sum += a[i * k + p] * b[j * k + p];
  return sum;
}

// Sizes around the blocks of four rows and eight columns, and past the kernel's memory (2^20 elements).
test.each([
  [1, 1, 1],
  [3, 5, 7],
  [4, 8, 1000],
  [5, 9, 700],
  [64, 8, 300],
  [8, 64, 300],
  [37, 41, 129],
  [300, 5, 4000],
  [4, 1200, 1100],
])("products of %d x %d sums of %d terms", (m, n, k) => {
  const [a, b] = [floats(m * k + 3), floats(n * k + 5)];
  const [left, right] = [a.subarray(3), b.subarray(5)];
  const c = new Float32Array(m * n + 2).fill(7);
  multiplyTransposed(m, n, k, a, 3, b, 5, c, 2);
  const plain = new Float32Array(m * n);
  multiply(m, n, k, left, 0, transposed(right, 0, n, k), 0, plain, 0);
  const tolerance = 1e-6 * k;
  expect([...c.subarray(0, 2)]).toEqual([7, 7]);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const exact = entry(k, left, right, i, j);
      expect(Math.abs(c[2 + i * n + j] - exact)).toBeLessThan(tolerance);
      expect(Math.abs(plain[i * n + j] - exact)).toBeLessThan(tolerance);
    }
});

test("integers come out exact, also where the SIMD kernel would take the sizes", () => {
  const [m, n, k] = [32, 32, 600];
  expect(worthPanels(m, n, k)).toBe(true);
  const bytes = (count: number) => Float32Array.from({ length: count }, () => random.integer(-255, 255));
  const [a, b] = [bytes(m * k), bytes(n * k)];
  const c = new Int32Array(m * n);
  multiplyTransposed(m, n, k, a, 0, b, 0, c, 0);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) expect(c[i * n + j]).toBe(entry(k, a, b, i, j));
});

test("NaN and infinity spread as they must, zeros included", () => {
  const c = new Float32Array(1);
  multiply(1, 1, 2, Float32Array.of(0, 1), 0, Float32Array.of(Infinity, 1), 0, c, 0);
  expect(c[0]).toBeNaN();
});
