import { describe, expect, it } from "vitest";
import { emit, targets } from "../src/index.js";
import { dense, emitted, wide } from "./control-plane/support.js";

describe.each(targets.map((t) => t.name))("README.md for %s", (target) => {
  const { files, text } = emitted(dense, target);
  const readme = text("README.md");

  it("names every file of the folder", () => {
    for (const path of files.keys()) if (path !== "README.md") expect(readme).toContain(`| \`${path}\` |`);
  });

  it("has commands only for files that are there or that a command before made", () => {
    const made = new Set(["p1_in.pcap", "p1_out.pcap", "p%p_out.pcap", "random.json"]);
    const commands = readme.split("\n").filter((line) => line.startsWith("    "));
    const named = commands.join("\n").matchAll(/[\w%-]+\.(?:p4|stf|txt|txtpb|bin|json|pcap|py)\b/g);
    const missing = [...named].map(([name]) => name).filter((name) => !files.has(name) && !made.has(name));
    expect([...new Set(missing)].filter((name) => name !== "run-bmv2-test.py")).toEqual([]);
    expect(commands.length).toBeGreaterThan(8);
  });

  it("does not speak of files that were left out", () => {
    const few = emit(dense, { target, entriesOnly: true });
    const others = [...files.keys()].filter((path) => !few.has(path));
    expect(others.length).toBeGreaterThan(2);
    for (const path of others) expect(few.get("README.md")).not.toContain(path);
  });

  it("counts passes and entries", () => {
    const entries = text("entries.txt").trimEnd().split("\n").length;
    expect(readme).toContain(`${dense.passes.length} passes a request`);
    expect(readme).toContain(`${entries} table entries`);
  });

  it("says what a request's payload is", () => {
    expect(readme).toContain("the model's 4 int8 values in order, one byte each");
    const planes = emitted(wide, target);
    expect(planes.text("README.md")).toContain(
      `the ${planes.program.input.bytes} bytes that \`requestPacket\``,
    );
  });

  it("has no remains of a template", () => {
    expect(readme).not.toMatch(/undefined|\[object|NaN|\$\{/);
  });
});
