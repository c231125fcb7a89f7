import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Bundle, writeBundle } from "../src/bundle.js";
import { listing, matchmul, temporaryDirectory } from "./support/matchmul.js";

const work = temporaryDirectory();
const about = { model: "m", profile: "tofino", targets: ["v1model"] };
let directory: string;
let n = 0;

beforeEach(async () => {
  directory = join(work, `${n++}`, "bundle");
  await writeBundle(
    directory,
    about,
    new Map<string, string | Uint8Array>([
      ["plan.json", "{}"],
      ["pipes/pipe0/v1model/m.p4", "control"],
      ["model/model.onnx", Uint8Array.of(1, 2, 3)],
    ]),
  );
});

const code = (expected: string) => expect.objectContaining({ code: expected });
const editManifest = (change: (manifest: Record<string, unknown>) => void) => {
  const path = join(directory, "manifest.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  change(manifest);
  writeFileSync(path, JSON.stringify(manifest));
};

test("a bundle reads back as it was written", () => {
  const bundle = Bundle.open(directory);
  expect(bundle.manifest).toMatchObject({ format: "matchmul-bundle", version: 1, ...about });
  expect(bundle.json("plan.json")).toEqual({});
  expect([...bundle.bytes("model/model.onnx")]).toEqual([1, 2, 3]);
  expect(bundle.names("pipes/pipe0/v1model")).toEqual(["m.p4"]);
  expect(bundle.list()).toHaveLength(3);
});

test("a new bundle replaces the old one as a whole", async () => {
  await writeBundle(directory, about, new Map([["plan.json", "[]"]]));
  expect(listing(directory)).toEqual(["manifest.json", "plan.json"]);
  expect(listing(join(directory, ".."))).toEqual(["bundle"]);
});

test("a failed write leaves the old bundle and nothing else", async () => {
  const files = new Map([
    ["a", "file"],
    ["a/b", "below a file"],
  ]);
  await expect(writeBundle(directory, about, files)).rejects.toThrow();
  expect(Bundle.open(directory).list()).toHaveLength(3);
  expect(listing(join(directory, ".."))).toEqual(["bundle"]);
});

describe("a damaged bundle is refused", () => {
  test("without a manifest", () => {
    rmSync(join(directory, "manifest.json"));
    expect(() => Bundle.open(directory)).toThrow(code("bundle-missing"));
    expect(() => Bundle.open(join(directory, "nowhere"))).toThrow(code("bundle-missing"));
  });

  test("with a changed file, unless that is wanted", () => {
    writeFileSync(join(directory, "plan.json"), "{ }");
    expect(() => Bundle.open(directory)).toThrow(code("bundle-changed"));
    expect(() => Bundle.open(directory)).toThrow(/plan\.json of .* is not as compiled/);
    expect(Bundle.open(directory, { allowChanged: true }).text("plan.json")).toBe("{ }");
  });

  test("with a missing file", () => {
    rmSync(join(directory, "plan.json"));
    expect(() => Bundle.open(directory, { allowChanged: true })).toThrow(code("bundle-invalid"));
  });

  test.each([
    ["of another format", (m: Record<string, unknown>) => (m.format = "zip"), /not a bundle's/],
    [
      "of a later version",
      (m: Record<string, unknown>) => (m.version = 2),
      /version 2; this matchmul reads 1/,
    ],
    ["without files", (m: Record<string, unknown>) => (m.files = undefined), /does not list/],
    [
      "that leads out",
      (m: Record<string, unknown>) => (m.files = { "../x": { bytes: 1, sha256: "" } }),
      /does not list/,
    ],
  ])("with a manifest %s", (_, change, message) => {
    editManifest(change);
    expect(() => Bundle.open(directory)).toThrow(code("bundle-invalid"));
    expect(() => Bundle.open(directory)).toThrow(message);
  });

  test("with a manifest that is not JSON", () => {
    writeFileSync(join(directory, "manifest.json"), "{");
    expect(() => Bundle.open(directory)).toThrow(code("bundle-invalid"));
  });

  test("by the commands, with exit 2", async () => {
    mkdirSync(join(work, "empty"), { recursive: true });
    for (const command of [
      ["explain", join(work, "empty")],
      ["explain", directory],
    ]) {
      const outcome = await matchmul(...command);
      expect(outcome.stderr).toMatch(/^error\[(bundle-missing|plan-invalid)\]/);
      expect(outcome.code).toBe(2);
    }
  });
});
