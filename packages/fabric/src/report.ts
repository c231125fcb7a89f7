import type { ClientStatistics } from "./clients.js";
import type { PartitionStatistics } from "./partition.js";
import type { ChannelStatistics, Drops, PipeStatistics } from "./statistics.js";
import type { Channel, Wiring } from "./wiring.js";

export interface PipeReport extends PipeStatistics {
  name: string;
  /** Of the time from the first request to the end. */
  utilisation: number;
  /** What the program itself counted. */
  counters: Record<string, number>;
}

export interface ChannelReport extends ChannelStatistics {
  name: string;
  kind: Channel["kind"];
  utilisation: number;
}

/** Everything but wall-clock time: the same options give the same report. */
export interface SimulationReport {
  network: string;
  topology: string;
  seed: number;
  requests: number;
  concurrency: number;
  accepted: number;
  /** Of the accepted: equal to the reference, different from it. Neither where there was no reference. */
  equal: number;
  wrong: number;
  /** Given up after all attempts. */
  timedOut: number;
  /** Requests sent, repetitions included. */
  sent: number;
  /** From the first sending of a request to the last packet of its answer. */
  latencyNs: { p50: number; p99: number; mean: number; most: number };
  /** Answers a second while the network was full: without the first and last `concurrency` of them, if there are enough. */
  throughputPerSecond: number;
  /** Until the last request was done. */
  simulatedNs: number;
  passes: number;
  /** Bytes on all loopback ports, and on all cables, framing included. */
  loopbackBytes: number;
  cableBytes: number;
  pipes: PipeReport[];
  channels: ChannelReport[];
  drops: Drops;
  duplicated: number;
  delayed: number;
  replayed: number;
  malformed: number;
  /** Packets that hosts got and did not wait for. */
  foreign: number;
  slots: number;
  /** Slots that answered rightly when all was over; null: not asked. */
  usableSlots: number | null;
  /** Packets that were still under way at the very end. */
  leftOver: number;
  events: number;
}

/** The value below which a share of all values lie; sorted ascending. NaN of none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export interface ReportFacts {
  network: string;
  topology: string;
  seed: number;
  requests: number;
  concurrency: number;
  checkedSlots: boolean;
  simulatedNs: number;
  leftOver: number;
}

export function makeReport(
  facts: ReportFacts,
  wiring: Wiring,
  clients: ClientStatistics,
  partitions: readonly PartitionStatistics[],
): SimulationReport {
  const { checkedSlots, simulatedNs, ...rest } = facts;
  const pick = <T>(lists: readonly (readonly (T | null)[])[], i: number): T =>
    lists.find((l) => l[i] !== null)![i]!;
  const pipes = wiring.pipes.map(({ name, intervalNs }, p): PipeReport => {
    const found = pick(
      partitions.map((s) => s.pipes),
      p,
    );
    return { name, ...found, utilisation: (found.passes * intervalNs) / simulatedNs || 0 };
  });
  const channels = wiring.channels.map(({ name, kind, gbps }, c): ChannelReport => {
    const found = pick(
      partitions.map((s) => s.channels),
      c,
    );
    return { name, kind, ...found, utilisation: (8 * found.bytes) / gbps / simulatedNs || 0 };
  });
  const total = <K extends string>(of: readonly Record<K, number>[], key: K) =>
    of.reduce((sum, one) => sum + one[key], 0);
  const drops = partitions.map((s) => s.drops);
  const loopbacks = channels.filter((c) => c.kind === "loopback");
  const sorted = Float64Array.from(clients.latenciesNs).sort() as unknown as readonly number[];
  return {
    ...rest,
    accepted: clients.accepted,
    equal: clients.equal,
    wrong: clients.wrong,
    timedOut: clients.timedOut,
    sent: clients.sent,
    latencyNs: {
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      mean: clients.latenciesNs.reduce((sum, ns) => sum + ns, 0) / sorted.length,
      most: quantile(sorted, 1),
    },
    throughputPerSecond: throughput(clients.acceptedNs, facts.concurrency),
    simulatedNs,
    passes: total(pipes, "passes"),
    loopbackBytes: total(loopbacks, "bytes"),
    cableBytes: total(channels, "bytes") - total(loopbacks, "bytes"),
    pipes,
    channels,
    drops: {
      loss: total(drops, "loss"),
      overflow: total(drops, "overflow"),
      restart: total(drops, "restart"),
      unconnected: total(drops, "unconnected"),
    },
    duplicated: total(channels, "duplicated"),
    delayed: total(channels, "delayed"),
    replayed: total(channels, "replayed"),
    malformed: clients.malformed,
    foreign: clients.foreign,
    slots: clients.slots,
    usableSlots: checkedSlots ? clients.usableSlots : null,
    events: total(partitions, "events"),
  };
}

/** Answers a second between the first and last that came while all slots were in use. */
function throughput(acceptedNs: readonly number[], concurrency: number): number {
  const edge = acceptedNs.length > 3 * concurrency ? concurrency : 0;
  const first = edge === 0 ? 0 : acceptedNs[edge - 1];
  const last = acceptedNs[acceptedNs.length - 1 - edge];
  const answers = acceptedNs.length - 2 * edge;
  return last === undefined ? 0 : (answers / (last - first)) * 1e9;
}
