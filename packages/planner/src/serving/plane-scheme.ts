import type { ServeLayer } from "./chain.js";
import type { PathStep } from "./pipe-builder.js";
import { type Gather, planeRequest } from "./request.js";
import type { LayerShape, Scheme } from "./scheme.js";
import { rowAt, type StoreLayout, storeLayout } from "./store-layout.js";
import { fillTile } from "./tables.js";
import type { ServeStep } from "./types.js";

/** Differences of 16-bit fields. */
export const word = (difference: number): number => difference & 0xffff;

/** Rows of the store that hold a window's most significant plane, counted from that of its first element. */
function windowRows({ kernel, dilation }: LayerShape, layout: StoreLayout): number[] {
  const rows: number[] = [];
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++)
      for (let r = 0; r < layout.usedRows; r++) {
        const position = i * dilation[0] * layout.width + j * dilation[1];
        rows.push((position * layout.rowsPerPosition + r) * layout.planes);
      }
  return rows;
}

/** The store of a layer's input: the image with all that its windows reach. */
function imageLayout(shape: LayerShape, g: number, lookups: number): StoreLayout {
  const { input, range, kernel, stride, dilation, padBefore, outSize } = shape;
  const reach = (d: 0 | 1, size: number): number =>
    Math.max(padBefore[d] + size, (outSize[d] - 1) * stride[d] + (kernel[d] - 1) * dilation[d] + 1);
  const image = {
    channels: input.channels,
    height: reach(0, input.height),
    width: reach(1, input.width),
    top: padBefore[0],
    left: padBefore[1],
  };
  return storeLayout(image, range, g, lookups);
}

/**
 * Rows hold one plane of one position: a pass for each row of the window and plane, planes from the most significant down
 * (Horner). A tile's blocks are [negated, for the sign plane][others], one for each row of the window.
 *
 * @param weightOf weights by the shape's own positions and channels, where they are others than the layer's
 */
export function planeScheme(
  shape: LayerShape,
  g: number,
  lookups: number,
  gather: Gather,
  weightOf: (weight: ServeLayer["weight"]) => ServeLayer["weight"] = (weight) => weight,
): Scheme {
  const layout = imageLayout(shape, g, lookups);
  const { planes, signed, usedRows } = layout;
  const rows = shape.kernel[0] * shape.kernel[1] * usedRows;
  const cut = (part: number, parts: number): number => Math.floor((rows * part) / parts);
  return {
    lookups,
    banked: false,
    layout,
    storeRows: layout.rows,
    tableRows: rows * 2 ** g * (signed ? 2 : 1),
    align: 2 ** g,
    fill: (weight, tile, base) => fillTile({ ...shape, weight: weightOf(weight) }, layout, tile, base),
    variants: 1,
    divisible: true,
    sumPasses: (part, parts) => planes * (cut(part + 1, parts) - cut(part, parts)),
    sums: (name, _, part, parts) => sumPath(name, shape, layout, cut(part, parts), cut(part + 1, parts)),
    place: (y, x) => ({
      variant: 0,
      address: rowAt(layout, y * shape.stride[0], x * shape.stride[1]),
      row: 0,
    }),
    request: planeRequest(shape, layout, gather),
  };
}

/** The worker comes with the address of the window and the first row of the tile's blocks. */
function sumPath(name: string, shape: LayerShape, layout: StoreLayout, from: number, to: number): PathStep[] {
  const rows = windowRows(shape, layout);
  const steps: PathStep[] = [];
  let address = 0;
  let row = 0;
  for (let plane = 0; plane < layout.planes; plane++)
    for (let k = from; k < to; k++) {
      // The sign plane has the negated blocks, which come first.
      const block = layout.signed && plane > 0 ? rows.length + k : k;
      const step: ServeStep = {
        op: "sum",
        pc: 0,
        parse: 0,
        shiftLeft: plane > 0 && k === from ? 1 : 0,
        dAddress: word(rows[k] + plane - address),
        dRow: word(block * 2 ** layout.g - row),
        offsets: null,
      };
      address = rows[k] + plane;
      row = block * 2 ** layout.g;
      const label = `${name}, plane ${layout.planes - 1 - plane}, row ${k + 1} of ${rows.length}`;
      steps.push({ parse: { kind: "lanes" }, step, label });
    }
  return steps;
}
