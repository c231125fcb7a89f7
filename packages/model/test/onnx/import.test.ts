import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { importOnnx, int64s, type Tensor, tensor } from "../../src/index.js";
import { chain } from "../support/graphs.js";
import { type ModelSpec, onnxModel } from "../support/onnx-writer.js";
import { MessageWriter } from "../support/protobuf-writer.js";

const folder = mkdtempSync(join(tmpdir(), "matchmul-import-"));
afterAll(() => rmSync(folder, { recursive: true }));
const simple = chain(["N", 2], [["Relu"], ["Neg"]], ["N", 2]);
const withCode = (code: string) => expect.objectContaining({ name: "MatchMulError", code });
const load = (spec: Partial<ModelSpec>) => importOnnx(onnxModel({ ...simple, ...spec }));

test("a model is read from a file and from bytes alike", () => {
  const path = join(folder, "m.onnx");
  writeFileSync(path, onnxModel(simple));
  expect(importOnnx(path)).toEqual(importOnnx(onnxModel(simple)));
  expect(importOnnx(path)).toMatchObject({ name: "test", opset: 17, producer: "matchmul-tests" });
});

test.each<[what: string, bytes: Uint8Array, code: string, words: string]>([
  ["an empty file", new Uint8Array(0), "onnx-empty", "is empty"],
  ["a PyTorch checkpoint", new TextEncoder().encode("PK\x03\x04...."), "onnx-not-onnx", "zip archive"],
  ["an HTML page", new TextEncoder().encode("<!DOCTYPE html><html>"), "onnx-not-onnx", "web page"],
  [
    "a Git LFS pointer",
    new TextEncoder().encode("version https://git-lfs.github.com"),
    "onnx-not-onnx",
    "Git LFS",
  ],
  ["text", new TextEncoder().encode("hello, this is no model"), "onnx-not-onnx", "it begins with"],
  ["a protobuf without a graph", Uint8Array.of(8, 8), "onnx-not-onnx", "no graph"],
])("%s gives one clear message", (_, bytes, code, words) => {
  expect(() => importOnnx(bytes, { source: "m.onnx" })).toThrow(withCode(code));
  expect(() => importOnnx(bytes, { source: "m.onnx" })).toThrow(words);
});

test.each<[what: string, piece: number[]]>([
  ["empty nodes", [0x0a, 0]],
  ["empty initializers", [0x2a, 0]],
  ["empty inputs", [0x5a, 0]],
  ["a node with countless inputs", [0x0a, 2, 0x0a, 0]],
])("millions of %s are refused, not turned into gigabytes", (_, piece) => {
  const count = 8_000_000 / piece.length;
  const graph = new Uint8Array(count * piece.length);
  for (let i = 0; i < graph.length; i++) graph[i] = piece[i % piece.length];
  const bytes = new MessageWriter()
    .int(1, 8)
    .varint((7 << 3) | 2)
    .varint(graph.length)
    .finish();
  const whole = new Uint8Array(bytes.length + graph.length);
  whole.set(bytes);
  whole.set(graph, bytes.length);
  expect(() => importOnnx(whole)).toThrow(withCode("onnx-too-large"));
});

test("a missing file is named", () => {
  expect(() => importOnnx(join(folder, "none.onnx"))).toThrow(withCode("file-not-found"));
});

test("a truncated file says so", () => {
  const bytes = onnxModel(simple);
  expect(() => importOnnx(bytes.subarray(0, bytes.length - 9), { source: "m.onnx" })).toThrow(
    withCode("onnx-truncated"),
  );
});

test("an unsupported operator is named with its node, what to do and what is supported", () => {
  const lstm = { nodes: [{ op: "LSTM", name: "rnn/1", inputs: ["x"], outputs: ["y"] }] };
  expect(() => load(lstm)).toThrow("LSTM node rnn/1: operator LSTM is not supported");
  expect(() => load(lstm)).toThrow(
    expect.objectContaining({
      code: "operator-unsupported",
      hint: expect.stringMatching(/recurrent.*supported operators: .*Conv.*Gemm/),
    }),
  );
  const foreign = {
    nodes: [{ op: "Relu", domain: "acme", inputs: ["x"], outputs: ["y"] }],
    domains: { acme: 1 },
  };
  expect(() => load(foreign)).toThrow("operator acme.Relu is not supported");
});

test("unsupported nodes may stand for inspection, and the shapes the file declares are kept", () => {
  const bytes = onnxModel({ ...simple, nodes: [{ op: "Mystery", inputs: ["x"], outputs: ["y"] }] });
  expect(importOnnx(bytes, { allowUnsupported: true }).nodes[0].op).toBe("Mystery");
});

