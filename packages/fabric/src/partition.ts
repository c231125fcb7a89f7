import { error } from "./diagnostics.js";
import { EventQueue } from "./event-queue.js";
import type { PipeExecutor } from "./executor.js";
import { ChannelFaults, type FaultOptions } from "./faults.js";
import { type Restart, Restarts } from "./restarts.js";
import {
  type ChannelStatistics,
  type Drops,
  noChannelStatistics,
  noPipeStatistics,
  type PipeStatistics,
} from "./statistics.js";
import type { Wiring } from "./wiring.js";

/** Bytes that Ethernet adds: preamble, start delimiter, frame check, gap; and the least frame, without its check. */
const framingBytes = 24;
const leastFrame = 60;

/** A packet on its way into a channel's queue. */
export interface Message {
  time: number;
  key: number;
  channel: number;
  /** When the pass began that made it. */
  born: number;
  bytes: Uint8Array;
}

/** The hosts, which live in one partition. */
export interface HostSide {
  receive(host: number, bytes: Uint8Array, time: number): void;
  timer(id: number, time: number): void;
}

/** What all partitions are told: plain data. */
export interface PartitionSetup {
  wiring: Wiring;
  /** By pipe: the partition that runs it. Partition 0 has the hosts. */
  owners: readonly number[];
  faults: FaultOptions;
  restarts: readonly Restart[];
  /** Bytes that wait at a port at most; Infinity: no limit. */
  queueBytes: number;
}

export interface PartitionStatistics {
  /** By pipe and by channel; null where another partition has it. */
  pipes: ({ counters: Record<string, number> } & PipeStatistics)[] | null[];
  channels: ChannelStatistics[] | null[];
  drops: Drops;
  events: number;
}

/** Kinds of event. */
const ENQUEUE = 0;
const ARRIVE = 1;
const TIMER = 2;

/** Events of one sender are numbered below this. */
const keysOfSender = 2 ** 33;

/**
 * The part of the network that one thread simulates: some pipes with the channels that lead to them. What it sends to
 * another part is in `outbox`; none of it is due earlier than `lookaheadNs` after the event that sent it.
 */
export class Partition {
  readonly outbox: Message[][];
  /** Faults act on packets that leave before. */
  faultsUntil = Number.POSITIVE_INFINITY;
  readonly #queue = new EventQueue();
  readonly #sequence: Float64Array;
  readonly #pipeFree: Float64Array;
  readonly #portFree: Float64Array;
  readonly #restartsSeen: Int32Array;
  readonly #queuesCleared: Int32Array;
  readonly #restarts: readonly Restarts[];
  readonly #faults: (ChannelFaults | null)[];
  readonly #pipes: PipeStatistics[];
  readonly #channels: ChannelStatistics[];
  readonly #drops: Drops = { loss: 0, overflow: 0, restart: 0, unconnected: 0 };
  #events = 0;
  // A record for each event that waits; free ones are in a list.
  readonly #kind: number[] = [];
  readonly #target: number[] = [];
  readonly #time: number[] = [];
  readonly #born: number[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #free: number[] = [];

