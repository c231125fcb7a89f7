import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeDirectoryAtomically, writeFileAtomically } from "../src/atomic.js";

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "atomic-"));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("a directory", () => {
  const fill = (text: string) => (path: string) => {
    writeFileSync(join(path, "manifest.json"), text);
  };
  const content = () => readFileSync(join(work, "out/manifest.json"), "utf8");

  test("appears whole, in folders that need not exist, and replaces an older one", async () => {
    await writeDirectoryAtomically(join(work, "a/b/out"), fill("1"));
    expect(readdirSync(join(work, "a/b"))).toEqual(["out"]);
    await writeDirectoryAtomically(join(work, "out"), fill("1"));
    await writeDirectoryAtomically(join(work, "out"), fill("2"));
    expect(content()).toBe("2");
    expect(readdirSync(work).sort()).toEqual(["a", "out"]);
  });

  test("is not seen while it is filled, nor after filling failed", async () => {
    await writeDirectoryAtomically(join(work, "out"), fill("1"));
    const failing = writeDirectoryAtomically(join(work, "out"), async (path) => {
      fill("2")(path);
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(content()).toBe("1");
      throw new Error("amid filling");
    });
    await expect(failing).rejects.toThrow("amid filling");
    expect(content()).toBe("1");
    expect(readdirSync(work)).toEqual(["out"]);
  });

  test("that is not ours is left alone; so is a file in its place", async () => {
    mkdirSync(join(work, "theirs"));
    await expect(writeDirectoryAtomically(join(work, "theirs"), fill("1"))).rejects.toThrow(
      code("output-foreign"),
    );
    writeFileSync(join(work, "file"), "precious");
    await expect(writeDirectoryAtomically(join(work, "file"), fill("1"))).rejects.toThrow(
      code("output-foreign"),
    );
    await expect(writeDirectoryAtomically(join(work, "file/out"), fill("1"))).rejects.toThrow(
      code("output-unwritable"),
    );
    expect(readFileSync(join(work, "file"), "utf8")).toBe("precious");
  });
});

test("a file appears whole, or an error says why not", () => {
  writeFileAtomically(join(work, "x/y.json"), "1");
  writeFileAtomically(join(work, "x/y.json"), "2");
  expect(readFileSync(join(work, "x/y.json"), "utf8")).toBe("2");
  expect(readdirSync(join(work, "x"))).toEqual(["y.json"]);
  expect(() => writeFileAtomically(join(work, "x/y.json/z"), "3")).toThrow(code("output-unwritable"));
  expect(() => writeFileAtomically(join(work, "x"), "3")).toThrow(code("output-unwritable"));
  expect(readdirSync(work)).toEqual(["x"]);
});
