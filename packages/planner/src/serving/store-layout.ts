import { SERVE_LANES } from "./types.js";

/** Where the features of an image's positions stand in a store; positions count with the border. */
export interface StoreLayout {
  /** Bits of a byte that are used: features, of one plane. */
  g: number;
  /** Bit planes, the most significant first; in signed images that is the sign (two's complement). */
  planes: number;
  signed: boolean;
  /** Image with its border. */
  height: number;
  width: number;
  /** Border above and to the left. */
  top: number;
  left: number;
  /** Bytes of a row that are used: the largest power of two of banks. */
  rowBytes: number;
  /** Rows of a position's plane, and those of them that a window has to read. */
  rowsPerPosition: number;
  usedRows: number;
  /** Rows of the whole image. */
  rows: number;
}

/** Bit planes of integers in a range. */
export function planesOf([min, max]: readonly [number, number]): { planes: number; signed: boolean } {
  let planes = 1;
  if (min >= 0) while (2 ** planes <= max) planes++;
  else while (-(2 ** (planes - 1)) > min || 2 ** (planes - 1) <= max) planes++;
  return { planes, signed: min < 0 };
}

/** The largest power of two of banks: what the bytes of tiles fill evenly. */
export const rowBytesOf = (lookups: number): number => 2 ** Math.floor(Math.log2(lookups));

/**
 * Row ((y * width + x) * rowsPerPosition + r) * planes + p holds channels (r * rowBytes + bank) * g to + g - 1 of plane p
 * in its banks' low bits. A tile of 32 channels fills whole rows or shares one.
 */
export function storeLayout(
  image: { channels: number; height: number; width: number; top: number; left: number },
  range: readonly [number, number],
  g: number,
  lookups: number,
): StoreLayout {
  const { channels, height, width, top, left } = image;
  const rowBytes = rowBytesOf(lookups);
  const { planes, signed } = planesOf(range);
  const usedRows = Math.ceil(channels / (rowBytes * g));
  const { rowsPerTile } = tileShare(g, rowBytes);
  // The last tile's rows are written whole.
  const rowsPerPosition = Math.ceil(usedRows / rowsPerTile) * rowsPerTile;
  const rows = height * width * rowsPerPosition * planes;
  return { g, planes, signed, height, width, top, left, rowBytes, rowsPerPosition, usedRows, rows };
}

/** What a tile of 32 channels takes of the rows of a position's plane: some whole ones, or `bytes` of one. */
export function tileShare(g: number, rowBytes: number): { rowsPerTile: number; bytes: number } {
  const bytes = SERVE_LANES / g;
  return { rowsPerTile: Math.max(1, bytes / rowBytes), bytes: Math.min(bytes, rowBytes) };
}

/** First bank and first row of a tile at a position, given with the border. */
export function tilePlace(
  layout: StoreLayout,
  tile: number,
  y: number,
  x: number,
): { bank: number; address: number } {
  const byte = (tile * SERVE_LANES) / layout.g;
  const row = Math.floor(byte / layout.rowBytes);
  return { bank: byte % layout.rowBytes, address: rowAt(layout, y, x, row) };
}

/** Row of the most significant plane. */
export function rowAt(
  { width, rowsPerPosition, planes }: StoreLayout,
  y: number,
  x: number,
  row = 0,
): number {
  return ((y * width + x) * rowsPerPosition + row) * planes;
}

/** Where bit `feature` of plane `plane` stands among the bytes of a tile on its way: row, then plane, then bank. */
export function tileBit(layout: StoreLayout, feature: number, plane: number): { byte: number; bit: number } {
  const { g, planes, rowBytes } = layout;
  const { bytes } = tileShare(g, rowBytes);
  const at = Math.floor(feature / g);
  return { byte: (Math.floor(at / bytes) * planes + plane) * bytes + (at % bytes), bit: feature % g };
}
