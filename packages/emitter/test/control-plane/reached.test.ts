import { describe, expect, it } from "vitest";
import { Reached } from "../../src/control-plane/reached.js";
import { allEntries } from "../../src/entries.js";
import { HEADER_BYTES, requestPacket, Schedule } from "../../src/index.js";
import { emitted, engineWith, programs } from "./support.js";

describe("Reached", () => {
  it.each(programs)("names the entries that the emitted program hits, and no others: %s", (_, program) => {
    const { p4, text } = emitted(program);
    const engine = engineWith(p4, text("entries.txt"));
    const hit = new Set<string>();
    engine.observe({ table: (table, handle) => handle >= 0 && hit.add(`${table} ${handle}`) });
    const reached = new Reached(program);
    for (let first = 0; first < 6; first++) {
      const values = Array.from({ length: program.input.features }, (_, i) => (first * 23 + i * 37) % 128);
      const packet = requestPacket(program, values, 1);
      reached.run(packet.subarray(HEADER_BYTES));
      engine.process(1, packet);
    }
    const next = new Map<string, number>();
    const wanted: string[] = [];
    const named: string[] = [];
    for (const entry of allEntries(new Schedule(program))) {
      // The engine numbers a table's entries as they come.
      const handle = next.get(entry.table) ?? 0;
      next.set(entry.table, handle + 1);
      if (!/^(lookup_|quantize_|translate)/.test(entry.table)) continue;
      const text = `${entry.table} ${JSON.stringify(entry.keys)}`;
      if (hit.has(`Tile.${entry.table} ${handle}`)) wanted.push(text);
      if (reached.has(entry)) named.push(text);
    }
    expect(wanted.length).toBeGreaterThan(10);
    expect(named).toEqual(wanted);
  });
});
