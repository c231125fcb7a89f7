import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { type SimulateOptions, type SimulationReport, simulate } from "../src/index.js";
import { elements, relayNetwork, tripled } from "./relay.js";

const random = new Random(5);
const inputs = Array.from({ length: 20 }, () =>
  Int8Array.from({ length: elements }, () => random.integer(-128, 127)),
);

function run(
  options: Partial<SimulateOptions> & {
    switches?: number;
    hosts?: number;
    slots?: number;
    passes?: number;
  } = {},
): Promise<SimulationReport> {
  const { switches = 3, hosts = 2, slots = 3, passes = 5, ...rest } = options;
  const relay = relayNetwork(switches, hosts, slots, passes);
  return simulate({
    ...relay,
    inputs,
    firstTimeoutNs: 50_000,
    reference: (i) => tripled(inputs[i]),
    ...rest,
  });
}

test("an idle network takes what its parts take", async () => {
  const passes = 7;
  const report = await run({ switches: 1, hosts: 1, passes, requests: 1, hostNs: 700 });
  expect(report).toMatchObject({ accepted: 1, equal: 1, wrong: 0, sent: 1, leftOver: 0, passes: passes + 1 });
  // Tofino: parser 100, 12 stages of 2 cycles, deparser 50, traffic manager 250, recirculation 100; 100 Gb/s, 50 ns.
  const through = 100 + 24 / 1.22 + 50 + 250;
  const frame = (bytes: number) => (8 * (Math.max(60, bytes) + 24)) / 100;
  const request = frame(46 + elements);
  const answer = frame(46 + 4 * elements);
  const loop = through + request + 100;
  expect(report.latencyNs.p50).toBeCloseTo(700 + request + 50 + passes * loop + through + answer + 50, 6);
});

test("the report counts passes, bytes and queues of every pipe and channel", async () => {
  const report = await run({ requests: 60, concurrency: 6 });
  expect(report).toMatchObject({ accepted: 60, equal: 60, timedOut: 0, concurrency: 6, leftOver: 0 });
  // Five passes in each of three switches, one at the host's port, one at each link there and back.
  expect(report.passes).toBe(60 * (3 * 5 + 1 + 4));
  expect(report.pipes.map((p) => p.passes)).toEqual([60 * (5 + 1 + 1), 60 * (5 + 1 + 1), 60 * (5 + 1)]);
  expect(report.channels.find((c) => c.name === "switch0:4 -> switch1:0")).toMatchObject({
    packets: 60,
    bytes: 60 * (60 + 24),
    lost: 0,
  });
  expect(report.loopbackBytes).toBe(60 * 15 * 84);
  expect(report.throughputPerSecond).toBeGreaterThan(1e5);
  expect(Math.max(...report.channels.map((c) => c.deepestQueueBytes))).toBeGreaterThan(84);
});

const faults = {
  loss: 0.1,
  duplicate: 0.2,
  reorder: 0.2,
  stale: 0.05,
  requests: 200,
  concurrency: 5,
} as const;

test("the report does not depend on threads", async () => {
  const options = { ...faults, malformed: 50, restarts: [{ switch: "switch1", atNs: 30_000, downNs: 2000 }] };
  const one = await run({ ...options, threads: 1 });
  expect(await run({ ...options, threads: 2 })).toEqual(one);
  expect(await run({ ...options, threads: 3 })).toEqual(one);
  expect(await run({ ...options, threads: 1 })).toEqual(one);
  expect(one.drops.restart).toBeGreaterThan(0);
  expect(await run({ ...options, seed: 2 })).not.toEqual(one);
});

test("what is lost is sent again, and every accepted answer is right", async () => {
  const report = await run({ ...faults, malformed: 300 });
  expect(report.wrong).toBe(0);
  expect(report.accepted + report.timedOut).toBe(200);
  expect(report.equal).toBe(report.accepted);
  expect(report.accepted).toBe(200);
  expect(report.sent).toBeGreaterThan(250);
  expect(report.malformed).toBe(300);
  expect(report.usableSlots).toBe(report.slots);
  expect(report.leftOver).toBe(0);
  for (const count of [report.drops.loss, report.duplicated, report.delayed, report.replayed])
    expect(count).toBeGreaterThan(20);
});

test("wrong answers are noticed", async () => {
  const report = await run({
    requests: 20,
    reference: (i) => tripled(inputs[i]).map((v, k) => v + (i === 3 && k === 2 ? 1 : 0)),
  });
  expect(report).toMatchObject({ accepted: 20, equal: 19, wrong: 1 });
});

test("a switch that stays down leads to time-outs, and its slots work afterwards", async () => {
  const report = await run({
    requests: 4,
    concurrency: 2,
    attempts: 3,
    firstTimeoutNs: 50_000,
    restarts: [{ switch: "switch2", atNs: 0, downNs: 800_000 }],
  });
  expect(report).toMatchObject({ accepted: 0, timedOut: 4, usableSlots: 6, slots: 6 });
});

test("a queue that is limited drops", async () => {
  const report = await run({ hosts: 6, slots: 8, concurrency: 48, requests: 200, queueBytes: 170 });
  expect(report.drops.overflow).toBeGreaterThan(0);
  expect(report.equal).toBe(200);
});

test("packets that never end are left over", async () => {
  const { executors, ...relay } = relayNetwork(1, 1, 1);
  const report = await simulate({
    ...relay,
    executors: executors.map((e) => ({ ...e, argument: { ...(e.argument as object), endless: true } })),
    inputs,
    requests: 1,
    attempts: 2,
    firstTimeoutNs: 10_000,
    drainNs: 50_000,
  });
  expect(report).toMatchObject({ accepted: 0, timedOut: 1, leftOver: 2 });
});

test.each([
  [{ loss: 1 }, "fabric-option"],
  [{ concurrency: 0 }, "fabric-option"],
  [{ threads: 1.5 }, "fabric-option"],
  [{ inputs: [] }, "fabric-option"],
  [{ executors: [] }, "fabric-option"],
  [{ inputs: [[1, 2]] }, "fabric-input"],
  [{ restarts: [{ switch: "none", atNs: 1 }] }, "fabric-switch"],
  [{ signal: AbortSignal.abort() }, "fabric-cancelled"],
])("%o is refused", async (options, code) => {
  await expect(run(options as Partial<SimulateOptions>)).rejects.toMatchObject({ code });
});
