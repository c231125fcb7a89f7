import {
  decodeServePacket,
  encodeServePacket,
  requestFromHost,
  requestPackets,
  ServeKind,
  ServeRunner,
} from "@matchmul/planner";
import { randomInput } from "@matchmul/planner/testing";
import { runInt8 } from "@matchmul/reference";
import { describe, expect, it } from "vitest";
import { randomNetwork } from "./networks.js";
import { ipv4, ipv6 } from "./random-pipe.js";
import { enginesOf, registersOf, servingTargets } from "./step.js";

/** A copy of a packet with fields of its header changed. */
function changed(bytes: Uint8Array, fields: Record<string, number>): Uint8Array {
  const packet = decodeServePacket(bytes)!;
  return encodeServePacket({ ...packet, header: { ...packet.header, ...fields } });
}

const withByte = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
};

describe.each(servingTargets)("malformed packets on %s", (target) => {
  it("are dropped and touch nothing, and the next request is answered", () => {
    const { model, network, random } = randomNetwork(21, target);
    const engines = enginesOf(network, target, true);
    const runner = new ServeRunner(network);
    for (const [i, machine] of runner.machines.entries())
      machine.process = (port, bytes) => engines[i].process(port, bytes);
    const input = randomInput(random, model);
    expect(runner.infer(input, { slot: 0, epoch: 5 })).toEqual(runInt8(model, input).logits);

    const before = engines.map(registersOf);
    const [host] = network.hosts.filter(({ slots }) => slots.includes(0));
    const requests = requestPackets(network, input, { slot: 0, epoch: 9 });
    const [good] = requests;
    const bad: Uint8Array[] = [];
    for (let length = 0; length < 46; length++) bad.push(good.subarray(0, length));
    // A worker, a part of a layer's input, an answer ... of the host's own making.
    for (const kind of [0, ...Object.values(ServeKind), 7, 255])
      if (kind !== ServeKind.request) bad.push(changed(good, { kind }));
    for (const version of [0, 1, 3]) bad.push(changed(good, { version }));
    bad.push(changed(good, { index: requests.length }), changed(good, { index: 0xffff }));
    bad.push(withByte(good, 12, 0x08), withByte(good, 13, 0));
    for (const slot of [2, 3, 0xffff]) bad.push(changed(good, { slot }));
    // Of another host's slot, where there is one.
    for (const { slots } of network.hosts.filter((other) => other !== host))
      for (const slot of slots) bad.push(changed(good, { slot }));
    // Over UDP: cut off, not for us, fragments, options, an IPv6 header between.
    for (const address of [ipv4, ipv6]) {
      const frame = requestFromHost(good, address);
      const udp = address === ipv4 ? 34 : 54;
      for (let length = 0; length < udp + 40; length++) bad.push(frame.subarray(0, length));
      const outer: [number, number][] =
        address === ipv4
          ? [
              [14, 0x46],
              [14, 0x65],
              [20, 0x20],
              [20, 0x41],
              [21, 1],
              [23, 6],
              [12, 0x86],
            ]
          : [
              [14, 0x40],
              [20, 44],
              [20, 6],
              [12, 0x08],
            ];
      for (const [at, value] of [...outer, [udp + 2, 0], [udp + 3, 0]]) bad.push(withByte(frame, at, value));
    }
    for (const bytes of bad) runner.inject(host.node, bytes);
    expect(runner.run()).toEqual([]);
    expect(engines.map(registersOf)).toEqual(before);

    // What a host writes into fields that are not its own has no effect.
    const odd = requests.map((bytes) =>
      changed(bytes, {
        epoch: 10,
        parse: 1,
        layer: 3,
        destination: 2,
        reply: 77,
        reserved: 255,
        pc: 1,
        task: 4,
        address: 3,
        base: 7,
        state: 5,
        row: 256,
        source: 9,
      }),
    );
    for (const [i, bytes] of odd.entries()) {
      // Over UDP or not, whatever its addresses, lengths and checksums.
      const over = [ipv4, undefined, ipv6][i % 3];
      const frame = over === undefined ? bytes : requestFromHost(bytes, over);
      if (over !== undefined)
        for (const at of over === ipv4
          ? [15, 16, 17, 19, 22, 24, 30, 34, 38, 41]
          : [15, 18, 21, 30, 54, 58, 61])
          frame[at] ^= 0xff;
      runner.inject(host.node, frame);
    }
    const { logits } = runInt8(model, input);
    const answers = runner.run();
    expect(answers).toHaveLength(Math.ceil(logits.length / 32));
    for (const { host: to, epoch, index, lanes } of answers) {
      expect([to, epoch]).toEqual([host.node, 10]);
      expect([...lanes].slice(0, logits.length - index * 32)).toEqual([
        ...logits.slice(index * 32, index * 32 + 32),
      ]);
    }
  });

  it("that look like the switches' own are dropped where layer, slot, pc or parse are unknown", () => {
    const { model, network, random } = randomNetwork(22, target);
    const runner = new ServeRunner(network);
    const engines = enginesOf(network, target, false);
    let dropped = 0;
    for (const [i, machine] of runner.machines.entries()) {
      const { pipe } = machine;
      machine.process = (port, bytes) => {
        const packet = decodeServePacket(bytes)!;
        const { kind } = packet.header;
        const wrong: Uint8Array[] = [];
        if (pipe.links.includes(port)) wrong.push(changed(bytes, { destination: 999 }));
        if (pipe.loopbacks.includes(port)) {
          wrong.push(changed(bytes, { layer: 200 }), changed(bytes, { kind: ServeKind.request }));
          wrong.push(changed(bytes, { kind: ServeKind.answer }), changed(bytes, { kind: 99 }));
          if (kind === ServeKind.data || kind === ServeKind.partial)
            wrong.push(changed(bytes, { slot: 200 }));
          else {
            if (pipe.program === "tile")
              wrong.push(changed(bytes, { pc: 0x7777 }), changed(bytes, { parse: 200 }));
            // Cut off within what this pass reads.
            const parse =
              pipe.program === "tile" && pipe.parses.find(({ id }) => id === packet.header.parse)!.parse;
            const cut = parse && parse.kind === "skip" && parse.skip === 0 ? 45 : 46;
            wrong.push(bytes.subarray(0, cut));
          }
        }
        if (random.next() < 0.2) {
          const before = registersOf(engines[i]);
          for (const packet of wrong) expect(engines[i].process(port, packet)).toEqual([]);
          expect(registersOf(engines[i])).toEqual(before);
          dropped += wrong.length;
        }
        return engines[i].process(port, bytes);
      };
    }
    const input = randomInput(random, model);
    expect(runner.infer(input, { slot: 1, epoch: 1 })).toEqual(runInt8(model, input).logits);
    expect(dropped).toBeGreaterThan(30);
  });

  it("that end early leave a layer waiting; the whole request completes it", () => {
    const { model, network, random } = randomNetwork(23, target);
    const engines = enginesOf(network, target, true);
    const runner = new ServeRunner(network);
    for (const [i, machine] of runner.machines.entries())
      machine.process = (port, bytes) => engines[i].process(port, bytes);
    const [host] = network.hosts.filter(({ slots }) => slots.includes(0));
    const input = randomInput(random, model);
    const requests = requestPackets(network, input, { slot: 0, epoch: 3 });
    for (const [i, bytes] of requests.entries())
      runner.inject(host.node, i === 0 ? bytes.subarray(0, bytes.length - 1) : bytes);
    expect(runner.run()).toEqual([]);
    runner.request(input, { slot: 0, epoch: 3, attempt: 1 });
    const { logits } = runInt8(model, input);
    const answers = runner.run();
    expect(answers.length).toBeGreaterThan(0);
    for (const { index, lanes } of answers)
      expect([...lanes].slice(0, logits.length - index * 32)).toEqual([
        ...logits.slice(index * 32, index * 32 + 32),
      ]);
  });
});
