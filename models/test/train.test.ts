import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatNpz, Random, readNpz } from "@matchmul/common";
import { importOnnx, readCifar10, readPackets } from "@matchmul/model";
import { afterAll, describe, expect, test } from "vitest";
import { inModels } from "./support.js";

/** Debian's Python, which can have PyTorch from a package; these tests are skipped where it has not. */
const python = "/usr/bin/python3";
const hasTorch = spawnSync(python, ["-c", "import torch, onnx"]).status === 0;

const folder = mkdtempSync(join(tmpdir(), "train-"));
afterAll(() => rmSync(folder, { recursive: true }));

function train(script: string, ...options: string[]) {
  const run = spawnSync(python, ["-B", inModels(script), ...options], { encoding: "utf8" });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

const weightsOf = (path: string): number =>
  [...importOnnx(path).initializers.values()]
    .filter(({ shape }) => shape.length > 1)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

describe.skipIf(!hasTorch)("training scripts", () => {
  test("mini-alexnet reads the binary version and writes a model and calibration images", () => {
    const random = new Random(5);
    const record = (label: number) => [label, ...Array.from({ length: 3072 }, () => random.integer(0, 255))];
    for (const name of ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"])
      writeFileSync(join(folder, `${name}.bin`), Uint8Array.from([...record(3), ...record(7)]));
    writeFileSync(join(folder, "test_batch.bin"), Uint8Array.from(record(0)));
    const options = ["--data", folder, "--out", folder, "--batch", "4", "--steps", "2"];
    expect(train("mini-alexnet/train.py", ...options)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("15,476,416 weights"),
    });
    expect(weightsOf(join(folder, "mini-alexnet.onnx"))).toBe(15_476_416);
    const calibration = readCifar10(join(folder, "cifar10-calibration.npz"));
    expect([...calibration.labels!]).toEqual([3, 3, 3, 3, 3, 7, 7, 7, 7, 7]);
    expect(calibration.bytes.subarray(0, 3072)).toEqual(
      readCifar10(join(folder, "data_batch_1.bin")).bytes.subarray(0, 3072),
    );
  });

  test("mini-alexnet says what is wrong with its data", () => {
    writeFileSync(join(folder, "data_batch_3.bin"), new Uint8Array(100));
    const cut = train("mini-alexnet/train.py", "--data", folder);
    expect(cut.status).toBe(1);
    expect(cut.stderr).toMatch(/data_batch_3.bin is not a file of CIFAR-10's binary version/);
    expect(train("mini-alexnet/train.py", "--data", join(folder, "none")).stderr).toMatch(/cannot be read/);
  });

  test("netnn takes packets of one's own, of any length", () => {
    const random = new Random(6);
    const path = join(folder, "own.npz");
    const [count, width] = [20, 900];
    const data = Uint8Array.from({ length: count * width }, () => random.integer(0, 255));
    const labels = Int32Array.from({ length: count }, (_, i) => i & 1);
    writeFileSync(
      path,
      formatNpz({ packets: { shape: [count, width], data }, labels: { shape: [count], data: labels } }),
    );
    const options = ["--packets", path, "--epochs", "1", "--out", folder];
    expect(train("netnn/train.py", ...options).status).toBe(0);
    expect(weightsOf(join(folder, "netnn.onnx"))).toBe(118_868);
    expect(readPackets(join(folder, "netnn-calibration.npz")).count).toBe(16);
    expect(readPackets(join(folder, "netnn-test.npz")).count).toBe(4);
    writeFileSync(path, formatNpz({ ...readNpz(path), labels: { shape: [count], data: labels.fill(2) } }));
    expect(train("netnn/train.py", ...options).stderr).toMatch(/N times 0 or 1/);
  });
});
