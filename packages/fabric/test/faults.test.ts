import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { machineExecutors, p4Executors, simulate } from "../src/index.js";
import { campaignRun, faultMixes, randomNetwork, totalOf } from "../src/testing/index.js";

test("under every mix of faults no accepted answer is wrong, and no slot is lost", async () => {
  const runs = [];
  for (const [i, mix] of faultMixes.entries())
    runs.push(
      await campaignRun(40 + i, mix, machineExecutors, { requests: 60, passes: 20_000, malformed: 1 }),
    );
  runs.push(
    await campaignRun(60, faultMixes[2], (network) => p4Executors(network, "v1model"), {
      requests: 20,
      malformed: 1,
    }),
  );
  const total = totalOf(runs);
  expect(total).toMatchObject({ wrong: 0, equal: total.accepted, leftOver: 0 });
  expect(total.accepted + total.timedOut).toBe(total.requests);
  expect(total.accepted).toBeGreaterThan(250);
  expect(total.usableSlots).toBe(total.slots);
  for (const count of [total.malformed, total.lost, total.duplicated, total.delayed, total.replayed])
    expect(count).toBeGreaterThan(100);
  expect(total.restarts).toBeGreaterThan(10);
});

test("a run is made again by its seed", async () => {
  const again = () => campaignRun(50, faultMixes[4], machineExecutors, { requests: 30, malformed: 1 });
  expect(await again()).toEqual(await again());
});

test("where two requests share an epoch the same faults give wrong answers", async () => {
  const module = new URL("shared-epochs.ts", import.meta.url).href;
  let wrong = 0;
  for (const seed of [12, 18, 30]) {
    const small = randomNetwork(new Random(seed));
    const options = {
      ...small,
      requests: 60,
      concurrency: 4,
      loss: 0.1,
      duplicate: 0.2,
      reorder: 0.2,
      attempts: 12,
    };
    const executors = machineExecutors(small.network);
    expect(await simulate({ ...options, executors })).toMatchObject({ wrong: 0 });
    const weakened = executors.map(({ argument }) => ({ module, argument }));
    wrong += (await simulate({ ...options, executors: weakened })).wrong;
    if (wrong > 0) break;
  }
  expect(wrong).toBeGreaterThan(0);
});
