import { Random } from "@matchmul/common";
import type { ServeNetwork } from "@matchmul/planner";
import type { ExecutorSpec } from "../executor.js";
import type { SimulateOptions } from "../options.js";
import type { SimulationReport } from "../report.js";
import { simulate } from "../simulate.js";
import { randomNetwork } from "./networks.js";

/** What a campaign does to one network. */
export interface FaultMix {
  name: string;
  loss: number;
  /** Of duplication and of reordering. */
  disorder: number;
  stale: number;
  /** Restarts of a random switch in the time of so many inferences, on average; 0: none. */
  restartEvery: number;
  /** On loopback ports too. */
  inside?: boolean;
  /** Times that a request is sent. */
  attempts: number;
}

export const faultMixes: readonly FaultMix[] = [
  { name: "none", loss: 0, disorder: 0, stale: 0, restartEvery: 0, attempts: 32 },
  { name: "loss 1 %, disorder 5 %", loss: 0.01, disorder: 0.05, stale: 0.01, restartEvery: 0, attempts: 32 },
  {
    name: "loss 5 %, disorder 10 %, restarts",
    loss: 0.05,
    disorder: 0.1,
    stale: 0.05,
    restartEvery: 30,
    attempts: 32,
  },
  { name: "loss 10 %, disorder 20 %", loss: 0.1, disorder: 0.2, stale: 0.05, restartEvery: 0, attempts: 32 },
  {
    name: "loss 10 %, disorder 20 %, restarts, 4 attempts",
    loss: 0.1,
    disorder: 0.2,
    stale: 0.1,
    restartEvery: 20,
    attempts: 4,
  },
  {
    name: "disorder 20 %, stale 10 %, restarts",
    loss: 0,
    disorder: 0.2,
    stale: 0.1,
    restartEvery: 10,
    attempts: 32,
  },
  {
    name: "loss 0.1 %, disorder 2 %, restarts, loopbacks too",
    loss: 0.001,
    disorder: 0.02,
    stale: 0.01,
    restartEvery: 50,
    inside: true,
    attempts: 32,
  },
];

export interface CampaignRun {
  seed: number;
  mix: FaultMix;
  report: SimulationReport;
  restarts: number;
}

/**
 * A random network made from the seed, under one mix of faults: the same seed gives the same run.
 * @param executorsOf what executes the pipes
 * @param malformed of so many for each request
 * @param passes of a network whose requests take so many passes that these do not last, fewer are sent
 */
export async function campaignRun(
  seed: number,
  mix: FaultMix,
  executorsOf: (network: ServeNetwork) => ExecutorSpec[],
  {
    requests: most,
    passes = Number.POSITIVE_INFINITY,
    malformed: share,
  }: { requests: number; passes?: number; malformed: number },
): Promise<CampaignRun> {
  const random = new Random(seed);
  const small = randomNetwork(random);
  const executors = executorsOf(small.network);
  const calm = await simulate({ ...small, executors, requests: 1 });
  const requests = Math.min(most, Math.max(50, Math.floor(passes / calm.passes)));
  const malformed = Math.ceil(requests * share);
  const restarts: NonNullable<SimulateOptions["restarts"]>[number][] = [];
  const used = small.topology.switches.filter((s) => small.network.pipes.some((p) => p.switch === s.name));
  if (mix.restartEvery > 0)
    for (let time = 0; restarts.length < requests; ) {
      time += 2 * random.next() * mix.restartEvery * calm.latencyNs.p50;
      const { name } = used[random.integer(0, used.length - 1)];
      restarts.push({ switch: name, atNs: time, downNs: random.next() < 0.5 ? 0 : calm.latencyNs.p50 });
    }
  const report = await simulate({
    ...small,
    executors,
    seed,
    requests,
    malformed,
    concurrency: random.integer(1, small.network.slots),
    loss: mix.loss,
    duplicate: mix.disorder,
    reorder: mix.disorder,
    stale: mix.stale,
    faultsInside: mix.inside,
    attempts: mix.attempts,
    restarts,
    checkSlots: true,
  });
  return { seed, mix, report, restarts: restarts.filter((r) => r.atNs <= report.simulatedNs).length };
}

/** Sums over several runs. */
export interface CampaignTotal {
  runs: number;
  requests: number;
  accepted: number;
  equal: number;
  wrong: number;
  timedOut: number;
  sent: number;
  passes: number;
  lost: number;
  duplicated: number;
  delayed: number;
  replayed: number;
  restarts: number;
  malformed: number;
  slots: number;
  usableSlots: number;
  leftOver: number;
}

export function totalOf(runs: readonly CampaignRun[]): CampaignTotal {
  const sum = (of: (run: CampaignRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    runs: runs.length,
    requests: sum((r) => r.report.requests),
    accepted: sum((r) => r.report.accepted),
    equal: sum((r) => r.report.equal),
    wrong: sum((r) => r.report.wrong),
    timedOut: sum((r) => r.report.timedOut),
    sent: sum((r) => r.report.sent),
    passes: sum((r) => r.report.passes),
    lost: sum((r) => r.report.drops.loss),
    duplicated: sum((r) => r.report.duplicated),
    delayed: sum((r) => r.report.delayed),
    replayed: sum((r) => r.report.replayed),
    restarts: sum((r) => r.restarts),
    malformed: sum((r) => r.report.malformed),
    slots: sum((r) => r.report.slots),
    usableSlots: sum((r) => r.report.usableSlots ?? 0),
    leftOver: sum((r) => r.report.leftOver),
  };
}
