import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { onnxTest, type Tensor, tensor } from "../src/index.js";
import { chain } from "./support/graphs.js";
import { onnxModel, writeTensor } from "./support/onnx-writer.js";
import { MessageWriter } from "./support/protobuf-writer.js";

const root = mkdtempSync(join(tmpdir(), "matchmul-onnx-test-"));
afterAll(() => rmSync(root, { recursive: true }));

function testCase(name: string, op: string, input: Tensor, output: Tensor): string {
  const folder = join(root, name);
  mkdirSync(join(folder, "test_data_set_0"), { recursive: true });
  writeFileSync(join(folder, "model.onnx"), onnxModel(chain([2], [[op]], [2])));
  const save = (file: string, t: Tensor) => {
    const w = new MessageWriter();
    writeTensor(w, t);
    writeFileSync(join(folder, "test_data_set_0", file), w.finish());
  };
  save("input_0.pb", input);
  save("output_0.pb", output);
  return folder;
}

test("cases pass, fail with the first element that differs, or are skipped with the reason", () => {
  const x = tensor([2], [-1, 2]);
  const seen: string[] = [];
  const summary = onnxTest(
    [
      testCase("right", "Relu", x, tensor([2], [0, 2])),
      testCase("nearly", "Relu", x, tensor([2], [0, 2.0005])),
      testCase("wrong", "Relu", x, tensor([2], [0, 3])),
      testCase("shape", "Relu", x, tensor([1, 2], [0, 2])),
      testCase("unsupported", "Bernoulli", x, x),
      join(root, "missing"),
    ],
    (result) => seen.push(result.name),
  );
  expect(summary).toMatchObject({ passed: 2, failed: 3, skipped: 1 });
  expect(seen).toEqual(["right", "nearly", "wrong", "shape", "unsupported", "missing"]);
  expect(summary.results[2].reason).toBe("test_data_set_0: output y: element 1 is 2, expected 3");
  expect(summary.results[3].reason).toContain("float32[2], expected float32[1, 2]");
  expect(summary.results[4]).toMatchObject({
    outcome: "skipped",
    reason: expect.stringContaining("Bernoulli"),
  });
});

/** A checkout of onnx/onnx (v1.22.0) beside this one, or where the variable says; its cases are not part of this repository. */
const published =
  process.env.ONNX_BACKEND_TESTS ??
  fileURLToPath(new URL("../../../../onnx/onnx/backend/test/data/node", import.meta.url));

test.skipIf(!existsSync(published))("the published cases of every supported operator pass", () => {
  const summary = onnxTest(readdirSync(published).map((name) => join(published, name)));
  expect(summary.results.filter((r) => r.outcome === "failed")).toEqual([]);
  expect(summary.passed).toBeGreaterThan(850);
});
