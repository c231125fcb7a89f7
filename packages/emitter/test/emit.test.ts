import { Random } from "@matchmul/common";
import { type Choice, LANES, lower, type MicroProgram } from "@matchmul/planner";
import { randomModel } from "@matchmul/planner/testing";
import { describe, expect, it } from "vitest";
import {
  allEntries,
  emit,
  lookupEntries,
  readAnswer,
  requestPacket,
  Schedule,
  sequencerEntries,
  targets,
} from "../src/index.js";

const choice: Choice = {
  slots: 5,
  encoding: "bytes",
  layers: [
    { g: 6, planesPerPass: 1 },
    { g: 8, planesPerPass: 2 },
  ],
};
const program: MicroProgram = lower(randomModel(new Random(3), [20, 12, 7], true), choice);

/** Text without comments. */
const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");

describe.each(targets.map((t) => t.name))("emit for %s", (target) => {
  const files = emit(program, { target, summary: ["Placed on 7 of 12 stages."] });
  const text = files.get("random.p4")!;

  it("gives text without remains of the template, with the plan's numbers on top", () => {
    expect(text).not.toMatch(/<%|%>|undefined|\[object|NaN/);
    expect(text.slice(0, 300)).toContain("Placed on 7 of 12 stages.");
    expect(text).not.toMatch(/[ \t]+$/m);
  });

  it("uses nothing a Tofino lacks: no product, no shift by a variable", () => {
    expect(code(text)).not.toMatch(/\*/);
    for (const [, distance] of code(text).matchAll(/(?:<<|>>)\s*(\S+?)[;)]/g))
      expect(distance).toMatch(/^\d+$/);
  });

  it("declares each table the entries name, and each of its actions with as many parameters", () => {
    for (const line of files.get("entries.txt")!.trim().split("\n")) {
      const [, table, action, ...rest] = line.split(" ");
      const params = rest.slice(rest.indexOf("=>") + 1);
      expect(text).toContain(`table ${table.split(".")[1]} {`);
      const declared = new RegExp(`action ${action.split(".")[1]}\\(([^)]*)\\)`).exec(text)![1];
      expect(params.length).toBe(declared === "" ? 0 : declared.split(",").length);
    }
  });

  it("sizes every table", () => {
    const tables = text.match(/\btable \w+ \{/g)!.length;
    expect(text.match(/\bsize = \d+;/g)!.length).toBe(tables);
  });
});

describe("entries", () => {
  const schedule = new Schedule(program);

  it("step through all passes, each naming the next one's way of parsing", () => {
    const entries = [...sequencerEntries(schedule)];
    expect(entries.length).toBe(program.passes.length);
    entries.slice(0, -1).forEach((entry, pc) => {
      expect(entry.keys[1]).toBe(pc);
      const [parse, next] = entry.params;
      expect(next).toBe(pc + 1);
      expect(schedule.modes[parse].mode).toEqual(program.passes[pc + 1].parse);
    });
    expect(entries.at(-1)!.action).toBe("decide");
  });

  it("hold every row that is not zero, once", () => {
    let rows = 0;
    for (const page of program.pages.flat())
      for (let r = 0; page !== null && r < 256; r++)
        if (page.words.subarray(r * LANES, (r + 1) * LANES).some((w) => w !== 0)) rows++;
    const keys = [...lookupEntries(schedule)].map((e) => `${e.table} ${e.keys}`);
    expect(keys.length).toBe(rows);
    expect(new Set(keys).size).toBe(rows);
  });

  it("are the same as BF Runtime JSON", () => {
    const json = JSON.parse(emit(program, { target: "tna" }).get("bfrt.json")!);
    const count = json.tables.reduce((sum: number, t: { entries: unknown[] }) => sum + t.entries.length, 0);
    expect(count).toBe([...allEntries(schedule)].length);
    const first = [...lookupEntries(schedule)][0];
    const table = json.tables.find((t: { table: string }) => t.table === `pipe.Tile.${first.table}`);
    expect(table.entries[0].key).toEqual({ "meta.page_0": first.keys[0], "hdr.key$0.value": first.keys[1] });
    expect(Object.values(table.entries[0].data)).toEqual(first.params);
  });
});

describe("wire", () => {
  it("puts int8 values into a request as they are", () => {
    const values = Int8Array.from({ length: 20 }, (_, i) => i * 13 - 128);
    const packet = requestPacket(program, values, 0xdeadbeef);
    expect(packet.length).toBe(28 + 20);
    expect([...packet.subarray(28)].map((b) => (b << 24) >> 24)).toEqual([...values]);
  });

  it("reads no answer out of a request or a stump", () => {
    const packet = requestPacket(program, new Int8Array(20), 1);
    expect(readAnswer(packet, 7)).toBeNull();
    expect(readAnswer(new Uint8Array(10), 7)).toBeNull();
  });

  it("names an unknown target and the known ones", () => {
    expect(() => emit(program, { target: "ebpf" })).toThrow(
      expect.objectContaining({ code: "unknown-target", hint: expect.stringContaining("v1model") }),
    );
  });
});
