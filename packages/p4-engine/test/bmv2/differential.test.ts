import { describe, expect, it } from "vitest";
import { Device, runCommands } from "../../src/control/index.js";
import { Random } from "../../src/externs/index.js";
import { loadProgram } from "../../src/index.js";
import { bmv2IsHere, runSimpleSwitch } from "./simple-switch.js";
import { randomTile } from "./tile-program.js";

const PORTS = 4;
/** More programs, and others, on request. */
const count = Number(process.env.P4_DIFFERENTIAL_PROGRAMS ?? 2);
const firstSeed = Number(process.env.P4_DIFFERENTIAL_SEED ?? 1);

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Where p4c-bm2-ss and simple_switch are on PATH. Copies of several packets may leave in any order. */
describe.skipIf(!bmv2IsHere())("random programs of the tile kernel's shape", () => {
  for (let seed = firstSeed; seed < firstSeed + count; seed++)
    it(`send what simple_switch sends (seed ${seed})`, async () => {
      const { program, commands, packets } = randomTile(new Random(seed));
      const engine = loadProgram(program, { file: "tile.p4" });
      runCommands(new Device(engine), commands.join("\n"));
      const ours: string[][] = Array.from({ length: PORTS }, () => []);
      for (const packet of packets)
        for (const { port, bytes } of engine.process(0, packet)) ours[port].push(hex(bytes));
      const expectedBytes = ours.map((sent) => sent.reduce((sum, p) => sum + 16 + p.length / 2, 24));
      const theirs = await runSimpleSwitch({ program, commands, packets, ports: PORTS, expectedBytes });
      for (let port = 0; port < PORTS; port++)
        expect(ours[port].sort(), `port ${port}`).toEqual(theirs[port].map(hex).sort());
      expect(ours.flat().length).toBeGreaterThan(10);
    });
});
