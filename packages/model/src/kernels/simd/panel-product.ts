import { moduleBytes, op } from "./wasm-writer.js";

/** Columns of a panel. */
export const panelWidth = 8;

/** Rows that are computed together. */
export const rowGroup = 4;

type Run = (rows: number, k: number, a: number, b: number, c: number, cStride: number) => void;

/**
 * The kernel: c[i][j] = sum over p of a[i][p] * b[p][j] for one panel of 8 columns, 4 rows at a time: 8 vector
 * accumulators, float32 throughout. Addresses and strides are in bytes; rows is a multiple of 4 and not 0.
 */
function build(): Uint8Array {
  const [rows, k, a, b, c, cStride] = [0, 1, 2, 3, 4, 5];
  const [aStride, offset, pb, left, ...rowPointers] = [6, 7, 8, 9, 10, 11, 12, 13];
  const firstVector = 14;
  const [b0, b1, splat] = [firstVector, firstVector + 1, firstVector + 2];
  const sum = (row: number, half: number) => firstVector + 3 + 2 * row + half;
  const four = [0, 1, 2, 3];
  const accumulate = (row: number, half: number, vector: number) =>
    [
      op.get(sum(row, half)),
      op.get(splat),
      op.get(vector),
      op.mulFloats,
      op.addFloats,
      op.set(sum(row, half)),
    ].flat();
  const inner = op.loopWhile(
    [...op.get(pb), ...op.loadVector(0), ...op.set(b0), ...op.get(pb), ...op.loadVector(16), ...op.set(b1)],
    ...four.map((row) =>
      [
        [...op.get(rowPointers[row]), ...op.get(offset), ...op.add, ...op.loadSplat(0), ...op.set(splat)],
        accumulate(row, 0, b0),
        accumulate(row, 1, b1),
      ].flat(),
    ),
    [...op.get(pb), ...op.i32(4 * panelWidth), ...op.add, ...op.set(pb)],
    [...op.get(offset), ...op.i32(4), ...op.add, ...op.set(offset)],
    [...op.get(left), ...op.i32(1), ...op.sub, ...op.set(left), ...op.get(left)],
  );
  const group = op.loopWhile(
    four.flatMap((row) => [
      ...op.zeroVector,
      ...op.set(sum(row, 0)),
      ...op.zeroVector,
      ...op.set(sum(row, 1)),
    ]),
    [...op.get(a), ...op.set(rowPointers[0])],
    ...[1, 2, 3].map((row) => [
      ...op.get(rowPointers[row - 1]),
      ...op.get(aStride),
      ...op.add,
      ...op.set(rowPointers[row]),
    ]),
    [...op.get(rowPointers[3]), ...op.get(aStride), ...op.add, ...op.set(a)],
    [...op.i32(0), ...op.set(offset), ...op.get(b), ...op.set(pb), ...op.get(k), ...op.set(left)],
    inner,
    ...four.map((row) => [
      ...[...op.get(c), ...op.get(sum(row, 0)), ...op.storeVector(0)],
      ...[...op.get(c), ...op.get(sum(row, 1)), ...op.storeVector(16)],
      ...[...op.get(c), ...op.get(cStride), ...op.add, ...op.set(c)],
    ]),
    [...op.get(rows), ...op.i32(rowGroup), ...op.sub, ...op.set(rows), ...op.get(rows)],
  );
  return moduleBytes(6, 8, 11, [...op.get(k), ...op.i32(4), ...op.mul, ...op.set(aStride), ...group]);
}

/** The kernel and the memory it works in. */
export interface PanelProduct {
  run: Run;
  /** The first `bytes` bytes of the memory, grown if need be. */
  floats(bytes: number): Float32Array;
}

/** The part of the WebAssembly interface used here; the types of Node 20 without the DOM's do not have it. */
interface WebAssemblyInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
  ) => {
    exports: { run: Run; memory: { buffer: ArrayBuffer; grow(pages: number): number } };
  };
}

let instance: PanelProduct | undefined;

/** The kernel, compiled when first asked for. */
export function panelProduct(): PanelProduct {
  if (instance !== undefined) return instance;
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
  const { run, memory } = new Instance(new Module(build())).exports;
  instance = {
    run,
    floats: (bytes) => {
      const missing = bytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / 65536));
      return new Float32Array(memory.buffer);
    },
  };
  return instance;
}
