import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  checkProfile,
  formatIssue,
  listProfiles,
  loadProfile,
  profileDirectory,
  profileSchema,
} from "../src/index.js";

const directory = mkdtempSync(join(tmpdir(), "matchmul-profiles-"));
afterAll(() => rmSync(directory, { recursive: true }));

const tofino = readFileSync(`${profileDirectory()}tofino.yaml`, "utf8");

/** The issues of Tofino's profile after one replacement in its text, as they are printed, without the directory. */
function issuesAfter(from: string | RegExp, to: string): string[] {
  const text = tofino.replace(from, to);
  expect(text).not.toBe(tofino);
  return issuesOf(text);
}

function issuesOf(text: string | Uint8Array): string[] {
  const path = join(directory, "p.yaml");
  writeFileSync(path, text);
  return checkProfile(path).map((i) => formatIssue(i).slice(directory.length + 1));
}

/** Line and column of a text in Tofino's profile. */
function positionOf(text: string): string {
  const before = tofino.slice(0, tofino.indexOf(text)).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

describe("shipped profiles", () => {
  it.each(["bmv2", "tofino", "tofino2"])("%s is valid and listed", (name) => {
    expect(checkProfile(`${profileDirectory()}${name}.yaml`)).toEqual([]);
    expect(loadProfile(name).name).toBe(name);
    expect(listProfiles().map((p) => p.name)).toContain(name);
  });

  it.each(["bmv2", "tofino", "tofino2"])("%s gives a source for every number", (name) => {
    const lines = readFileSync(`${profileDirectory()}${name}.yaml`, "utf8").split("\n");
    const start = lines.findIndex((l) => l.startsWith("pipes:"));
    const bare: string[] = [];
    let heading = "";
    for (const line of lines.slice(start)) {
      if (/^\s*\w+:\s*(#.*)?$/.test(line)) heading = line;
      const numbers = /[:{,]\s*-?\d/.test(line.replace(/#.*/, ""));
      if (numbers && !line.includes("#") && !heading.includes("#")) bare.push(line);
    }
    expect(bare).toEqual([]);
  });

  it("is published as a JSON Schema that equals the one in use", () => {
    const file = readFileSync(`${profileDirectory()}hardware-profile.schema.json`, "utf8");
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(profileSchema)));
  });

  it("holds Tofino 2's stages and the software switch's lack of them", () => {
    expect(loadProfile("tofino2").pipeline?.stages).toBe(20);
    expect(loadProfile("bmv2").pipeline).toBeUndefined();
    expect(loadProfile("bmv2").headers.addedBytes).toBe(512);
  });
});

describe("what is wrong with a profile", () => {
  it("names an unknown key, where it is, and the nearest known one", () => {
    expect(issuesAfter("  stages: 12", "  stagse: 12\n  stages: 12")).toEqual([
      `p.yaml:${positionOf("  stages: 12").replace(":1", ":3")}: pipeline.stagse: unknown key; did you mean \`stages\`?`,
    ]);
  });

  it("points at a negative number", () => {
    expect(issuesAfter("blocks: 80", "blocks: -80")).toEqual([
      `p.yaml:${positionOf("80, words")}: pipeline.perStage.sram.blocks: expected at least 0, found -80`,
    ]);
  });

  it("points at a value of the wrong type", () => {
    expect(issuesAfter("rows: 512", "rows: many")).toEqual([
      `p.yaml:${positionOf("512")}: pipeline.perStage.tcam.rows: expected a whole number, found the text "many"`,
    ]);
  });

  it("suggests the target that was meant", () => {
    expect(issuesAfter("[tna]", "[tan]")[0]).toMatch(
      /targets\[0\]: expected one of v1model, tna, t2na, .* did you mean tna\?/,
    );
  });

  it("names a missing key at the mapping that lacks it", () => {
    expect(issuesAfter(/ {4}statefulAlus.*\n/, "")).toEqual([
      `p.yaml:${positionOf("perStage")}: pipeline.perStage: the key \`statefulAlus\` is missing`,
    ]);
  });

  it("lists several mistakes in the order of the file", () => {
    const lines = issuesOf(
      tofino.replace("pipes: 4", "pipes: 0").replace("resubmitBytes: 8", "resubmitBytes: 1.5"),
    );
    expect(lines.map((l) => l.split(": ").slice(1).join(": "))).toEqual([
      "pipes: expected at least 1, found 0",
      "headers.resubmitBytes: expected a whole number, found 1.5",
    ]);
  });

  it("checks relations between numbers", () => {
    expect(issuesAfter("total: 64, perGress: 48", "total: 64, perGress: 65")[0]).toContain(
      "phv[0].perGress: expected at most `total`, 64, found 65",
    );
    expect(issuesAfter("lastByte: 127", "lastByte: 128")[0]).toContain(
      "less than the 128 bytes of the bus, found 128",
    );
    expect(issuesAfter("minimumBits: 8", "minimumBits: 12")[0]).toContain(
      "expected a power of two, found 12",
    );
  });

  it.each([
    ["an empty file", "", /expected a mapping, found nothing/],
    ["a list", "- 1\n- 2\n", /expected a mapping, found a list/],
    ["broken YAML", "profile: [1\nname: x", /not YAML/],
    ["a key given twice", `${tofino}\nname: other\n`, /not YAML/],
    ["bytes that are not text", new Uint8Array([0xff, 0xfe, 0, 1, 2]), /p\.yaml:1:1/],
    ["a file of megabytes", "#".repeat(5 << 20), /at most 4 MiB/],
    [
      "aliases that multiply",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefg"[i]}`)}]`).join("\n")}\n`,
      /not YAML/,
    ],
  ])("%s gives one message", (_, text, message) => {
    const issues = issuesOf(text);
    expect(issues.length).toBeGreaterThan(0);
    expect(issues[0]).toMatch(message);
  });

  it("is one diagnostic with a stable code when the profile is loaded", () => {
    const path = join(directory, "bad.yaml");
    writeFileSync(path, tofino.replace("blocks: 80", "blocks: -1"));
    expect(() => loadProfile(path)).toThrow(
      expect.objectContaining({
        code: "profile-invalid",
        message: expect.stringContaining("bad.yaml:16:21"),
      }),
    );
    expect(() => loadProfile("tofino3")).toThrow(
      expect.objectContaining({
        code: "profile-not-found",
        hint: expect.stringContaining("did you mean tofino"),
      }),
    );
    expect(() => loadProfile(join(directory, "none.yaml"))).toThrow(
      expect.objectContaining({ code: "file-not-found" }),
    );
  });
});
