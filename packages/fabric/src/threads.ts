import { Worker } from "node:worker_threads";
import { MatchMulError } from "@matchmul/common";
import { error } from "./diagnostics.js";
import { type Parcel, pack, unpack } from "./parcel.js";
import type { Partition, PartitionStatistics } from "./partition.js";
import type { WorkerReply, WorkerRequest, WorkerSetup } from "./worker.js";

/** A partition in a thread of its own, as seen from the main one. */
class RemotePartition {
  nextTime = Number.POSITIVE_INFINITY;
  pending = 0;
  inbox: Parcel[] = [];
  readonly #worker: Worker;
  readonly #name: string;
  #settle: { resolve: (reply: WorkerReply) => void; reject: (cause: Error) => void } | undefined;
  #failure: Error | undefined;

  private constructor(setup: WorkerSetup) {
    this.#name = `thread ${setup.me}`;
    const fromSource = import.meta.url.endsWith(".ts");
    const entry = new URL(fromSource ? "./worker.ts" : "./worker.js", import.meta.url).href;
    this.#worker = new Worker(new URL("../workers/partition.mjs", import.meta.url), {
      workerData: { ...setup, entry },
      // Without the loaders of this process.
      execArgv: [],
    });
    this.#worker.on("message", (reply: WorkerReply) => {
      const settle = this.#settle;
      this.#settle = undefined;
      if (reply.kind !== "failed") settle?.resolve(reply);
      else
        settle?.reject(
          reply.code === undefined
            ? error("fabric-executor", this.#name, reply.message)
            : new MatchMulError(reply.code, reply.message, reply.hint),
        );
    });
    const stop = (cause: Error) => {
      this.#failure = cause;
      this.#settle?.reject(cause);
      this.#settle = undefined;
    };
    this.#worker.on("error", stop);
    this.#worker.on("exit", (code) =>
      stop(error("fabric-executor", this.#name, `its thread ended with ${code}`)),
    );
  }

  static async start(setup: WorkerSetup): Promise<RemotePartition> {
    const partition = new RemotePartition(setup);
    try {
      await partition.#next();
    } catch (cause) {
      await partition.close();
      throw cause;
    }
    return partition;
  }

  #next(): Promise<WorkerReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  #ask(request: WorkerRequest, transfer: ArrayBuffer[] = []): Promise<WorkerReply> {
    const reply = this.#next();
    this.#worker.postMessage(request, transfer);
    return reply;
  }

  async run(until: number, faultsUntil: number): Promise<(Parcel | null)[]> {
    const { inbox } = this;
    this.inbox = [];
    const transfer = inbox.flatMap((parcel) => [parcel.numbers.buffer, parcel.bytes.buffer]);
    const reply = await this.#ask({ kind: "run", until, faultsUntil, inbox }, transfer);
    if (reply.kind !== "ran") throw new Error(`a thread answered ${reply.kind}`);
    this.nextTime = reply.nextTime;
    this.pending = reply.pending;
    return reply.outbox;
  }

  async statistics(): Promise<PartitionStatistics> {
    const reply = await this.#ask({ kind: "statistics" });
    if (reply.kind !== "statistics") throw new Error(`a thread answered ${reply.kind}`);
    return reply.statistics;
  }

  async close(): Promise<void> {
    this.#failure ??= error("fabric-cancelled");
    await this.#worker.terminate();
  }
}

/** How the partitions are driven, whether they have threads of their own or not. */
export interface Driver {
  /** The earliest event of any partition. */
  readonly nextTime: number;
  /** Packets and timers that wait, in all. */
  readonly pending: number;
  /** Handles events up to about a few milliseconds of work, none that is due at `until` or later. */
  advance(until: number): Promise<void>;
  statistics(): Promise<PartitionStatistics[]>;
  close(): Promise<void>;
}

/** Events after which one thread looks at the clock and at who waits. */
const eventsAtATime = 4096;

