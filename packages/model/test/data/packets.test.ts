import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatNpz, type NdArray } from "@matchmul/common";
import { afterAll, expect, test } from "vitest";
import { centredBytes, readPackets, sampleValues } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "packets-"));
afterAll(() => rmSync(folder, { recursive: true }));

function archive(name: string, arrays: Record<string, NdArray>): string {
  const path = join(folder, name);
  writeFileSync(path, formatNpz(arrays));
  return path;
}

const packets = { shape: [2, 810], data: Uint8Array.from({ length: 1620 }, (_, i) => (i * 7) & 255) };

test("packets and labels are read as they are", () => {
  const path = archive("two.npz", { packets, labels: { shape: [2], data: Int32Array.of(0, 1) } });
  const samples = readPackets(path);
  expect(samples).toMatchObject({ count: 2, shape: [1, 810] });
  expect([...samples.labels!]).toEqual([0, 1]);
  expect(sampleValues(samples, 1)).toEqual(centredBytes(packets.data.subarray(810)));
});

test("bytes are centred without loss", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect([...centredBytes(bytes)].map((v) => v * 128 + 128)).toEqual([...bytes]);
});

test.each<[string, Record<string, NdArray>, string]>([
  ["another length", { packets: { shape: [2, 809], data: new Uint8Array(1618) } }, "(2, 809)"],
  ["another type", { packets: { shape: [1, 810], data: new Int32Array(810) } }, "int32"],
  ["another name", { images: packets }, "packets"],
  ["a third class", { packets, labels: { shape: [2], data: Int32Array.of(0, 2) } }, "hold 2"],
])("%s is refused", (name, arrays, words) => {
  expect(() => readPackets(archive(`${name}.npz`, arrays))).toThrow(words);
});
