import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emitted, has, programs, runIn, thresholds } from "./support.js";

/** A message in text format as lines without indentation: p4c and we put fields and objects in the same order. */
const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

describe("p4info.txtpb", () => {
  it.skipIf(!has("p4c-bm2-ss")).each(programs)("is p4c's message (p4c-bm2-ss): %s", (_, program) => {
    const { p4, text } = emitted(program);
    const { folder } = runIn({ "program.p4": p4 }, "p4c-bm2-ss", [
      ...["--std", "p4-16", "-o", "program.json", "--p4runtime-files", "reference.txtpb", "program.p4"],
    ]);
    const reference = readFileSync(join(folder, "reference.txtpb"), "utf8");
    expect(lines(text("p4info.txtpb"))).toEqual(lines(reference));
  });

  it("describes each table with its keys, actions and size", () => {
    const info = emitted(thresholds).text("p4info.txtpb");
    const table = /tables \{\n {2}preamble \{\n.*\n {4}name: "Tile.quantize_0"[\s\S]*?\n\}/.exec(info)![0];
    expect(lines(table)).toEqual(
      lines(`
        tables {
        preamble {
        id: ${0x02000200}
        name: "Tile.quantize_0"
        alias: "quantize_0"
        }
        match_fields {
        id: 1
        name: "meta.quantize"
        bitwidth: 8
        match_type: EXACT
        }
        match_fields {
        id: 2
        name: "hdr.lanes.l0"
        bitwidth: 32
        match_type: TERNARY
        }
        action_refs {
        id: ${0x01000200}
        }
        action_refs {
        id: 21257015
        }
        const_default_action_id: 21257015
        initial_default_action {
        action_id: 21257015
        }
        size: ${/size: (\d+)/.exec(table)![1]}
        }`),
    );
  });
});
