import type { FullyConnectedLayer, QuantizedModel } from "@matchmul/quantizer";
import { error } from "../diagnostics.js";
import { keyBytesOf, LANES, type MicroProgram, type ParseFrom } from "../microcode/types.js";
import { MicroBuilder } from "./builder.js";
import { lowerConversion } from "./convert.js";
import { lowerFullyConnected, placeWeights, type TileWeights } from "./fully-connected.js";
import { type Choice, type InputRange, keyShape } from "./options.js";

/** The chain of fully connected layers that a model is; anything else is named and refused. */
export function fullyConnectedChain(model: QuantizedModel): FullyConnectedLayer[] {
  const chain: FullyConnectedLayer[] = [];
  let tensor = model.input;
  for (const layer of model.layers) {
    if (layer.kind === "arg-max") {
      if (layer.input !== model.logits) throw error("layer-order", layer.name, "it is not over the logits");
      continue;
    }
    if (layer.kind !== "fully-connected") {
      const other = layer as { name: string; kind: string };
      throw error("layer-not-lowered", other.name, other.kind);
    }
    if (layer.input !== tensor) throw error("layer-order", layer.name, `its input is not ${tensor}`);
    if (layer.outFeatures > LANES) throw error("layer-too-wide", layer.name, layer.outFeatures, LANES);
    chain.push(layer);
    tensor = layer.output;
  }
  const last = chain.at(-1);
  if (last === undefined) throw error("layer-order", model.name, "the model has no fully connected layer");
  for (const layer of chain) {
    const isLast = layer === last;
    if (isLast !== (layer.requantization === null))
      throw error(
        "layer-order",
        layer.name,
        isLast ? "the last layer is requantized" : "it is not requantized",
      );
    if (layer.requantization && layer.requantization.kind !== "shift-lut")
      throw error("layer-not-lowered", layer.name, `requantization ${layer.requantization.kind}`);
  }
  return chain;
}

/** The integer range of a layer's input, which decides its bit planes. */
export function inputRange(model: QuantizedModel, layer: FullyConnectedLayer): InputRange {
  const [min, max] = model.tensors[layer.input].range;
  return { features: layer.inFeatures, min, max };
}

/** Bits of the class index that the last layer's lanes carry below the logits. */
export function indexBits(classes: number): number {
  return Math.ceil(Math.log2(Math.max(2, classes)));
}

/** Largest magnitude an accumulator of each output can reach at the end. */
export function accumulatorBound(layer: FullyConnectedLayer, range: InputRange): number {
  const extreme = Math.max(Math.abs(range.min), Math.abs(range.max));
  let bound = 0;
  for (let o = 0; o < layer.outFeatures; o++) {
    let sum = Math.abs(layer.bias[o]);
    for (let i = 0; i < layer.inFeatures; i++)
      sum += Math.abs(layer.weights[o * layer.inFeatures + i]) * extreme;
    bound = Math.max(bound, sum);
  }
  return bound;
}

/** Weights and bias as the tables sum them: offset taken out, and in the last layer the index put below. */
function tileWeights(layer: FullyConnectedLayer, offset: number, range: InputRange): TileWeights {
  const { inFeatures, outFeatures } = layer;
  const weights = Int32Array.from(layer.weights);
  const bias = Int32Array.from(layer.bias);
  for (let o = 0; o < outFeatures; o++) {
    let sum = 0;
    for (let i = 0; i < inFeatures; i++) sum += weights[o * inFeatures + i];
    bias[o] -= offset * sum;
  }
  if (layer.requantization === null) {
    const bits = indexBits(outFeatures);
    const most = 2 ** (31 - bits) - 1;
    const bound = accumulatorBound(layer, range);
    if (bound > most) throw error("logits-too-large", layer.name, bound, most);
    for (let i = 0; i < weights.length; i++) weights[i] *= 2 ** bits;
    for (let o = 0; o < outFeatures; o++) bias[o] = bias[o] * 2 ** bits + (2 ** bits - 1 - o);
  }
  return { outputs: outFeatures, weights, bias };
}

/** Signed value of a byte. */
const int8 = (byte: number): number => (byte << 24) >> 24;

/**
 * int8 model -> microcode, under the planner's choices. Per layer: conversion of its input bytes to bit
 * planes (requantization included), the tile kernel, then either scaling for the next layer or the verdict.
 *
 * @param verdicts what the switch does with a class, where that is not to answer the client
 * @throws MatchMulError layer-too-wide, layer-not-lowered, layer-order, queue-too-long, logits-too-large
 */
export function lower(
  model: QuantizedModel,
  choice: Choice,
  verdicts: MicroProgram["verdicts"] = {},
): MicroProgram {
  const chain = fullyConnectedChain(model);
  const builder = new MicroBuilder(choice.slots);
  // Weights first: which rows they got is part of the keys that the layers before make.
  const placed = chain.map((layer, i) => {
    const range = inputRange(model, layer);
    const shape = keyShape(range, choice.layers[i], choice.slots);
    return placeWeights(builder, layer.name, shape, tileWeights(layer, shape.offset, range));
  });
  // A request carries no lanes: none of their 128 bytes go to the queue.
  let arrival: ParseFrom = { kind: "fresh", skip: LANES * 4 };
  if (choice.encoding === "bytes")
    arrival = lowerConversion(builder, "input", placed[0].layout, arrival, int8);
  for (const [i, layer] of chain.entries()) {
    lowerFullyConnected(builder, layer.name, placed[i], arrival);
    const lut = layer.requantization;
    if (lut === null) {
      const bits = indexBits(layer.outFeatures);
      builder.addPass(
        layer.name,
        "arg-max",
        { kind: "keep", keys: 0, keyBytes: 1 },
        {
          kind: "verdict",
          classes: layer.outFeatures,
          indexBits: bits,
        },
      );
    } else {
      if (lut.shift > 31) throw error("shift-too-large", layer.name, lut.shift);
      const high = lut.low + lut.table.length - 1;
      builder.addPass(
        layer.name,
        `shift by ${lut.shift}, clamp to ${lut.low}..${high}`,
        { kind: "keep", keys: 0, keyBytes: 1 },
        {
          kind: "scale",
          shift: lut.shift,
          low: lut.low,
          high,
        },
      );
      // A byte stands for the one value in low..high that has this low byte.
      const valueOfByte = (byte: number): number => lut.table[(byte - lut.low) & 0xff] ?? 0;
      const from: ParseFrom = { kind: "narrow", lanes: layer.outFeatures };
      arrival = lowerConversion(builder, chain[i + 1].name, placed[i + 1].layout, from, valueOfByte);
    }
  }
  const input = placed[0].layout;
  return {
    name: model.name,
    slots: choice.slots,
    pages: builder.pages,
    passes: builder.passes,
    input: {
      encoding: choice.encoding,
      features: chain[0].inFeatures,
      bytes: choice.encoding === "bytes" ? chain[0].inFeatures : keyBytesOf(input),
      layout: input,
    },
    classes: chain.at(-1)!.outFeatures,
    verdicts,
  };
}
