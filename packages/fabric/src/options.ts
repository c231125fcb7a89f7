import type { Progress } from "@matchmul/common";
import type { ServeNetwork } from "@matchmul/planner";
import type { Topology } from "@matchmul/profiles";
import { error } from "./diagnostics.js";
import type { ExecutorSpec } from "./executor.js";
import type { WiringOptions } from "./wiring.js";

/** Times are simulated nanoseconds; probabilities are for each packet on each cable, in each direction. */
export interface SimulateOptions extends WiringOptions {
  network: ServeNetwork;
  topology: Topology;
  /** By pipe of the network: what executes it. */
  executors: readonly ExecutorSpec[];
  /** Quantized inputs; request i has input i modulo their number. */
  inputs: readonly ArrayLike<number>[];
  /** The logits that input i is to have; without it answers are accepted and not compared. */
  reference?: (input: number) => ArrayLike<number>;
  /** Default: one for each input. */
  requests?: number;
  /** Requests in flight; default 1, at most the network's slots. */
  concurrency?: number;
  loss?: number;
  duplicate?: number;
  reorder?: number;
  /** Largest extra delay of a packet that is reordered; default 5000. */
  reorderNs?: number;
  /** A packet that went by the same cable long ago comes again. */
  stale?: number;
  /** Faults on loopback ports too. */
  faultsInside?: boolean;
  /** Default 1. */
  seed?: number;
  /** Switches that lose all registers and packets, and for `downNs` (default 0) take no more. */
  restarts?: readonly { switch: string; atNs: number; downNs?: number }[];
  /** Packets that no client sends, spread over the run. */
  malformed?: number;
  /** Bytes that wait at a port at most; default: no limit. */
  queueBytes?: number;
  /** Times that a request is sent; default 32. */
  attempts?: number;
  /** A request is sent again after so many times its usual latency; default 3. */
  timeoutFactor?: number;
  /** Until a latency was observed; default: an estimate from the tasks. */
  firstTimeoutNs?: number;
  /** At the end, a request through every slot, without faults; default true when there are faults. */
  checkSlots?: boolean;
  /** How long packets may go on when all is answered, before they are counted as left over; default 100 time-outs. */
  drainNs?: number;
  /** Default 1. The result does not depend on it. */
  threads?: number;
  /** All pipes are loaded, on all threads: the first request is next. */
  onReady?: () => void;
  progress?: Progress;
  signal?: AbortSignal;
  onAnswer?: (request: number, logits: Int32Array, equal: boolean) => void;
}

const whole = (n: number, low: number, high: number) => Number.isInteger(n) && n >= low && n <= high;

/** @throws MatchMulError fabric-option, fabric-input */
export function checkOptions(options: SimulateOptions): void {
  const { network, inputs, executors } = options;
  for (const name of ["loss", "duplicate", "reorder", "stale"] as const) {
    const value = options[name] ?? 0;
    if (!(value >= 0 && value < 1)) throw error("fabric-option", name, value, "0 or more and less than 1");
  }
  const counts = {
    requests: [0, 1e9],
    concurrency: [1, 0xffff],
    malformed: [0, 1e9],
    attempts: [1, 256],
    threads: [1, 256],
  } as const;
  for (const [name, [low, high]] of Object.entries(counts)) {
    const value = options[name as keyof typeof counts];
    if (value !== undefined && !whole(value, low, high))
      throw error("fabric-option", name, value, `a whole number from ${low} to ${high}`);
  }
  for (const name of [
    "reorderNs",
    "queueBytes",
    "timeoutFactor",
    "firstTimeoutNs",
    "drainNs",
    "hostNs",
  ] as const) {
    const value = options[name];
    if (value !== undefined && !(value >= 0)) throw error("fabric-option", name, value, "0 or more");
  }
  if (executors.length !== network.pipes.length)
    throw error(
      "fabric-option",
      "executors",
      executors.length,
      `one for each of ${network.pipes.length} pipes`,
    );
  if (inputs.length === 0) throw error("fabric-option", "inputs", "empty", "at least one input");
  const elements =
    1 +
    network.request.packets.reduce((most, p) => p.bits.reduce((m, bit) => Math.max(m, bit >> 3), most), -1);
  inputs.forEach((input, i) => {
    if (input.length < elements) throw error("fabric-input", i, input.length, elements);
  });
}