  constructor(
    private readonly setup: PartitionSetup,
    private readonly me: number,
    private readonly executors: readonly (PipeExecutor | null)[],
    private readonly hosts: HostSide | null,
  ) {
    const { wiring, faults, restarts, owners } = setup;
    const { pipes, channels, switches } = wiring;
    this.outbox = Array.from({ length: Math.max(0, ...owners) + 1 }, () => []);
    this.#sequence = new Float64Array(pipes.length + channels.length + wiring.hosts.length);
    this.#pipeFree = new Float64Array(pipes.length);
    this.#portFree = new Float64Array(channels.length);
    this.#restartsSeen = new Int32Array(pipes.length);
    this.#queuesCleared = new Int32Array(channels.length);
    this.#restarts = switches.map((_, at) => new Restarts(restarts.filter((r) => r.at === at)));
    const faulty = faults.loss + faults.duplicate + faults.reorder + faults.stale > 0;
    this.#faults = channels.map((c) =>
      faulty && (faults.inside || c.kind !== "loopback")
        ? new ChannelFaults(faults, c.id, c.kind !== "loopback")
        : null,
    );
    this.#pipes = pipes.map(noPipeStatistics);
    this.#channels = channels.map(noChannelStatistics);
  }

  get nextTime(): number {
    return this.#queue.nextTime;
  }
  /** Events so far. */
  get handled(): number {
    return this.#events;
  }
  /** Events that wait. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Handles all events that are due before `until`. */
  run(until: number): void {
    const queue = this.#queue;
    while (queue.nextTime < until) {
      const item = queue.pop();
      this.#events++;
      const time = this.#time[item];
      const target = this.#target[item];
      const born = this.#born[item];
      const bytes = this.#bytes[item];
      this.#free.push(item);
      const kind = this.#kind[item];
      if (kind === ENQUEUE) this.#enqueue(target, time, born, bytes);
      else if (kind === ARRIVE) this.#arrive(target, time, born, bytes);
      else this.hosts!.timer(target, time);
    }
  }

  /** Takes what another partition sent. */
  accept({ time, key, channel, born, bytes }: Message): void {
    this.#push(ENQUEUE, time, key, channel, born, bytes);
  }

  /** A host's packet joins the queue of its cable at `time`. */
  sendFromHost(host: number, bytes: Uint8Array, time: number): void {
    const { pipes, channels, hosts } = this.setup.wiring;
    this.#emit(pipes.length + channels.length + host, time, hosts[host].uplink, time, bytes);
  }

  /** The host's timer `id` goes off at `time`. */
  setTimer(host: number, id: number, time: number): void {
    const { pipes, channels } = this.setup.wiring;
    this.#push(TIMER, time, this.#key(pipes.length + channels.length + host), id, time, nothing);
  }

  statistics(): PartitionStatistics {
    const { owners, wiring } = this.setup;
    return {
      pipes: this.#pipes.map((pipe, p) =>
        owners[p] === this.me ? { ...pipe, counters: this.executors[p]?.counters?.() ?? {} } : null,
      ) as PartitionStatistics["pipes"],
      channels: wiring.channels.map((c) =>
        this.#ownerOf(c.id) === this.me ? this.#channels[c.id] : null,
      ) as PartitionStatistics["channels"],
      drops: this.#drops,
      events: this.#events,
    };
  }

  #ownerOf(channel: number): number {
    const { toPipe } = this.setup.wiring.channels[channel];
    return toPipe < 0 ? 0 : this.setup.owners[toPipe];
  }

  #key(sender: number): number {
    return sender * keysOfSender + this.#sequence[sender]++;
  }

  #push(kind: number, time: number, key: number, target: number, born: number, bytes: Uint8Array): void {
    const item = this.#free.pop() ?? this.#kind.length;
    this.#kind[item] = kind;
    this.#time[item] = time;
    this.#target[item] = target;
    this.#born[item] = born;
    this.#bytes[item] = bytes;
    this.#queue.push(time, key, item);
  }

  #emit(sender: number, time: number, channel: number, born: number, bytes: Uint8Array): void {
    const key = this.#key(sender);
    const owner = this.#ownerOf(channel);
    if (owner === this.me) this.#push(ENQUEUE, time, key, channel, born, bytes);
    else this.outbox[owner].push({ time, key, channel, born, bytes });
  }

  /** What waited when the switch restarted was lost, and takes no time. */
  #freeAfterRestarts(channel: number, restarts: Restarts, free: number, time: number): number {
    const count = restarts.until(time);
    if (this.#queuesCleared[channel] === count) return free;
    // Of several since the last packet the first one is when its queue was cleared.
    const cleared = restarts.time(this.#queuesCleared[channel]);
    this.#queuesCleared[channel] = count;
    return Math.min(free, cleared);
  }

  /** A packet joins a port's queue: when its last bit has left, and the delay is over, it arrives. */
  #enqueue(channel: number, time: number, born: number, bytes: Uint8Array): void {
    const { gbps, fromSwitch, delayNs } = this.setup.wiring.channels[channel];
    const counts = this.#channels[channel];
    const restarts = fromSwitch >= 0 && !this.#restarts[fromSwitch].none ? this.#restarts[fromSwitch] : null;
    let free = this.#portFree[channel];
    if (restarts !== null) free = this.#freeAfterRestarts(channel, restarts, free, time);
    const start = Math.max(time, free);
    const size = Math.max(bytes.length, leastFrame) + framingBytes;
    const queued = ((start - time) * gbps) / 8 || 0;
    if (queued + size > this.setup.queueBytes) {
      counts.overflowed++;
      this.#drops.overflow++;
      return;
    }
    const sent = start + (8 * size) / gbps;
    if (restarts?.within(born, sent)) {
      this.#drops.restart++;
      return;
    }
    this.#portFree[channel] = sent;
    counts.packets++;
    counts.bytes += size;
    if (queued + size > counts.deepestQueueBytes) counts.deepestQueueBytes = Math.round(queued + size);
    const sender = this.setup.wiring.pipes.length + channel;
    const faults = time < this.faultsUntil ? this.#faults[channel] : null;
    if (faults === null) {
      this.#push(ARRIVE, sent + delayNs, this.#key(sender), channel, born, bytes);
      return;
    }
    const before = counts.lost;
    faults.apply(
      bytes,
      (copy, extraNs) => this.#push(ARRIVE, sent + delayNs + extraNs, this.#key(sender), channel, born, copy),
      counts,
    );
    this.#drops.loss += counts.lost - before;
  }

  #arrive(channel: number, time: number, born: number, bytes: Uint8Array): void {
    const { toPipe, toPort, toHost, fromSwitch } = this.setup.wiring.channels[channel];
    if (toPipe < 0) {
      this.hosts!.receive(toHost, bytes, time);
      return;
    }
    const pipe = this.setup.wiring.pipes[toPipe];
    const executor = this.executors[toPipe]!;
    const restarts = this.#restarts[pipe.at];
    if (!restarts.none) {
      const count = restarts.until(time);
      if (this.#restartsSeen[toPipe] < count) {
        this.#pipeFree[toPipe] = 0;
        executor.restart();
        this.#restartsSeen[toPipe] = count;
      }
      if (restarts.isDown(time) || (fromSwitch === pipe.at && restarts.within(born, time))) {
        this.#drops.restart++;
        return;
      }
    }
    const counts = this.#pipes[toPipe];
    const start = Math.max(time, this.#pipeFree[toPipe]);
    this.#pipeFree[toPipe] = start + pipe.intervalNs;
    counts.passes++;
    counts.bytes += bytes.length;
    const waiting = Math.ceil((start - time) / pipe.intervalNs);
    if (waiting > counts.deepestQueue) counts.deepestQueue = waiting;
    const ports = this.setup.wiring.ports[pipe.at];
    const outputs = pass(executor, pipe.name, toPort, bytes);
    if (outputs.length === 0) counts.consumed++;
    for (const output of outputs) {
      const next = ports[output.port] ?? -1;
      if (next < 0) this.#drops.unconnected++;
      else this.#emit(toPipe, start + pipe.throughNs, next, time, output.bytes);
    }
  }
}

const nothing = new Uint8Array(0);

function pass(executor: PipeExecutor, name: string, port: number, bytes: Uint8Array) {
  try {
    return executor.process(port, bytes);
  } catch (cause) {
    throw error("fabric-executor", name, cause instanceof Error ? cause.message : String(cause));
  }
}
