import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@matchmul/common";
import { servePipes } from "@matchmul/emitter";
import {
  answerToHost,
  decodeServePacket,
  lowerServing,
  requestFromHost,
  requestPackets,
  ServeKind,
  serveLayers,
  withoutOuter,
} from "@matchmul/planner";
import { randomConvolutional, randomInput, randomModel } from "@matchmul/planner/testing";
import { makeTopology } from "@matchmul/profiles";
import { runInt8 } from "@matchmul/reference";
import { describe, expect, it } from "vitest";
import { planOf } from "../../../planner/test/serving/plans.js";
import { missingBmv2Tools, runOnBmv2 } from "../../src/index.js";
import { ipv4, ipv6 } from "./random-pipe.js";

const missing = missingBmv2Tools();

const without = missing.length > 0 ? ` (no ${missing.join(", ")})` : "";

describe.skipIf(missing.length > 0)(`serving on BMv2${without}`, () => {
  it.each([
    ["fully connected layers, bare", randomModel(new Random(12), [24, 70, 33, 40], true), undefined],
    ["fully connected layers, over IPv6", randomModel(new Random(12), [24, 70, 33, 40], true), ipv6],
    ["convolution and max pooling, over IPv4", randomConvolutional(new Random(10)), ipv4],
  ])(
    "answers requests of several slots at once with the int8 model's logits: %s",
    async (_, model, address) => {
      const random = new Random(5);
      const layers = serveLayers(model);
      const made = makeTopology("single", {}, { profile: "bmv2" });
      const topology = { ...made, hosts: made.hosts.map((host) => ({ ...host, address })) };
      const pipe = { switch: topology.switches[0].name, pipe: 0 };
      const ways = layers.map((_, l) => ({ way: { g: [8, 4, 2][l % 3] }, pipes: [pipe] }));
      const slots = 4;
      const network = lowerServing(model, planOf(layers, topology, ways), topology, { slots });
      const inputs = Array.from({ length: slots }, () => randomInput(random, model));
      const requests = inputs.map((input, slot) => requestPackets(network, input, { slot, epoch: 1 + slot }));
      // Their parts mixed.
      const packets = requests[0]
        .flatMap((_, part) => requests.map((request) => request[part]))
        .map((bytes) => (address === undefined ? bytes : requestFromHost(bytes, address)));

      const [{ program, entries }] = servePipes(network, { target: "v1model" });
      const folder = mkdtempSync(join(tmpdir(), "matchmul-serving-"));
      try {
        const files = { program: join(folder, "serve.p4"), entries: join(folder, "entries.txt") };
        writeFileSync(files.program, program.text);
        writeFileSync(files.entries, entries());
        const parts = Math.ceil(network.logits / 32);
        const [{ port }] = network.hosts;
        const out = await runOnBmv2({ ...files, packets, port, expected: slots * parts });
        expect(out).toHaveLength(slots * parts);
        const logits = inputs.map(() => new Int32Array(parts * 32));
        for (const { bytes } of out) {
          const { header, payload } = decodeServePacket(bytes)!;
          const bare = withoutOuter(bytes)!;
          // Addresses, lengths and checksums.
          expect(Uint8Array.from(bytes)).toEqual(
            Uint8Array.from(address === undefined ? bare : answerToHost(bare, address)),
          );
          expect([header.kind, header.epoch]).toEqual([ServeKind.answer, 1 + header.slot]);
          const view = new DataView(payload.buffer, payload.byteOffset);
          for (let m = 0; m < 32; m++) logits[header.slot][header.index * 32 + m] = view.getInt32(m * 4);
        }
        expect(logits.map((values) => values.slice(0, network.logits))).toEqual(
          inputs.map((input) => runInt8(model, input).logits),
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
