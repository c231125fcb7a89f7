import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { expect } from "vitest";
import {
  type DType,
  describeTensor,
  importOnnx,
  runGraph,
  type Tensor,
  type TensorData,
} from "../../src/index.js";
import { difference } from "../../src/onnx-test.js";
import { type AttributeSpec, onnxModel, type ValueSpec } from "./onnx-writer.js";

/**
 * Runs a model with ONNX Runtime on one thread, without graph optimizations. x64quantprecision asks its kernels not
 * to use the 16-bit saturating products that CPUs without VNNI have for u8 x s8.
 */
export async function runOracle(
  model: Uint8Array,
  inputs: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 3,
    extra: { session: { x64quantprecision: "1" } },
  });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, t]) => [
      name,
      new ort.Tensor(t.dtype as "float32", t.data as Float32Array, [...t.shape]),
    ]),
  );
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, t]) => [
      name,
      { dtype: t.type as DType, shape: [...t.dims], data: t.data as unknown as TensorData },
    ]),
  );
}

/** The symbols d0, d1, ...: an output's shape as the tests declare it. */
export const unknownShape = (rank: number) => Array.from({ length: rank }, (_, i) => `d${i}`);

/**
 * Range of int8 weights for which ONNX Runtime's kernels are exact on this machine: on x86 without VNNI a pair of
 * u8 x s8 products saturates at 16 bits, which weights of 7 bits cannot reach.
 */
export const int8WeightRange: [low: number, high: number] = saturates() ? [-64, 63] : [-128, 127];

function saturates(): boolean {
  if (process.arch !== "x64") return false;
  try {
    return !/vnni/.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return true;
  }
}

/**
 * Runs one operator here and in ONNX Runtime. Every element of every output must be equal, floats within the
 * tolerance (relative and absolute).
 */
export async function compare(
  op: string,
  inputs: (Tensor | undefined)[],
  outputs: ValueSpec[],
  attributes: Record<string, AttributeSpec> = {},
  opset = 21,
  tolerance = 0,
): Promise<void> {
  const named: Record<string, Tensor> = {};
  inputs.forEach((t, i) => {
    if (t !== undefined) named[`i${i}`] = t;
  });
  const model = onnxModel({
    opset,
    inputs: Object.entries(named).map(([name, t]) => [name, t.dtype, [...t.shape]]),
    outputs,
    nodes: [
      {
        op,
        inputs: inputs.map((t, i) => (t === undefined ? "" : `i${i}`)),
        outputs: outputs.map((o) => o[0]),
        attributes,
      },
    ],
  });
  const expected = await runOracle(model, named);
  const actual = runGraph(importOnnx(model), named);
  const facts = `${op} ${Object.keys(attributes)} of ${inputs.map((t) => t && describeTensor(t)).join(", ")}`;
  for (const [name] of outputs)
    expect(difference(actual[name], expected[name], tolerance, tolerance), facts).toBeUndefined();
}
