import { describe, expect, it } from "vitest";
import { parseStagesUsed, parseTofinoLogs } from "../../src/tofino/logs.js";

const use = (used_by: string) => ({ usages: [{ used_by, used_for: "some use" }] });
const instruction = (used_by: string, ...action_names: string[]) => ({
  color_usages: [{ color: 0, usages: [{ used_by, action_names }] }],
});

/** A stage as resources.json has it, with only the parts that are read. */
const stage = (stage_number: number, parts: object) => ({
  stage_number,
  rams: { srams: [] },
  tcams: { tcams: [] },
  map_rams: { maprams: [] },
  meter_alus: { meters: [] },
  logical_tables: { ids: [] },
  action_bus_bytes: { bytes: [] },
  vliw: { instructions: [] },
  ...parts,
});

const stages = [
  // The compiler may list stages in any order, and lists unused ones too.
  stage(2, {}),
  stage(1, {
    logical_tables: { ids: [{ table_name: "tbl_add_0" }, { table_name: "tbl_add" }] },
    vliw: { instructions: [instruction("tbl_add_0", "Tile.add"), instruction("tbl_add", "Tile.add")] },
  }),
  stage(0, {
    rams: { srams: [use("Tile.lookup_0$action"), use("Tile.lookup_0"), use("Tile.sequencer")] },
    tcams: { tcams: [use("Tile.quantize_3")] },
    map_rams: { maprams: [use("Tile.store")] },
    meter_alus: { meters: [use("Tile.store")] },
    logical_tables: { ids: [{ table_name: "tbl_larger_0" }] },
    action_bus_bytes: {
      bytes: [
        { byte_number: 0, used_by_tables: ["Tile.lookup_0", "Tile.sequencer"] },
        { byte_number: 1, used_by_tables: ["Tile.lookup_0"] },
      ],
    },
    vliw: { instructions: [instruction("tbl_larger_0", "Tile.larger_1")] },
  }),
];
const resources = (all: object[] = stages) =>
  JSON.stringify({ compiler_version: "9.13.4", resources: { mau: { mau_stages: all } } });
const metrics = (srams: number) =>
  JSON.stringify({
    compiler_version: "9.13.4",
    target: "tofino",
    phv: { normal: [{ bit_width: 32, containers_occupied: 40 }] },
    mau: { srams, tcams: 1, map_rams: 1, logical_tables: 3, action_bus_bytes: 2 },
  });
const tableSummary = "Number of stages in table allocation: 3\n\nNumber of stages in table allocation: 2\n";

describe("the Tofino compiler's logs", () => {
  const logs = parseTofinoLogs({ resources: resources(), metrics: metrics(3), tableSummary }, "logs");

  it("give each table's units under the program's names", () => {
    expect(logs.compiler).toEqual({ version: "9.13.4", target: "tofino" });
    const [first] = logs.stages;
    expect(first.tables.get("lookup_0")).toMatchObject({ sram: 2, actionBusBytes: 2, tcam: 0 });
    expect(first.tables.get("sequencer")).toMatchObject({ sram: 1, actionBusBytes: 1 });
    expect(first.tables.get("quantize_3")).toMatchObject({ tcam: 1 });
    expect(first.tables.get("store")).toMatchObject({ mapRam: 1, statefulAlus: 1 });
  });

  it("name a table without a key after its action, by number where the action is called twice", () => {
    expect(logs.stages[0].tables.get("larger_1")).toMatchObject({ logicalTables: 1 });
    expect([...logs.stages[1].tables.keys()]).toEqual(["add_1", "add_0"]);
  });

  it("count a byte of the bus that two tables share once for the stage", () => {
    expect(logs.stages[0].used.actionBusBytes).toBe(2);
  });

  it("end with the stages of the last allocation", () => {
    expect(logs.stagesUsed).toBe(2);
    expect(logs.stages.map((s) => s.stage)).toEqual([0, 1]);
  });

  it("are read without metrics.json, and refused where it contradicts", () => {
    const { compiler, containers } = parseTofinoLogs({ resources: resources(), tableSummary }, "logs");
    expect(compiler.target).toBeUndefined();
    expect(containers).toBeUndefined();
    expect(() =>
      parseTofinoLogs({ resources: resources(), metrics: metrics(4), tableSummary }, "logs"),
    ).toThrow(/3 and metrics.json 4 units of sram/);
  });

  it.each([
    ["no JSON", { resources: "{", tableSummary }, /resources.json is not JSON/],
    ["another shape", { resources: "{}", tableSummary }, /lacks a part/],
    ["a stage without parts", { resources: resources([{ stage_number: 0 }]), tableSummary }, /lacks a part/],
    ["no allocation", { resources: resources(), tableSummary: "" }, /names no number of stages/],
  ])("are refused with %s", (_, texts, message) => {
    expect(() => parseTofinoLogs(texts, "logs")).toThrow(message);
    expect(() => parseTofinoLogs(texts, "logs")).toThrow(expect.objectContaining({ code: "logs-invalid" }));
  });

  it("say how many stages from the summary alone", () => {
    expect(parseStagesUsed(tableSummary)).toBe(2);
  });
});
