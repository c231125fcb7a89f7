import { panelProduct, panelWidth, rowGroup } from "./panel-product.js";

/** Most elements of each operand that are in the kernel's memory at once: 4 MB each. */
const blockElements = 2 ** 20;

/** Columns per block of the right operand, a multiple of the panel's width. */
function columnsPerBlock(k: number): number {
  return Math.max(panelWidth, Math.floor(blockElements / k / panelWidth) * panelWidth);
}

/** Whether the kernel is worth its copies: enough columns to fill a panel, and sums not too long for its memory. */
export function worthPanels(m: number, n: number, k: number): boolean {
  return n >= panelWidth / 2 && m >= rowGroup && k >= 4 && k <= blockElements / 4 && m * n * k >= 20_000;
}

/**
 * c[i * n + j] = sum over p of a[i * k + p] * b(p, j) for i < m, j < n, in float32 with SIMD. `fill` writes the
 * right operand's columns from `first` on, `count` of them, as panels: column j at
 * panel[(j >> 3) * 8 * k + p * 8 + (j & 7)]; what it leaves alone is 0.
 */
export function multiplyPanels(
  m: number,
  n: number,
  k: number,
  a: Float32Array,
  aOffset: number,
  fill: (panels: Float32Array, first: number, count: number) => void,
  c: Float32Array,
  cOffset: number,
): void {
  const { run, floats } = panelProduct();
  const columns = Math.min(columnsPerBlock(k), Math.ceil(n / panelWidth) * panelWidth);
  const blockRows = Math.max(
    rowGroup,
    Math.floor(blockElements / Math.max(k, columns) / rowGroup) * rowGroup,
  );
  const rows = Math.min(blockRows, Math.ceil(m / rowGroup) * rowGroup);
  // In the kernel's memory: panels, rows of a, then the block of c.
  const [aStart, cStart] = [columns * k, columns * k + rows * k];
  const memory = floats(4 * (cStart + rows * columns));
  for (let first = 0; first < n; first += columns) {
    const count = Math.min(columns, n - first);
    const panels = Math.ceil(count / panelWidth);
    memory.fill(0, 0, panels * panelWidth * k);
    fill(memory, first, count);
    for (let i = 0; i < m; i += rows) {
      const real = Math.min(rows, m - i);
      const padded = Math.ceil(real / rowGroup) * rowGroup;
      memory.set(a.subarray(aOffset + i * k, aOffset + (i + real) * k), aStart);
      memory.fill(0, aStart + real * k, aStart + padded * k);
      for (let p = 0; p < panels; p++)
        run(padded, k, 4 * aStart, 4 * p * panelWidth * k, 4 * (cStart + p * panelWidth), 4 * columns);
      for (let r = 0; r < real; r++)
        c.set(
          memory.subarray(cStart + r * columns, cStart + r * columns + count),
          cOffset + (i + r) * n + first,
        );
    }
  }
}

/** A fill function for a right operand whose columns are rows of b: b(p, j) = b[j * k + p]. */
export function rowsAsColumns(k: number, b: Float32Array, bOffset: number) {
  return (panels: Float32Array, first: number, count: number): void => {
    for (let j = 0; j < count; j++) {
      const to = (j >> 3) * panelWidth * k + (j & 7);
      const from = bOffset + (first + j) * k;
      for (let p = 0; p < k; p++) panels[to + p * panelWidth] = b[from + p];
    }
  };
}

/** A fill function for a right operand as it is: b(p, j) = b[p * n + j]. */
export function columnsOf(k: number, n: number, b: Float32Array, bOffset: number) {
  return (panels: Float32Array, first: number, count: number): void => {
    for (let start = 0; start < count; start += panelWidth) {
      const width = Math.min(panelWidth, count - start);
      for (let p = 0; p < k; p++) {
        const from = bOffset + p * n + first + start;
        const to = start * k + p * panelWidth;
        for (let j = 0; j < width; j++) panels[to + j] = b[from + j];
      }
    }
  };
}
