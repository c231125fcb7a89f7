import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { machineExecutors, p4Executors, type SimulationReport, simulate } from "../src/index.js";
import { randomNetwork } from "../src/testing/index.js";

const withoutCounters = (report: SimulationReport) => ({
  ...report,
  pipes: report.pipes.map(({ counters, ...pipe }) => pipe),
});

const faults = { loss: 0.05, duplicate: 0.1, reorder: 0.1, stale: 0.05, malformed: 100 } as const;

test.each([
  [1, "v1model"],
  [5, "v1model"],
  [5, "tna"],
] as const)(
  "emitted P4 and the interpreter give the same report to the last packet, network %i, %s",
  async (seed, target) => {
    const small = randomNetwork(new Random(seed));
    const options = {
      ...small,
      ...faults,
      seed,
      requests: 30,
      concurrency: 4,
      restarts: [{ switch: small.topology.switches[0].name, atNs: 150_000 }],
    };
    const machine = await simulate({ ...options, executors: machineExecutors(small.network) });
    expect(machine).toMatchObject({ wrong: 0, leftOver: 0, malformed: 100, usableSlots: machine.slots });
    expect(machine.equal).toBe(machine.accepted);
    expect(machine.accepted).toBeGreaterThan(25);
    const p4 = await simulate({ ...options, executors: p4Executors(small.network, target) });
    expect(withoutCounters(p4)).toEqual(withoutCounters(machine));
  },
);

test("pipes on threads share their lookup tables and give the same report", async () => {
  const small = randomNetwork(new Random(7));
  const options = {
    ...small,
    ...faults,
    requests: 40,
    concurrency: 3,
    executors: machineExecutors(small.network),
  };
  const one = await simulate(options);
  expect(await simulate({ ...options, threads: 2 })).toEqual(one);
  expect(await simulate({ ...options, threads: 3 })).toEqual(one);
});
