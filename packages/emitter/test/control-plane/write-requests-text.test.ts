import { Random } from "@matchmul/common";
import { type Bits, Device, type Engine, loadEntries, loadProgram, type MatchKey } from "@matchmul/p4-engine";
import { describe, expect, it } from "vitest";
import { readControlPlane } from "../../src/control-plane/declarations.js";
import { assignIds } from "../../src/control-plane/ids.js";
import { BATCH, Writer } from "../../src/control-plane/updates.js";
import { writeRequestsText } from "../../src/control-plane/write-requests-text.js";
import { allEntries, requestPacket, Schedule } from "../../src/index.js";
import { emitted, engineWith, programs, thresholds } from "./support.js";

const CLIENT_PORT = 1;

/** What is in a table, one line an entry. */
function contents(engine: Engine, table: string): string[] {
  const value = (bits: Bits): string => `${BigInt(bits)}`;
  const key = (k: MatchKey): string =>
    k.kind === "ternary"
      ? `${value(k.value)}&&&${value(k.mask)}`
      : k.kind === "exact"
        ? value(k.value)
        : k.kind;
  return engine
    .entries(table)
    .map(({ entry: { key: keys, action, args } }) => `${keys.map(key)} ${action} ${args.map(value)}`)
    .sort();
}

describe("write-requests.txtpb", () => {
  it.each(programs)("puts the same into the tables as entries.txt: %s", (_, program) => {
    const { p4, text } = emitted(program);
    const byCommands = engineWith(p4, text("entries.txt"));
    const byRequests = engineWith(p4, text("write-requests.txtpb"), text("p4info.txtpb"));
    const tables = byCommands.tables.map(({ name }) => name);
    expect(tables.length).toBeGreaterThan(2);
    for (const table of tables)
      expect(contents(byRequests, table), table).toEqual(contents(byCommands, table));
    const random = new Random(4);
    for (let request = 0; request < 5; request++) {
      const values = Array.from({ length: program.input.features }, () => random.integer(0, 127));
      const packet = requestPacket(program, values, request);
      const answers = byCommands.process(CLIENT_PORT, packet);
      expect(answers.length).toBe(1);
      expect(byRequests.process(CLIENT_PORT, packet)).toEqual(answers);
    }
  });

  it("comes in requests of a bounded number of updates, each valid alone", () => {
    const { p4, text } = emitted(thresholds);
    const plane = readControlPlane(p4, "Tile");
    const entries = [...allEntries(new Schedule(thresholds))];
    const engine = loadProgram(p4);
    const device = new Device(engine);
    let updates = 0;
    let all = "";
    for (const chunk of writeRequestsText(entries, new Writer(plane, assignIds(plane)))) {
      const request = Buffer.from(chunk).toString();
      const count = loadEntries(device, request, { p4info: text("p4info.txtpb") });
      expect(count).toBe(Math.min(BATCH, entries.length - updates));
      expect(request.split("\n").filter((line) => line.startsWith("# WriteRequest ")).length).toBe(1);
      updates += count;
      all += request;
    }
    expect(entries.length).toBeGreaterThan(2 * BATCH);
    expect(updates).toBe(entries.length);
    expect(all).toBe(text("write-requests.txtpb"));
  });

  it("gives ternary entries a priority, exact ones none", () => {
    const lines = emitted(thresholds).text("write-requests.txtpb").split("\n");
    for (const line of lines.filter((l) => l.startsWith("updates")))
      expect(line.includes("priority:1"), line).toBe(line.includes("ternary"));
    expect(lines.some((line) => line.includes("ternary"))).toBe(true);
  });
});
