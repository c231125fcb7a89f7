import type { QuantizedModel } from "@matchmul/quantizer";
import { error } from "../diagnostics.js";
import {
  LANES,
  type MicroProgram,
  type ParseFrom,
  SHIFT_ADD_LANES,
  type ShiftAddTables,
} from "../microcode/types.js";
import { type Block, blocksOf } from "./blocks.js";
import { MicroBuilder } from "./builder.js";
import { finishTile, tileWeights, valueOfByte } from "./sums.js";
import { outputsOf, type Tile, tilesOf } from "./tiles.js";

/** Numbers the distinct maps: inputs whose bytes mean the same share one. */
class Maps {
  readonly maps: ShiftAddTables["maps"] = [];
  #numbers = new Map<string, number>();

  /** Number of the map, from 1, for bytes whose value is `value(byte)`. */
  of(layer: string, offset: number, value: (byte: number) => number): number {
    const values = Uint8Array.from({ length: 256 }, (_, byte) => value(byte) + offset);
    const key = values.join();
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.maps.push({ layer, values });
      number = this.maps.length;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** A tile that looks at all inputs of its block: the queue hands them over in order, none is skipped. */
function withAllFeatures(block: Block, tile: Tile): Tile {
  const { features: count } = block.input;
  const features = Array.from({ length: count }, (_, f) => f);
  const weights = new Int32Array(tile.outputs * count);
  for (let o = 0; o < tile.outputs; o++)
    for (const [i, f] of tile.features.entries())
      weights[o * count + f] = tile.weights[o * tile.features.length + i];
  return { ...tile, features, weights };
}

/**
 * int8 model -> microcode of the shift-and-add kernel (docs/kernels.md): one input byte a pass, multiplied
 * with 16 weights by 8 conditional additions. A layer of several tiles needs its inputs once for each: of the first
 * layer the client sends them so, of the others the switch copies them when they become keys.
 *
 * @param constants the weights stand in the program's text, and a new model is a new program
 * @throws MatchMulError layer-too-wide, and what the model's blocks throw
 */
export function lowerShiftAdd(
  model: QuantizedModel,
  verdicts: MicroProgram["verdicts"] = {},
  constants = false,
): MicroProgram {
  const blocks = blocksOf(model);
  const classes = outputsOf(blocks.at(-1)!);
  const tiles = blocks.map((block, i) => {
    const cut = tilesOf(block, SHIFT_ADD_LANES);
    const last = i === blocks.length - 1;
    if (cut.length > 1 && last)
      throw error("layer-too-wide", block.name, outputsOf(block) * cut[0].window, SHIFT_ADD_LANES);
    return i === 0 ? cut : cut.map((tile) => withAllFeatures(block, tile));
  });
  const builder = new MicroBuilder(0);
  const rows: ShiftAddTables["rows"] = [];
  const maps = new Maps();
  const { dtype } = model.tensors[model.input];
  const multiply = (layer: string, label: string, words: Int32Array, parse: ParseFrom, map: number): void => {
    const padded = new Int32Array(SHIFT_ADD_LANES);
    padded.set(words);
    rows.push({ layer, label, words: padded });
    builder.addPass(
      layer,
      label,
      { ...parse, keys: map === 0 ? 0 : 1, keyBytes: 1 },
      { kind: "multiply", row: rows.length - 1, map },
    );
  };
  for (const [i, block] of blocks.entries()) {
    const offset = block.input.min < 0 ? 128 : 0;
    const meaning =
      i === 0
        ? (_: number, byte: number): number => (dtype === "uint8" ? byte : (byte << 24) >> 24)
        : valueOfByte(blocks[i - 1]);
    for (const [t, tile] of tiles[i].entries()) {
      const part = tiles[i].length > 1 ? `tile ${t + 1} of ${tiles[i].length}, ` : "";
      const { weights, bias } = tileWeights(block, tile, offset);
      const before = tiles[i - 1]?.at(-1);
      // A request has no lanes; later the lanes' low bytes are the inputs, or wait for the layer's last tile.
      let parse: ParseFrom =
        t > 0
          ? { kind: "park", lanes: tiles[i][t - 1].units }
          : before === undefined
            ? { kind: "fresh", skip: LANES * 4 }
            : {
                kind: "narrow",
                lanes: before.units,
                ...(tiles[i].length > 1 && { copies: tiles[i].length }),
              };
      for (const [f, feature] of tile.features.entries()) {
        const words = Int32Array.from(
          { length: tile.outputs },
          (_, o) => weights[o * tile.features.length + f],
        );
        const map = maps.of(block.name, offset, (byte) => meaning(feature, byte));
        multiply(block.name, `${part}input ${feature}`, words, parse, map);
        parse = { kind: "keep" };
      }
      multiply(block.name, `${part}bias`, bias, parse, 0);
      finishTile(builder, block, tile, part);
    }
  }
  const order = tiles[0].flatMap((tile) => tile.features);
  return {
    name: model.name,
    lanes: SHIFT_ADD_LANES,
    shiftAdd: { ...(constants && { constants }), rows, maps: maps.maps },
    slots: 0,
    pages: [],
    passes: builder.passes,
    thresholds: builder.thresholds,
    input: {
      encoding: "bytes",
      features: blocks[0].input.features,
      order,
      bytes: order.length,
      dtype: dtype === "uint8" ? "uint8" : "int8",
      layouts: [],
    },
    classes,
    verdicts,
  };
}
