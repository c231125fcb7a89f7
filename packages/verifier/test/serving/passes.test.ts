import { Random } from "@matchmul/common";
import { controlEntries } from "@matchmul/emitter";
import { type ServePipe, serveMachine } from "@matchmul/planner";
import { describe, expect, it } from "vitest";
import { networkOf, randomMerge, randomPacket, randomTile, randomTransit } from "./random-pipe.js";
import { enginesOf, loopbackOf, readable, servingTargets } from "./step.js";

const PACKETS = 3000;

const makers: Record<string, (random: Random, loopback: number, target: string) => ServePipe> = {
  tile: randomTile,
  merge: randomMerge,
  transit: randomTransit,
};

describe.each(servingTargets)("one pass of %s", (target) => {
  it.each([
    ["tile", 1],
    ["tile", 2],
    ["tile", 3],
    ["tile", 4],
    ["tile", 5],
    ["merge", 6],
    ["merge", 7],
    ["transit", 8],
  ])("is the interpreter's for any packet: random %s pipe %i", (program, seed) => {
    const random = new Random(seed);
    const pipe = makers[program](random, loopbackOf[target], target);
    const machine = serveMachine(pipe);
    const [engine] = enginesOf(networkOf(pipe), target, false);
    const actions = new Set<string>();
    engine.observe({
      table: (table, handle, action) => void (handle >= 0 && actions.add(`${table} ${action}`)),
    });
    let sent = 0;
    for (let i = 0; i < PACKETS; i++) {
      const { port, bytes } = randomPacket(random, pipe, i);
      const expected = machine.process(port, bytes);
      const actual = engine.process(port, bytes);
      sent += expected.length;
      expect({ in: readable([{ port, bytes }]), out: readable(actual) }, `packet ${i}`).toEqual({
        in: readable([{ port, bytes }]),
        out: readable(expected),
      });
    }
    // There was something to compare: packets that go on, and every action that entries have.
    expect(sent).toBeGreaterThan(PACKETS / 4);
    const given = new Set<string>();
    for (const { table, action, control = "Serve" } of controlEntries(pipe, target))
      given.add(`${control}.${table} ${control}.${action}`);
    expect([...given].filter((action) => !actions.has(action))).toEqual([]);
    const { malformed, refused, unrouted, stale, stored } = machine.drops;
    expect(Math.min(malformed, refused, unrouted)).toBeGreaterThan(0);
    if (program !== "transit") expect(Math.min(stale, stored)).toBeGreaterThan(0);
    if (program === "tile") expect(machine.drops.unspawned).toBeGreaterThan(0);
    // BMv2's program counts what it drops, by cause.
    const dropped = engine.objects.counters.get("Serve.dropped");
    if (dropped === undefined) return;
    const [cut, foreign, lost, noSlot, noStep, noTask, old, unfed] = dropped.packets;
    expect([cut + noSlot + noStep + noTask, foreign + lost, old, unfed]).toEqual([
      malformed,
      refused + unrouted,
      stale,
      machine.drops.unspawned,
    ]);
    expect(Math.min(cut, foreign)).toBeGreaterThan(0);
  });
});
