import type { ServeLayer } from "./chain.js";
import type { PathStep } from "./pipe-builder.js";
import { word } from "./plane-scheme.js";
import { plainImage, RequestLines } from "./request.js";
import type { LayerShape, Scheme } from "./scheme.js";
import { planesOf } from "./store-layout.js";
import { type Fill, fillBlock } from "./tables.js";
import { SERVE_LANES } from "./types.js";

/**
 * A thin image: position (y, x) lies in bank (y mod kernel height) * kernel width + x mod kernel width, so a window touches
 * each bank once and is read in one pass, each bank at its own row. A byte holds all channels of several planes; its
 * block's weights are scaled by the planes, and the lanes are shifted by as many at a time. Which weights a bank meets
 * depends on the window's place modulo the kernel, its phase: each phase has its blocks and its sequence.
 *
 * Undefined where a byte has no room for the channels, or there are more kernel positions than banks.
 */
export function bankedScheme(shape: LayerShape, g: number, mostLookups: number): Scheme | undefined {
  const { input, range, kernel, stride, dilation, padBefore, outSize, outputs } = shape;
  const [kernelHeight, kernelWidth] = kernel;
  const banks = kernelHeight * kernelWidth;
  const { channels } = input;
  if (banks < 2 || banks > mostLookups || channels > g || dilation.some((d, i) => d > 1 && kernel[i] > 1))
    return undefined;
  const { planes, signed } = planesOf(range);
  const together = Math.min(planes, Math.floor(g / channels));
  const groups = Math.ceil(planes / together);
  /** The most significant group takes what is left over. */
  const top = planes - (groups - 1) * together;
  const blockRows = 2 ** (together * channels);
  // The first group has a block of its own where its weights differ.
  const blocks = groups > 1 && (signed || top < together) ? 2 : 1;
  const cells = (d: 0 | 1): number => {
    const size = d === 0 ? input.height : input.width;
    return Math.ceil(Math.max(padBefore[d] + size, (outSize[d] - 1) * stride[d] + kernel[d]) / kernel[d]);
  };
  const [cellRows, cellColumns] = [cells(0), cells(1)];
  /** Phases that occur, in one dimension. */
  const phasesOf = (d: 0 | 1): number[] =>
    [...new Set(Array.from({ length: outSize[d] }, (_, o) => (o * stride[d]) % kernel[d]))].sort(
      (a, b) => a - b,
    );
  const phases = phasesOf(0).flatMap((y) => phasesOf(1).map((x): [number, number] => [y, x]));
  const phaseNumber = new Map(phases.map(([y, x], i) => [y * kernelWidth + x, i]));
  const address = (cellY: number, cellX: number, group: number): number =>
    (cellY * cellColumns + cellX) * groups + group;
  const phaseRows = blocks * blockRows;

  const fill =
    (weight: ServeLayer["weight"], tile: number, base: number): Fill =>
    (words) => {
      const first = tile * SERVE_LANES;
      const used = Math.min(SERVE_LANES, outputs - first);
      for (const [number, [phaseY, phaseX]] of phases.entries())
        for (let bank = 0; bank < banks; bank++) {
          const i = (Math.floor(bank / kernelWidth) - phaseY + kernelHeight) % kernelHeight;
          const j = ((bank % kernelWidth) - phaseX + kernelWidth) % kernelWidth;
          for (let block = 0; block < blocks; block++) {
            const width = block === 0 ? top : together;
            const weights = new Int32Array(together * channels * SERVE_LANES);
            for (let plane = 0; plane < width; plane++) {
              const sign = signed && block === 0 && plane === 0 ? -1 : 1;
              for (let c = 0; c < channels; c++)
                for (let m = 0; m < used; m++)
                  weights[(plane * channels + c) * SERVE_LANES + m] =
                    sign * 2 ** (width - 1 - plane) * weight(first + m, i * kernelWidth + j, c);
            }
            const at = base + number * phaseRows + block * blockRows;
            fillBlock(words[bank], at, together * channels, weights, 1);
          }
        }
    };

  const sums = (name: string, variant: number): PathStep[] => {
    const [phaseY, phaseX] = phases[variant];
    const offsets = Array.from({ length: banks }, (_, bank) => {
      const below = Math.floor(bank / kernelWidth) < phaseY ? 1 : 0;
      const right = bank % kernelWidth < phaseX ? 1 : 0;
      return address(below, right, 0);
    });
    return Array.from({ length: groups }, (_, group) => ({
      parse: { kind: "lanes" },
      step: {
        op: "sum",
        pc: 0,
        parse: 0,
        shiftLeft: group > 0 ? together : 0,
        dAddress: group > 0 ? 1 : 0,
        dRow: word(group === 1 ? (blocks - 1) * blockRows : 0),
        offsets,
      },
      label: `${name}, phase (${phaseY}, ${phaseX}), planes, part ${group + 1} of ${groups}`,
    }));
  };

  const gather = plainImage(shape);
  /** Cells of a line that hold a part of the image. */
  const inside = (d: 0 | 1, size: number): [number, number] => [
    Math.floor(padBefore[d] / kernel[d]),
    Math.ceil((padBefore[d] + size) / kernel[d]),
  ];
  const [topCell, bottomCell] = inside(0, input.height);
  const [leftCell, rightCell] = inside(1, input.width);
  const lines = new RequestLines(banks, cellRows, cellColumns * groups, (cellY) =>
    cellY < topCell || cellY >= bottomCell ? [0, 0] : [leftCell * groups, rightCell * groups],
  );

  return {
    lookups: banks,
    banked: true,
    layout: null,
    storeRows: cellRows * cellColumns * groups,
    tableRows: phases.length * phaseRows,
    align: blockRows,
    fill,
    variants: phases.length,
    divisible: false,
    sumPasses: () => groups,
    sums,
    place: (y, x) => {
      const [top_, left] = [y * stride[0], x * stride[1]];
      const variant = phaseNumber.get((top_ % kernelHeight) * kernelWidth + (left % kernelWidth))!;
      const at = address(Math.floor(top_ / kernelHeight), Math.floor(left / kernelWidth), 0);
      return { variant, address: at, row: variant * phaseRows };
    },
    request: {
      size: () => lines.size(),
      make: () =>
        lines.make((cellY, at, bank, bit) => {
          const group = at % groups;
          const width = group === 0 ? top : together;
          const plane = Math.floor(bit / channels);
          if (plane >= width) return -1;
          const y = cellY * kernelHeight + Math.floor(bank / kernelWidth) - padBefore[0];
          const x = Math.floor(at / groups) * kernelWidth + (bank % kernelWidth) - padBefore[1];
          if (y < 0 || y >= input.height || x < 0 || x >= input.width) return -1;
          // Planes that are less significant than this one.
          const below = width - 1 - plane + (groups - 1 - group) * together;
          return gather(bit % channels, y, x) * 8 + below;
        }),
    },
  };
}
