import { MatchMulError, Random } from "@matchmul/common";
import { expect, test } from "vitest";
import {
  type DType,
  describeTensor,
  describeType,
  type Graph,
  importOnnx,
  inspect,
  type Node,
  normalise,
  numbers,
  runGraph,
  sizeOf,
  supportedOperators,
  type Tensor,
  tensor,
} from "../src/index.js";
import { difference } from "../src/onnx-test.js";
import { findOperator } from "../src/operators/registry.js";
import { type AttributeSpec, type ModelSpec, type NodeSpec, onnxModel } from "./support/onnx-writer.js";

const random = new Random(123);
const pick = <T>(list: readonly T[]): T => list[random.integer(0, list.length - 1)];
const operators = supportedOperators();
const types: DType[] = [
  "float32",
  "float32",
  "float32",
  "float64",
  "int64",
  "int64",
  "int32",
  "uint8",
  "int8",
  "bool",
  "uint64",
];
const extremes = [
  0,
  1,
  2,
  3,
  -1,
  -2,
  7,
  64,
  65,
  1e6,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 40,
  2 ** 53,
  -(2 ** 62),
];

function hostileTensor(): Tensor {
  const shape = Array.from({ length: random.integer(0, 4) }, () => pick([0, 1, 1, 2, 2, 2, 2, 3, 4]));
  const dtype = pick(types);
  const low = dtype.startsWith("u") || dtype === "bool" ? 0 : -3;
  const values = Array.from({ length: sizeOf(shape) }, () =>
    random.next() < 0.1 ? pick(extremes) : random.integer(low, 4),
  );
  return tensor(shape, values, dtype);
}

const attributeNames = [
  "axis",
  "axes",
  "perm",
  "pads",
  "strides",
  "dilations",
  "kernel_shape",
  "group",
  "auto_pad",
  "keepdims",
  "to",
  "mode",
  "num_outputs",
  "split",
  "start",
  "end",
  "alpha",
  "beta",
  "transA",
  "transB",
  "value",
  "allowzero",
  "block_size",
  "ceil_mode",
  "starts",
  "ends",
  "steps",
  "min",
  "max",
  "epsilon",
  "training_mode",
  "output_dtype",
  "storage_order",
];

function hostileAttribute(): AttributeSpec {
  const number = () => (random.next() < 0.3 ? pick(extremes) : random.integer(-2, 4));
  switch (random.integer(0, 7)) {
    case 0:
    case 1:
    case 2:
      return number();
    case 3:
    case 4:
      return Array.from({ length: pick([0, 1, 2, 2, 3, 4, 4, 6, 8]) }, number);
    case 5:
      return { float: pick([0, 1, -1, Number.NaN, Infinity, 1e30]) };
    case 6:
      return pick([
        "SAME_UPPER",
        "SAME_LOWER",
        "VALID",
        "NOTSET",
        "edge",
        "reflect",
        "wrap",
        "constructor",
        "tanh",
      ]);
    default:
      return hostileTensor();
  }
}

/** A model of a few random operators over random values, some of which fit. */
function hostileModel(): ModelSpec {
  const initializers: Record<string, Tensor> = {};
  for (let i = 0; i < 8; i++) initializers[`c${i}`] = hostileTensor();
  const names = [...Object.keys(initializers), "x", "x", "x"];
  const nodes: NodeSpec[] = [];
  const count = random.integer(1, 3);
  for (let i = 1; i <= count; i++) {
    const [, domain = "", op] = /^(?:(.*)\.)?(\w+)$/.exec(pick(operators))!;
    const [least, most] = findOperator(op, domain)?.arity ?? [0, 0];
    const attributes: Record<string, AttributeSpec> = {};
    for (let k = random.integer(0, 3); k > 0; k--) attributes[pick(attributeNames)] = hostileAttribute();
    nodes.push({
      op,
      domain,
      inputs: Array.from({ length: random.integer(least, Math.min(most, 9)) }, () => pick(names)),
      outputs: [`v${i}`, `v${i}b`, ""].slice(0, random.integer(1, 3)),
      attributes,
    });
    names.push(`v${i}`, `v${i}`, `v${i}`);
  }
  // The cast makes the output's type known whatever comes before.
  nodes.push({ op: "Cast", inputs: [`v${count}`], outputs: ["y"], attributes: { to: 1 } });
  const shape = Array.from({ length: random.integer(0, 5) }, () => pick([1, 2, 2, 2, 3, 4, "N", "M", 0]));
  return {
    opset: pick([6, 9, 11, 13, 18, 21]),
    domains: { "ai.onnx.ml": 1 },
    inputs: [["x", pick(types), shape]],
    outputs: [["y", "float32", undefined]],
    initializers,
    nodes,
  };
}

/** The types that were inferred must be those of the values that came out. */
function checkInference(graph: Graph, node: Node, outputs: readonly Tensor[]): void {
  outputs.forEach((t, k) => {
    const type = graph.values.get(node.outputs[k]);
    if (type === undefined || t === undefined) return;
    const fits =
      type.dtype === t.dtype &&
      (type.shape === undefined ||
        (type.shape.length === t.shape.length &&
          type.shape.every((d, i) => typeof d === "string" || d === t.shape[i])));
    if (!fits) throw new Error(`${node.op}: ${describeTensor(t)}, inferred ${describeType(type)}`);
  });
}

test("random operators over random values give what inference and normalising promise, or one MatchMulError", () => {
  const codes = new Map<string, number>();
  for (let i = 0; i < 4000; i++) {
    const bytes = onnxModel(hostileModel());
    let code = "fine";
    try {
      const graph = importOnnx(bytes, { allowNonFinite: i % 2 === 0 });
      inspect(graph);
      const inputs = Object.fromEntries(
        graph.inputs.map(({ name, dtype, shape }) => {
          const dims = shape!.map((d) => (typeof d === "number" ? d : 2));
          const values = Array.from({ length: sizeOf(dims) }, () => random.integer(0, 3));
          return [name, tensor(dims, values, dtype)];
        }),
      );
      const before = runGraph(graph, inputs, {
        onNode: (node, outputs) => checkInference(graph, node, outputs),
      });
      const simpler = normalise(graph);
      const after = runGraph(
        simpler,
        Object.fromEntries(
          simpler.inputs.map(({ name, dtype }) => [
            name,
            tensor(inputs[name].shape, numbers(inputs[name]), dtype),
          ]),
        ),
      );
      const unequal = difference(after.y, before.y, 1e-5, 1e-5);
      if (unequal !== undefined) throw new Error(`normalised: ${unequal}`);
    } catch (cause) {
      if (!(cause instanceof MatchMulError) || cause.code === "operator-failed")
        throw new Error(`model ${i}: ${cause} (${Buffer.from(bytes).toString("base64")})`, { cause });
      code = cause.code;
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect(codes.get("fine")).toBeGreaterThan(50);
  expect(codes.get("operator-invalid")).toBeGreaterThan(500);
  expect(codes.size).toBeGreaterThan(6);
});
