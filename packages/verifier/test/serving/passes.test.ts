import { Random } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { serveMachine } from "../../../planner/src/serving/machine.js";
import { networkOf, randomMerge, randomPacket, randomTile } from "./random-pipe.js";
import { loopbackOf, servingTargets, steppers } from "./step.js";

const PACKETS = 3000;

const readable = (packets: { port: number; bytes: Uint8Array }[]): string[] =>
  packets.map(({ port, bytes }) => `${port}: ${Buffer.from(bytes).toString("hex")}`).sort();

describe.each(servingTargets)("one pass of %s", (target) => {
  it.each([
    ["tile", 1],
    ["tile", 2],
    ["tile", 3],
    ["tile", 4],
    ["tile", 5],
    ["merge", 6],
    ["merge", 7],
  ])("is the interpreter's for any packet: random %s pipe %i", (program, seed) => {
    const random = new Random(seed);
    const pipe = (program === "tile" ? randomTile : randomMerge)(random, loopbackOf[target]);
    const machine = serveMachine(pipe);
    const [engine] = steppers(networkOf(pipe), target);
    let sent = 0;
    for (let i = 0; i < PACKETS; i++) {
      const { port, bytes } = randomPacket(random, pipe);
      const expected = machine.process(port, bytes);
      const actual = engine.process(port, bytes);
      sent += expected.length;
      expect(
        { packet: i, in: readable([{ port, bytes }]), out: readable(actual) },
        JSON.stringify(machine.drops),
      ).toEqual({ packet: i, in: readable([{ port, bytes }]), out: readable(expected) });
    }
    expect(sent).toBeGreaterThan(PACKETS / 4);
    // Every cause of dropping a packet occurred.
    const { malformed, refused, unrouted, stale, stored } = machine.drops;
    expect(Math.min(malformed, refused, unrouted, stale, stored)).toBeGreaterThan(0);
  });
});
