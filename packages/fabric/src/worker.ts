/** A thread that runs a partition: it is told how far it may go, and answers with what it sent to others. */
import { parentPort, workerData } from "node:worker_threads";
import { type ExecutorSpec, makeExecutor } from "./executor.js";
import { type Parcel, pack, unpack } from "./parcel.js";
import { Partition, type PartitionSetup, type PartitionStatistics } from "./partition.js";

export interface WorkerSetup {
  setup: PartitionSetup;
  me: number;
  /** By pipe; null where another partition runs it. */
  executors: (ExecutorSpec | null)[];
}

export type WorkerRequest =
  | { kind: "run"; until: number; faultsUntil: number; inbox: Parcel[] }
  | { kind: "statistics" };

export type WorkerReply =
  | { kind: "ready" }
  | { kind: "ran"; nextTime: number; pending: number; outbox: (Parcel | null)[] }
  | { kind: "statistics"; statistics: PartitionStatistics }
  | { kind: "failed"; code: string | undefined; message: string; hint: string | undefined };

const { setup, me, executors } = workerData as WorkerSetup;
const port = parentPort!;
const post = (reply: WorkerReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer);

const failed = (cause: unknown): void => {
  const { code, message, hint } = cause as { code?: string; message: string; hint?: string };
  post({ kind: "failed", code, message, hint });
};

try {
  const made = await Promise.all(executors.map((spec) => (spec === null ? null : makeExecutor(spec))));
  const partition = new Partition(setup, me, made, null);
  port.on("message", (request: WorkerRequest) => {
    try {
      if (request.kind === "statistics") {
        post({ kind: "statistics", statistics: partition.statistics() });
        return;
      }
      for (const parcel of request.inbox) for (const message of unpack(parcel)) partition.accept(message);
      partition.faultsUntil = request.faultsUntil;
      partition.run(request.until);
      const outbox = partition.outbox.map((messages) => (messages.length > 0 ? pack(messages) : null));
      for (const messages of partition.outbox) messages.length = 0;
      const transfer = outbox.flatMap((parcel) =>
        parcel === null ? [] : [parcel.numbers.buffer, parcel.bytes.buffer],
      );
      post({ kind: "ran", nextTime: partition.nextTime, pending: partition.pending, outbox }, transfer);
    } catch (cause) {
      failed(cause);
    }
  });
  post({ kind: "ready" });
} catch (cause) {
  failed(cause);
}
