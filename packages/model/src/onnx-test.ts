import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { MatchMulError, readFileOrFail } from "@matchmul/common";
import { isFloat } from "./dtypes.js";
import { runGraph } from "./execute.js";
import type { Graph } from "./graph.js";
import { importOnnx } from "./onnx/import.js";
import { parseTensor } from "./onnx/tensors.js";
import { describeTensor, type Tensor } from "./tensor.js";

/** How one ONNX backend test case ended. */
export interface OnnxTestResult {
  /** The folder's name, such as "test_conv_with_strides_padding". */
  name: string;
  outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  reason?: string;
}

export interface OnnxTestSummary {
  results: OnnxTestResult[];
  passed: number;
  failed: number;
  skipped: number;
}

/** Codes of diagnostics that say "not supported", as against "wrong". */
const unsupported = new Set([
  "operator-unsupported",
  "operator-variant",
  "tensor-dtype",
  "opset-unsupported",
]);

/**
 * Runs ONNX backend test cases: each a folder with model.onnx and test_data_set_N/input_M.pb and output_M.pb.
 * Integers must be equal, floats within a relative 1e-3 and an absolute 1e-7 as in ONNX's own runner.
 */
export function onnxTest(
  folders: readonly string[],
  onResult: (result: OnnxTestResult) => void = () => {},
): OnnxTestSummary {
  const results = folders.map((folder) => {
    const result = runOnnxTestCase(folder);
    onResult(result);
    return result;
  });
  const count = (outcome: OnnxTestResult["outcome"]) => results.filter((r) => r.outcome === outcome).length;
  return { results, passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

/** Runs all data sets of one case. Never throws: whatever goes wrong is the result. */
export function runOnnxTestCase(folder: string): OnnxTestResult {
  const name = basename(folder);
  try {
    const graph = importOnnx(join(folder, "model.onnx"), { allowNonFinite: true });
    const sets = readdirSync(folder)
      .filter((entry) => entry.startsWith("test_data_set_"))
      .sort();
    if (sets.length === 0) return { name, outcome: "failed", reason: "no test_data_set_* folder" };
    for (const set of sets) {
      const reason = runDataSet(graph, join(folder, set));
      if (reason !== undefined) return { name, outcome: "failed", reason: `${set}: ${reason}` };
    }
    return { name, outcome: "passed" };
  } catch (cause) {
    if (cause instanceof MatchMulError)
      return { name, outcome: unsupported.has(cause.code) ? "skipped" : "failed", reason: cause.message };
    return { name, outcome: "failed", reason: `internal error: ${cause}` };
  }
}

function readTensors(folder: string, prefix: string, count: number): (Tensor | undefined)[] {
  return Array.from({ length: count }, (_, i) => {
    const path = join(folder, `${prefix}_${i}.pb`);
    return existsSync(path) ? parseTensor(readFileOrFail(path), path) : undefined;
  });
}

/** What is wrong with the outputs for one data set; undefined when nothing is. */
function runDataSet(graph: Graph, folder: string): string | undefined {
  const given = readTensors(folder, "input", graph.inputs.length);
  const inputs: Record<string, Tensor> = {};
  graph.inputs.forEach(({ name }, i) => {
    if (given[i] !== undefined) inputs[name] = given[i];
  });
  const outputs = runGraph(graph, inputs);
  const expected = readTensors(folder, "output", graph.outputs.length);
  for (let i = 0; i < graph.outputs.length; i++) {
    const { name } = graph.outputs[i];
    if (expected[i] === undefined) return `output_${i}.pb is missing`;
    const reason = difference(outputs[name], expected[i]!);
    if (reason !== undefined) return `output ${name}: ${reason}`;
  }
  return undefined;
}

/** How two tensors differ, in words, or undefined when they are equal within the tolerance. */
export function difference(
  actual: Tensor,
  expected: Tensor,
  relative = 1e-3,
  absolute = 1e-7,
): string | undefined {
  const [have, want] = [describeTensor(actual), describeTensor(expected)];
  if (have !== want) return `${have}, expected ${want}`;
  const exact = !isFloat(expected.dtype);
  for (let i = 0; i < expected.data.length; i++) {
    const [a, e] = [actual.data[i], expected.data[i]];
    if (a === e) continue;
    if (!exact) {
      const [x, y] = [Number(a), Number(e)];
      if (Number.isNaN(x) && Number.isNaN(y)) continue;
      if (Math.abs(x - y) <= absolute + relative * Math.abs(y)) continue;
    }
    return `element ${i} is ${a}, expected ${e}`;
  }
  return undefined;
}