test("a cycle is named by its nodes", () => {
  const nodes = [
    { op: "Add", name: "first", inputs: ["x", "b"], outputs: ["a"] },
    { op: "Relu", name: "second", inputs: ["a"], outputs: ["b"] },
    { op: "Relu", name: "last", inputs: ["b"], outputs: ["y"] },
  ];
  expect(() => load({ nodes })).toThrow("a cycle through Add node first, Relu node second");
});

test("nodes in any order are sorted", () => {
  const nodes = [...simple.nodes].reverse();
  expect(load({ nodes }).nodes.map((n) => n.op)).toEqual(["Relu", "Neg"]);
});

test("values without a source, and with two, are named", () => {
  const lost = [{ op: "Relu", name: "r", inputs: ["gone"], outputs: ["y"] }];
  expect(() => load({ nodes: lost })).toThrow("Relu node r reads gone, which no node");
  const twice = [...simple.nodes, { op: "Neg", name: "n", inputs: ["x"], outputs: ["y"] }];
  expect(() => load({ nodes: twice })).toThrow("y is provided twice, by Neg node Neg_1 and by Neg node n");
  expect(() => load({ outputs: [["z", "float32", [1]]] })).toThrow("the list of outputs reads z");
});

test("an output declared with another shape is a conflict", () => {
  expect(() => load({ outputs: [["y", "float32", ["N", 3]]] })).toThrow(withCode("shape-conflict"));
});

test("too few and too many inputs are counted", () => {
  const nodes = [{ op: "Gemm", name: "g", inputs: ["x"], outputs: ["y"] }];
  expect(() => load({ nodes })).toThrow("Gemm node g: 1 inputs where Gemm takes 2 to 3");
});

test("an attribute of the wrong type is named", () => {
  const nodes = [{ op: "Flatten", name: "f", inputs: ["x"], outputs: ["y"], attributes: { axis: "one" } }];
  expect(() => load({ nodes })).toThrow("Flatten node f: attribute axis is of type string, not int");
});

test("the version of the operator set must be said", () => {
  const bytes = onnxModel(simple);
  // The operator set is the last field of the file: two bytes of tag and length, then domain and version.
  expect(() => importOnnx(bytes.subarray(0, bytes.length - 6))).toThrow("which operator set");
});

test.each<[what: string, w: Tensor, code: string]>([
  ["NaN", tensor([2], [1, Number.NaN]), "weights-not-finite"],
  ["infinity", tensor([2], [-Infinity, 0]), "weights-not-finite"],
])("weights with %s are refused, with their node and place", (_, w, code) => {
  const bytes = onnxModel(chain(["N", 2], [["Mul", ["w"]]], ["N", 2], { w }));
  expect(() => importOnnx(bytes)).toThrow(withCode(code));
  expect(() => importOnnx(bytes)).toThrow(/weights w of Mul node Mul_0 hold (NaN|-Infinity) at element/);
  expect(importOnnx(bytes, { allowNonFinite: true }).nodes.length).toBe(1);
});

test("an infinite bound of Clip is no weight", () => {
  const bytes = onnxModel(chain(["N", 2], [["Clip", ["", "w"]]], ["N", 2], { w: tensor([], [Infinity]) }));
  expect(importOnnx(bytes).nodes.length).toBe(1);
});

test.each([0, -0.5, Number.NaN, Infinity])("a scale of %d is refused", (s) => {
  const constants = { s: tensor([], [s]), z: tensor([], Uint8Array.of(0)) };
  const bytes = onnxModel({
    ...chain(["N", 2], [["QuantizeLinear", ["s", "z"]]], ["N", 2], constants),
    outputs: [["y", "uint8", ["N", 2]]],
  });
  expect(() => importOnnx(bytes)).toThrow(withCode("scale-invalid"));
});

test("a negative variance is refused", () => {
  const one = tensor([2], [1, 1]);
  const spec = chain(["N", 2], [["BatchNormalization", ["o", "o", "o", "v"]]], ["N", 2], {
    o: one,
    v: tensor([2], [1, -1]),
  });
  expect(() => importOnnx(onnxModel(spec))).toThrow("a variance of -1");
});

test("constants by value become initializers", () => {
  const spec = chain(["N", 2], [["Add", ["c"]]], ["N", 2]);
  spec.nodes.unshift({ op: "Constant", inputs: [], outputs: ["c"], attributes: { value: int64s([3]) } });
  spec.inputs[0][1] = "int64";
  spec.outputs[0][1] = "int64";
  const graph = importOnnx(onnxModel(spec));
  expect(graph.nodes.map((n) => n.op)).toEqual(["Add"]);
  expect(graph.initializers.get("c")).toEqual(int64s([3]));
});