/** One partition, in this thread. */
export class LocalDriver implements Driver {
  constructor(
    private readonly partition: Partition,
    private readonly faultsUntil: () => number,
    private readonly lookaheadNs: number,
  ) {}
  get nextTime(): number {
    return this.partition.nextTime;
  }
  get pending(): number {
    return this.partition.pending;
  }
  async advance(until: number): Promise<void> {
    const { partition } = this;
    // As far at a time as several threads would go, so that what the hosts decide is known to all equally late.
    for (let events = 0; events < eventsAtATime && partition.nextTime < until; ) {
      const waiting = partition.handled;
      partition.faultsUntil = this.faultsUntil();
      partition.run(Math.min(until, partition.nextTime + this.lookaheadNs));
      events += partition.handled - waiting;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  async statistics(): Promise<PartitionStatistics[]> {
    return [this.partition.statistics()];
  }
  async close(): Promise<void> {}
}

/**
 * Several partitions, the first in this thread. All go on together from the earliest event for as long as the lookahead
 * says that nothing one of them does concerns another; then they exchange what they sent. Conservative, so nothing is
 * ever taken back.
 */
export class ThreadsDriver implements Driver {
  private constructor(
    private readonly local: Partition,
    private readonly remotes: readonly RemotePartition[],
    private readonly lookaheadNs: number,
    private readonly faultsUntil: () => number,
  ) {}

  static async start(
    local: Partition,
    setups: readonly WorkerSetup[],
    lookaheadNs: number,
    faultsUntil: () => number,
  ): Promise<ThreadsDriver> {
    const started = await Promise.allSettled(setups.map((setup) => RemotePartition.start(setup)));
    const remotes = started.flatMap((s) => (s.status === "fulfilled" ? [s.value] : []));
    const failed = started.find((s) => s.status === "rejected");
    if (failed !== undefined) {
      await Promise.all(remotes.map((r) => r.close()));
      throw failed.reason;
    }
    return new ThreadsDriver(local, remotes, lookaheadNs, faultsUntil);
  }

  get nextTime(): number {
    return Math.min(
      this.local.nextTime,
      ...this.remotes.flatMap((r) => [r.nextTime, ...r.inbox.map((parcel) => parcel.first)]),
    );
  }
  get pending(): number {
    return this.remotes.reduce((sum, r) => sum + r.pending + r.inbox.length, this.local.pending);
  }

  /** What this thread's partition sent, the hosts' first requests included, becomes known to the others. */
  #handOver(): void {
    this.local.outbox.forEach((messages, to) => {
      if (messages.length > 0) this.remotes[to - 1].inbox.push(pack(messages));
      messages.length = 0;
    });
  }

  async advance(until: number): Promise<void> {
    this.#handOver();
    const horizon = Math.min(until, this.nextTime + this.lookaheadNs);
    const faultsUntil = this.faultsUntil();
    const busy = this.remotes.filter((r) => r.inbox.length > 0 || r.nextTime < horizon);
    const running = Promise.all(
      busy.map(async (remote) => ({ remote, outbox: await remote.run(horizon, faultsUntil) })),
    );
    // A failure here must not leave the others' failure unheard.
    running.catch(() => {});
    this.local.faultsUntil = faultsUntil;
    this.local.run(horizon);
    const ran = await running;
    this.#handOver();
    for (const { outbox } of ran)
      outbox.forEach((parcel, to) => {
        if (parcel === null) return;
        if (to > 0) this.remotes[to - 1].inbox.push(parcel);
        else for (const message of unpack(parcel)) this.local.accept(message);
      });
  }

  async statistics(): Promise<PartitionStatistics[]> {
    return [this.local.statistics(), ...(await Promise.all(this.remotes.map((r) => r.statistics())))];
  }

  async close(): Promise<void> {
    await Promise.all(this.remotes.map((r) => r.close()));
  }
}
