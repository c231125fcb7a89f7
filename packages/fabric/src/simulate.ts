import { noProgress } from "@matchmul/common";
import { Clients } from "./clients.js";
import { error } from "./diagnostics.js";
import { firstTimeout, passesOf } from "./estimate.js";
import { makeExecutor } from "./executor.js";
import { Malformed } from "./malformed.js";
import { checkOptions, type SimulateOptions } from "./options.js";
import { Partition, type PartitionSetup } from "./partition.js";
import { makeReport, type SimulationReport } from "./report.js";
import { type Driver, LocalDriver, ThreadsDriver } from "./threads.js";
import { type Wiring, wire } from "./wiring.js";

/**
 * Runs requests through a network of pipes, packet by packet, in simulated time.
 *
 * Time passes as the profiles and the topology say: a pass takes what its placement takes, a pipe admits a packet a clock,
 * every port sends one packet after the other at its rate. The same options give the same report, whatever `threads` is.
 *
 * @throws MatchMulError fabric-option, fabric-input, fabric-switch, fabric-port, fabric-executor, fabric-cancelled
 */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  checkOptions(options);
  const { network, topology, progress = noProgress, signal, executors } = options;
  const wiring = await wire(network, topology, options);
  const requests = options.requests ?? options.inputs.length;
  const seed = options.seed ?? 1;
  const threads = Math.min(options.threads ?? 1, network.pipes.length);
  const setup = partitionSetup(options, wiring, shareOut(passesOf(network), threads), seed);
  const { loss, duplicate, reorder, stale } = setup.faults;
  const malformed = options.malformed ? new Malformed(network, options.malformed, seed) : null;
  const checkSlots =
    options.checkSlots ??
    (loss + duplicate + reorder + stale > 0 || malformed !== null || setup.restarts.length > 0);
  const most = network.hosts.flatMap((h, i) => h.slots.filter((slot) => !malformed?.owns(i, slot))).length;
  const concurrency = Math.min(options.concurrency ?? 1, most);
  if (most === 0)
    throw error("fabric-option", "malformed", options.malformed, "0 where a network has one slot");
  const firstTimeoutNs = options.firstTimeoutNs ?? firstTimeout(network, wiring, concurrency);

  let partition: Partition;
  const clients: Clients = new Clients(
    network,
    wiring.hosts.map((h) => h.hostNs),
    wiring.lookaheadNs,
    {
      requests,
      concurrency,
      inputs: options.inputs,
      reference: options.reference,
      attempts: options.attempts ?? 32,
      timeoutFactor: options.timeoutFactor ?? 3,
      firstTimeoutNs,
      checkSlots,
      onAnswer: options.onAnswer,
    },
    () => partition,
    malformed,
  );
  const mine = (me: number) => executors.map((spec, p) => (setup.owners[p] === me ? spec : null));
  const made = await Promise.all(mine(0).map((spec) => (spec === null ? null : makeExecutor(spec))));
  partition = new Partition(setup, 0, made, clients);
  const quiet = () => clients.quietNs;
  const driver: Driver =
    threads === 1
      ? new LocalDriver(partition, quiet, wiring.lookaheadNs)
      : await ThreadsDriver.start(
          partition,
          Array.from({ length: threads - 1 }, (_, t) => ({ setup, me: t + 1, executors: mine(t + 1) })),
          wiring.lookaheadNs,
          quiet,
        );
  try {
    options.onReady?.();
    clients.start();
    const checkCancelled = () => {
      if (signal?.aborted || progress.cancelled) throw error("fabric-cancelled");
    };
    while (!clients.done && driver.nextTime < Number.POSITIVE_INFINITY) {
      checkCancelled();
      await driver.advance(Number.POSITIVE_INFINITY);
      progress.update("requests", clients.requestsDone, requests);
    }
    // What is left over goes nowhere in the end, or it goes round for ever.
    const end = clients.finishedNs + (options.drainNs ?? 100 * firstTimeoutNs);
    while (driver.nextTime < end) {
      checkCancelled();
      await driver.advance(end);
    }
    return makeReport(
      {
        network: network.name,
        topology: network.topology,
        seed,
        requests,
        concurrency,
        checkedSlots: checkSlots,
        simulatedNs: clients.finishedNs,
        leftOver: driver.pending,
      },
      wiring,
      clients.statistics,
      await driver.statistics(),
    );
  } finally {
    await driver.close();
  }
}

function partitionSetup(
  options: SimulateOptions,
  wiring: Wiring,
  owners: number[],
  seed: number,
): PartitionSetup {
  const { topology, network } = options;
  return {
    wiring,
    owners,
    faults: {
      loss: options.loss ?? 0,
      duplicate: options.duplicate ?? 0,
      reorder: options.reorder ?? 0,
      stale: options.stale ?? 0,
      reorderNs: options.reorderNs ?? 5000,
      seed,
      inside: options.faultsInside ?? false,
    },
    restarts: (options.restarts ?? []).map(({ switch: name, atNs, downNs = 0 }) => {
      const at = wiring.switches.indexOf(name);
      if (at < 0) throw error("fabric-switch", network.name, topology.name, name);
      return { at, timeNs: atNs, downNs };
    }),
    queueBytes: options.queueBytes ?? Number.POSITIVE_INFINITY,
  };
}

/** Which thread runs which pipe: the busiest pipe to the least busy thread, one after the other. */
function shareOut(passes: readonly number[], threads: number): number[] {
  const load = Array<number>(threads).fill(0);
  const owners = passes.map(() => 0);
  const order = passes.map((_, p) => p).sort((a, b) => passes[b] - passes[a] || a - b);
  for (const p of order) {
    const least = load.indexOf(Math.min(...load));
    owners[p] = least;
    // A pipe without work of its own still forwards.
    load[least] += passes[p] + 1;
  }
  return owners;
}
