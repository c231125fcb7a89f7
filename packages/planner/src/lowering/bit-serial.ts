import type { QuantizedModel } from "@matchmul/quantizer";
import { error } from "../diagnostics.js";
import { keyBytesOf, LANES, type MicroProgram, type ParseFrom, type TileKeys } from "../microcode/types.js";
import { blocksOf } from "./blocks.js";
import { MicroBuilder } from "./builder.js";
import { lowerConversion } from "./convert.js";
import { lowerFullyConnected, type PlacedTile, placeWeights } from "./fully-connected.js";
import { type Choice, keyShape } from "./options.js";
import { finishTile, tileWeights, valueOfByte } from "./sums.js";
import { outputsOf, tilesOf } from "./tiles.js";

/**
 * int8 model -> microcode of the bit-serial kernel. Per block: conversion of its input bytes to keys
 * (requantization of the block before included), then tile after tile the tile kernel and what follows it.
 */
export function lowerBitSerial(
  model: QuantizedModel,
  choice: Choice,
  verdicts: MicroProgram["verdicts"],
): MicroProgram {
  const blocks = blocksOf(model);
  const classes = outputsOf(blocks.at(-1)!);
  if (classes > LANES) throw error("layer-too-wide", blocks.at(-1)!.name, classes, LANES);
  const builder = new MicroBuilder(choice.slots);
  // Weights first: which rows they got is part of the keys that the layers before make.
  const tiles = blocks.map((block) => tilesOf(block));
  const placed: PlacedTile[][] = blocks.map((block, i) =>
    tiles[i].map((tile) => {
      const shape = keyShape(
        { ...block.input, features: tile.features.length },
        choice.layers[i],
        choice.slots,
      );
      return placeWeights(builder, block.name, shape, tileWeights(block, tile, shape.offset));
    }),
  );
  const keys = (i: number): TileKeys[] =>
    tiles[i].map(({ features }, t) => ({ features, layout: placed[i][t].layout }));
  const { dtype } = model.tensors[model.input];
  // A request carries no lanes: none of their 128 bytes go to the queue.
  let arrival: ParseFrom = { kind: "fresh", skip: LANES * 4 };
  if (choice.encoding === "bytes") {
    const meaning = (_: number, byte: number): number => (dtype === "uint8" ? byte : (byte << 24) >> 24);
    arrival = lowerConversion(builder, "input", keys(0), blocks[0].input.features, arrival, meaning);
  }
  for (const [i, block] of blocks.entries()) {
    for (const [t, tile] of tiles[i].entries()) {
      const part = tiles[i].length > 1 ? `tile ${t + 1} of ${tiles[i].length}, ` : "";
      const from: ParseFrom = t === 0 ? arrival : { kind: "park", lanes: tiles[i][t - 1].units };
      lowerFullyConnected(builder, block.name, placed[i][t], from, part);
      finishTile(builder, block, tile, part);
    }
    if (i + 1 < blocks.length) {
      const from: ParseFrom = { kind: "narrow", lanes: tiles[i].at(-1)!.units };
      arrival = lowerConversion(
        builder,
        blocks[i + 1].name,
        keys(i + 1),
        outputsOf(block),
        from,
        valueOfByte(block),
      );
    }
  }
  const layouts = keys(0);
  const features = blocks[0].input.features;
  return {
    name: model.name,
    lanes: LANES,
    slots: choice.slots,
    pages: builder.pages,
    passes: builder.passes,
    thresholds: builder.thresholds,
    input: {
      encoding: choice.encoding,
      features,
      bytes:
        choice.encoding === "bytes"
          ? features
          : layouts.reduce((sum, { layout }) => sum + keyBytesOf(layout), 0),
      dtype: dtype === "uint8" ? "uint8" : "int8",
      layouts,
    },
    classes,
    verdicts,
  };
}
