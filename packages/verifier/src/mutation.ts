import { noProgress, type Progress, Random } from "@matchmul/common";
import { requestPacket, Schedule } from "@matchmul/emitter";
import type { Bits, Engine } from "@matchmul/p4-engine";
import { checkEntries, expectedEntries } from "./entries.js";
import { expectedRun } from "./packets.js";
import { Tally } from "./report.js";
import { CLIENT_PORT, comparePackets, observePackets, type Subject } from "./verify.js";

export interface MutationReport {
  /** Entries that the images reach and that have action data. */
  reached: number;
  flips: number;
  /** Flips that some check reported. */
  reported: number;
  /** Flips that changed a packet, so that running the images alone reported them. */
  byPackets: number;
  /** Flips that reading the tables back reported. */
  byEntries: number;
  missed: string[];
}

interface Reached {
  table: string;
  handle: number;
  action: string;
  /** The first image that looks the entry up. */
  image: number;
}

/** Which entries the images look up, and who does so first. */
function reachedEntries(engine: Engine, requests: Uint8Array[]): Reached[] {
  const found = new Map<string, Reached>();
  for (const [image, request] of requests.entries()) {
    engine.observe({
      table: (table, handle, action) => {
        if (handle >= 0 && !found.has(`${table} ${handle}`))
          found.set(`${table} ${handle}`, { table, handle, action, image });
      },
    });
    engine.process(CLIENT_PORT, request);
  }
  engine.observe(null);
  return [...found.values()];
}

/** One bit of an entry's action data, flipped. */
function flipBit(args: Bits[], widths: number[], bit: number): Bits[] {
  const flipped = [...args];
  for (const [i, width] of widths.entries()) {
    if (bit < width) {
      flipped[i] = BigInt(args[i]) ^ (1n << BigInt(bit));
      if (width <= 32) flipped[i] = Number(flipped[i]);
      break;
    }
    bit -= width;
  }
  return flipped;
}

/**
 * The verification, verified: flips one bit of action data in `count` randomly chosen entries that the
 * images reach, one at a time, and asks whether a check reports it. The entries are put back.
 */
export function mutationCheck(
  subject: Subject,
  inputs: readonly (Int8Array | Uint8Array)[],
  count: number,
  seed: number,
  progress: Progress = noProgress,
): MutationReport {
  const { program, engine } = subject;
  const schedule = new Schedule(program);
  const wanted = expectedEntries(schedule);
  const random = new Random(seed);
  const requests = inputs.map((input, image) => requestPacket(program, input, image));
  const widthsOf = new Map<string, number[]>();
  for (const table of engine.tables)
    for (const action of table.actions)
      widthsOf.set(
        `${table.name} ${action.name}`,
        action.params.map((p) => p.widthBits),
      );
  const widths = (entry: Reached): number[] => widthsOf.get(`${entry.table} ${entry.action}`) ?? [];
  // Entries the control plane put there; those the text itself declares cannot be changed.
  const changeable = new Set(program.pages.map((_, slot) => `lookup_${slot}`))
    .add("sequencer")
    .add("weights")
    .add("translate");
  const pool = reachedEntries(engine, requests).filter(
    (e) => widths(e).length > 0 && changeable.has(e.table.slice(e.table.lastIndexOf(".") + 1)),
  );
  const report: MutationReport = {
    reached: pool.length,
    flips: 0,
    reported: 0,
    byPackets: 0,
    byEntries: 0,
    missed: [],
  };
  while (report.flips < count && pool.length > 0 && !progress.cancelled) {
    const [chosen] = pool.splice(random.integer(0, pool.length - 1), 1);
    const stored = engine.entries(chosen.table).find((e) => e.handle === chosen.handle)!.entry;
    const bits = widths(chosen);
    const bit = random.integer(0, bits.reduce((a, b) => a + b, 0) - 1);
    engine.modify(chosen.table, chosen.handle, stored.action, flipBit(stored.args, bits, bit));
    const packets = new Tally("microcode to P4", "packets");
    const entries = new Tally("microcode to entries", "entries");
    try {
      const request = requests[chosen.image];
      const expected = expectedRun(schedule, request, CLIENT_PORT);
      comparePackets(schedule, chosen.image, expected.packets, observePackets(engine, request), packets);
      checkEntries(engine, wanted, entries, chosen);
    } finally {
      engine.modify(chosen.table, chosen.handle, stored.action, stored.args);
    }
    report.flips++;
    if (packets.different > 0) report.byPackets++;
    if (entries.different > 0) report.byEntries++;
    if (packets.different > 0 || entries.different > 0) report.reported++;
    else report.missed.push(`${chosen.table}, entry ${chosen.handle}, bit ${bit}`);
    progress.update("flip bits", report.flips, count);
  }
  return report;
}
