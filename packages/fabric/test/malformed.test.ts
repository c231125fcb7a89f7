import { describe, expect, test } from "vitest";
import { Malformed } from "../src/malformed.js";
import { isServePacket, readField, requestPackets } from "../src/packets.js";
import { relayNetwork } from "./relay.js";

describe.each([
  [1, 1],
  [1, 3],
  [3, 2],
])("%i hosts with %i slots", (hosts, slots) => {
  const { network } = relayNetwork(2, hosts, slots);
  const malformed = new Malformed(network, 3000, 7);
  const [template] = requestPackets(network.request, [1, 2, 3, 4], 0, 9);
  const made = [0.25, 0.5, 0.75, 1].flatMap((share) => [...malformed.beside([template], share)]);

  test("as many as were asked for, of all sorts", () => {
    expect(made.length).toBe(3000);
    const kinds = made.map(({ bytes }) => (isServePacket(bytes) ? readField(bytes, "kind") : -1));
    for (const kind of [-1, 1, 2, 3, 4, 5, 6])
      expect(kinds.filter((k) => k === kind).length).toBeGreaterThan(30);
    expect(new Set(made.map(({ from }) => from)).size).toBe(hosts);
    expect(made.some(({ bytes }) => bytes.length < 14)).toBe(true);
  });

  test("a host attacks no slot that its own clients use", () => {
    let nonsense = 0;
    for (const { from, bytes } of made) {
      if (!isServePacket(bytes) || readField(bytes, "kind") !== 1) continue;
      const slot = readField(bytes, "slot");
      if (!network.hosts[from].slots.includes(slot)) continue;
      expect(malformed.owns(from, slot)).toBe(true);
      expect(readField(bytes, "epoch")).toBeLessThanOrEqual(malformed.epochOf(slot));
      nonsense++;
    }
    // A host with one slot has none to spare.
    expect(nonsense > 0).toBe(slots > 1 || hosts > 1);
    const usable = network.hosts.flatMap((h, i) => h.slots.filter((slot) => !malformed.owns(i, slot)));
    expect(usable.length).toBeGreaterThan(0);
  });
});
