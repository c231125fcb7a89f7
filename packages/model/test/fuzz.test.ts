import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MatchMulError, Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { type Graph, importOnnx, inspect, int64s, normalise, runGraph, tensor, zeros } from "../src/index.js";
import { chain, randomIntegers, randomTensor } from "./support/graphs.js";
import { onnxModel } from "./support/onnx-writer.js";

const random = new Random(99);

/** Small models that together use every part of the importer. */
const models: Uint8Array[] = [
  onnxModel(
    chain(
      ["N", 2, 6, 6],
      [
        ["Pad", ["p"]],
        ["Conv", ["w", "b"], { strides: [2, 2], group: 2, kernel_shape: [3, 3] }],
        ["BatchNormalization", ["s", "s", "s", "s"]],
        ["Relu"],
        ["MaxPool", [], { kernel_shape: [2, 2], ceil_mode: 1 }],
        ["Transpose", [], { perm: [0, 2, 3, 1] }],
        ["Reshape", ["r"]],
        ["MatMul", ["m"]],
        ["Softmax", [], { axis: -1 }],
      ],
      ["N", 3],
      {
        p: int64s([0, 0, 1, 1, 0, 0, 1, 1]),
        w: randomTensor(random, [4, 1, 3, 3]),
        b: randomTensor(random, [4]),
        s: randomTensor(random, [4], 0.5, 2),
        r: int64s([0, -1]),
        m: randomTensor(random, [16, 3]),
      },
    ),
  ),
  onnxModel({
    inputs: [["x", "float32", ["batch", 3, 2, 2]]],
    outputs: [["y", "int64", ["batch"]]],
    initializers: {
      i: int64s([0], []),
      a: int64s([0]),
      e: int64s([2]),
      rest: int64s([-1]),
      c: tensor([1], [2]),
    },
    nodes: [
      { op: "Shape", inputs: ["x"], outputs: ["s"] },
      { op: "Gather", inputs: ["s", "i"], outputs: ["n"] },
      { op: "Unsqueeze", inputs: ["n", "a"], outputs: ["b"] },
      { op: "Concat", inputs: ["b", "rest"], outputs: ["t"], attributes: { axis: 0 } },
      { op: "Slice", inputs: ["x", "a", "e", "e"], outputs: ["z"] },
      { op: "Split", inputs: ["z"], outputs: ["p", "q"], attributes: { axis: 3 } },
      { op: "Pow", inputs: ["p", "c"], outputs: ["pp"] },
      { op: "Sum", inputs: ["pp", "q"], outputs: ["u"] },
      { op: "ReduceMean", inputs: ["u"], outputs: ["v"], attributes: { axes: [1], keepdims: 1 } },
      { op: "Tile", inputs: ["v", "reps"], outputs: ["l"] },
      { op: "Constant", inputs: [], outputs: ["reps"], attributes: { value: int64s([1, 2, 1, 3]) } },
      { op: "Reshape", inputs: ["l", "t"], outputs: ["k"] },
      { op: "ArgMax", inputs: ["k"], outputs: ["y"], attributes: { axis: 1, keepdims: 0 } },
    ],
  }),
  onnxModel({
    inputs: [["x", "float32", [1, 2, 5, 5]]],
    outputs: [["y", "float32", [1, 3, 4, 4]]],
    initializers: {
      s: tensor([], [0.02]),
      z: tensor([], [3], "uint8"),
      w: randomIntegers(random, [3, 2, 2, 2], "uint8"),
      b: tensor([3], [1, -2, 3], "int32"),
    },
    nodes: [
      { op: "QuantizeLinear", inputs: ["x", "s", "z"], outputs: ["q"] },
      { op: "QLinearConv", inputs: ["q", "s", "z", "w", "s", "z", "s", "z", "b"], outputs: ["c"] },
      { op: "Half", domain: "mine", inputs: ["c"], outputs: ["d"] },
      { op: "DequantizeLinear", inputs: ["d", "s", "z"], outputs: ["y"] },
    ],
    domains: { mine: 1 },
    functions: [
      {
        name: "Half",
        domain: "mine",
        inputs: ["a"],
        outputs: ["b"],
        nodes: [{ op: "MaxPool", inputs: ["a"], outputs: ["b"], attributes: { kernel_shape: [1, 1] } }],
      },
    ],
  }),
  ...ownModels(),
];

/** The project's own small models. */
function ownModels(): Uint8Array[] {
  const folder = fileURLToPath(new URL("../../../models/", import.meta.url));
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".onnx"))
    .map((path) => new Uint8Array(readFileSync(`${folder}/${path}`)))
    .filter((bytes) => bytes.length < 100_000);
}

/** One to four changes: bits flipped, bytes set to telling values, pieces cut out, doubled or moved, the end cut off. */
function mutate(bytes: Uint8Array): Uint8Array {
  let out = bytes.slice();
  for (let n = random.integer(1, 4); n > 0 && out.length > 1; n--) {
    const at = random.integer(0, out.length - 1);
    const end = Math.min(out.length, at + random.integer(1, 24));
    switch (random.integer(0, 5)) {
      case 0:
      case 1:
        out[at] ^= 1 << random.integer(0, 7);
        break;
      case 2:
        out[at] = [0, 1, 0x7f, 0x80, 0xff][random.integer(0, 4)];
        break;
      case 3:
        out = out.slice(0, at);
        break;
      case 4:
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(end)]);
        break;
      default:
        out = Uint8Array.from([...out.subarray(0, end), ...out.subarray(at, end), ...out.subarray(end)]);
    }
  }
  return out;
}

/** All that is done with a model before its results are wanted, and a run where that is little work. */
function use(bytes: Uint8Array): void {
  const graph = importOnnx(bytes);
  const facts = inspect(graph);
  run(graph, facts.multiplyAccumulates + facts.peakActivations);
  const simpler = normalise(graph);
  const after = inspect(simpler);
  run(simpler, after.multiplyAccumulates + after.peakActivations);
}

function run(graph: Graph, work: number): void {
  const inputs = graph.inputs.map(({ name, dtype, shape }) => {
    const dims = (shape ?? [1]).map((d) => (typeof d === "number" ? d : 1));
    return [name, dims, dtype] as const;
  });
  if (work > 1e6 || inputs.some(([, dims]) => dims.reduce((a, b) => a * b, 1) > 1e5)) return;
  runGraph(graph, Object.fromEntries(inputs.map(([name, dims, dtype]) => [name, zeros(dims, dtype)])));
}

test("the models themselves are good", () => {
  for (const bytes of models) use(bytes);
});

test("10,000 damaged models each give a result or one MatchMulError", () => {
  const codes = new Map<string, number>();
  for (let i = 0; i < 10_000; i++) {
    const bytes = mutate(models[i % models.length]);
    let code = "fine";
    try {
      use(bytes);
    } catch (cause) {
      if (!(cause instanceof MatchMulError) || cause.code === "operator-failed")
        throw new Error(`mutation ${i} (${Buffer.from(bytes).toString("base64")})`, { cause });
      code = cause.code;
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  // The mutations reach behind the protobuf layer: some models stay good, others fail in many different ways.
  expect(codes.get("fine")).toBeGreaterThan(500);
  expect(codes.size).toBeGreaterThan(12);
});
