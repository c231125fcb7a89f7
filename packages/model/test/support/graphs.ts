import { Random } from "@matchmul/common";
import { expect } from "vitest";
import {
  type Graph,
  importOnnx,
  normalise,
  numbers,
  runGraph,
  sizeOf,
  type Tensor,
  tensor,
} from "../../src/index.js";
import { copyGraph } from "../../src/normalise.js";
import { difference } from "../../src/onnx-test.js";
import { GraphEditor, type Pass } from "../../src/passes/editor.js";
import { type AttributeSpec, type ModelSpec, onnxModel } from "./onnx-writer.js";

/** Random numbers in [low, high), float32. */
export function randomTensor(random: Random, shape: readonly number[], low = -1, high = 1): Tensor {
  return tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.next()),
  );
}

/** Random integers of an 8-bit type, over its whole range unless bounds are given. */
export function randomIntegers(
  random: Random,
  shape: readonly number[],
  dtype: "int8" | "uint8",
  low = dtype === "int8" ? -128 : 0,
  high = dtype === "int8" ? 127 : 255,
): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, () => random.integer(low, high));
  return tensor(shape, values, dtype);
}

/** Random inputs for a graph; symbolic dimensions take length 3. */
export function randomInputs(graph: Graph, random: Random): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [
      name,
      randomTensor(
        random,
        shape!.map((d) => (typeof d === "number" ? d : 3)),
        -2,
        2,
      ),
    ]),
  );
}

/** Checks that two graphs give equal outputs for a random input; `tolerance` is relative to the largest value. */
export function expectSameResults(before: Graph, after: Graph, tolerance = 2e-6): void {
  const inputs = randomInputs(before, new Random(7));
  const [old, now] = [runGraph(before, inputs), runGraph(after, inputs)];
  expect(Object.keys(now)).toEqual(Object.keys(old));
  for (const [name, value] of Object.entries(old)) {
    const scale = numbers(value).reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    expect(difference(now[name], value, tolerance, tolerance * scale)).toBeUndefined();
  }
}

/** The graph of a model before and after one pass, with equal results checked; and its operators in order. */
export function afterPass(spec: ModelSpec, ...passes: Pass[]): { graph: Graph; ops: string[] } {
  const before = importOnnx(onnxModel(spec));
  const edit = new GraphEditor(copyGraph(before));
  for (const pass of passes) edit.apply(pass);
  expectSameResults(before, edit.graph);
  return { graph: edit.graph, ops: edit.graph.nodes.map((n) => n.op) };
}

/** The same for all of normalise. */
export function afterNormalise(spec: ModelSpec): { graph: Graph; ops: string[] } {
  const before = importOnnx(onnxModel(spec));
  const graph = normalise(before);
  expectSameResults(before, graph);
  return { graph, ops: graph.nodes.map((n) => n.op) };
}

/** A node of a chain: its inputs besides the value before it, and its attributes. */
export type ChainNode = [op: string, rest?: string[], attributes?: Record<string, AttributeSpec>];

/** A model of one float32 input "x", nodes that follow one another, and one output "y" of unchecked shape. */
export function chain(
  shape: (number | string)[],
  nodes: ChainNode[],
  outShape: (number | string)[],
  initializers: Record<string, Tensor> = {},
  opset = 17,
): ModelSpec {
  return {
    opset,
    inputs: [["x", "float32", shape]],
    outputs: [["y", "float32", outShape]],
    initializers,
    nodes: nodes.map(([op, rest = [], attributes = {}], i) => ({
      op,
      name: `${op}_${i}`,
      inputs: [i === 0 ? "x" : `v${i}`, ...rest],
      outputs: [i === nodes.length - 1 ? "y" : `v${i + 1}`],
      attributes,
    })),
  };
}
