import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { importOnnx, numbers } from "../../src/index.js";
import { MessageWriter } from "../support/protobuf-writer.js";

const root = mkdtempSync(join(tmpdir(), "matchmul-external-"));
afterAll(() => rmSync(root, { recursive: true }));
const folder = join(root, "model");
mkdirSync(folder);
writeFileSync(join(root, "secret.bin"), Float32Array.of(9, 9));
writeFileSync(join(folder, "weights.bin"), Float32Array.of(7, 1, 2, 3));
symlinkSync(join(root, "secret.bin"), join(folder, "link.bin"));
symlinkSync(join(folder, "weights.bin"), join(folder, "inside.bin"));

/** A model that adds two external floats to its input. */
function modelWith(entries: Record<string, string>): string {
  const model = new MessageWriter().int(1, 8);
  const value = (w: MessageWriter, name: string) =>
    w
      .string(1, name)
      .message(2, (t) =>
        t.message(1, (tt) => tt.int(1, 1).message(2, (s) => s.message(1, (d) => d.int(1, 2)))),
      );
  model.message(7, (g) => {
    g.message(1, (n) => n.string(1, "x").string(1, "w").string(2, "y").string(4, "Add"));
    g.message(5, (t) => {
      t.int(1, 2).int(2, 1).string(8, "w").int(14, 1);
      for (const [key, text] of Object.entries(entries))
        t.message(13, (e) => e.string(1, key).string(2, text));
    });
    g.message(11, (v) => value(v, "x")).message(12, (v) => value(v, "y"));
  });
  model.message(8, (o) => o.int(2, 17));
  const path = join(folder, "model.onnx");
  writeFileSync(path, model.finish());
  return path;
}

const weights = (entries: Record<string, string>) =>
  numbers(importOnnx(modelWith(entries)).initializers.get("w")!);

test("weights are read from a file beside the model, from an offset on", () => {
  expect(weights({ location: "weights.bin", offset: "4", length: "8" })).toEqual([1, 2]);
  expect(weights({ location: "weights.bin" })).toEqual([7, 1]);
  expect(weights({ location: "inside.bin", offset: "8" })).toEqual([2, 3]);
});

test.each([
  [{ location: "../secret.bin" }, "external-data-path"],
  [{ location: join(root, "secret.bin") }, "external-data-path"],
  [{ location: "sub/../../secret.bin" }, "external-data-path"],
  [{ location: "..\\secret.bin" }, "external-data-path"],
  [{ location: "C:\\secret.bin" }, "external-data-path"],
  [{ location: "link.bin" }, "external-data-path"],
  [{ location: "" }, "external-data-path"],
  [{ location: "a\0b" }, "external-data-path"],
  [{ location: "nowhere.bin" }, "external-data-missing"],
  [{ location: "." }, "external-data-path"],
  [{ location: "weights.bin", offset: "12" }, "tensor-invalid"],
  [{ location: "weights.bin", offset: "-4" }, "tensor-invalid"],
  [{ location: "weights.bin", length: "12" }, "tensor-invalid"],
  [{ location: "weights.bin", offset: "1e99" }, "tensor-invalid"],
])("%j is refused with %s", (entries, code) => {
  expect(() => weights(entries)).toThrow(expect.objectContaining({ name: "MatchMulError", code }));
});

test("bytes alone have no folder to look in, unless one is given", async () => {
  const { readFileSync } = await import("node:fs");
  const bytes = readFileSync(modelWith({ location: "weights.bin" }));
  expect(() => importOnnx(bytes)).toThrow(expect.objectContaining({ code: "external-data-missing" }));
  expect(numbers(importOnnx(bytes, { folder }).initializers.get("w")!)).toEqual([7, 1]);
});
