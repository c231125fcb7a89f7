import { requestFromHost, ServeKind, type ServeNetwork, withoutOuter } from "@matchmul/planner";
import type { Malformed } from "./malformed.js";
import {
  isServePacket,
  logitsOfAnswer,
  readField,
  readLogits,
  requestPackets,
  writeField,
} from "./packets.js";
import type { HostSide, Partition } from "./partition.js";

export interface ClientOptions {
  requests: number;
  /** Slots in use at a time. */
  concurrency: number;
  inputs: readonly ArrayLike<number>[];
  /** What the answer to input `i` is to be; undefined: not compared. */
  reference: ((input: number) => ArrayLike<number>) | undefined;
  /** How often a request is sent at most, before it is given up. */
  attempts: number;
  /** Of what was observed: the time after which a request is sent again. */
  timeoutFactor: number;
  /** Before anything was observed. */
  firstTimeoutNs: number;
  /** When the requests are done, each slot is asked once more, without faults. */
  checkSlots: boolean;
  onAnswer?: (request: number, logits: Int32Array, equal: boolean) => void;
}

/** What became of the requests. */
export interface ClientStatistics {
  accepted: number;
  /** Of the accepted ones, those that were compared: equal to the reference, or not. */
  equal: number;
  wrong: number;
  timedOut: number;
  /** Requests sent, repetitions included. */
  sent: number;
  /** Packets that came to a host and were no part of an answer it waits for. */
  foreign: number;
  /** Answer packets that brought the same logits once more. */
  repeated: number;
  /** From first sending to acceptance, of each accepted request, in order of acceptance. */
  latenciesNs: number[];
  /** When each was accepted. */
  acceptedNs: number[];
  /** Slots that answered a request when all was over, of `slots`. */
  usableSlots: number;
  slots: number;
  malformed: number;
}

/** A slot of a host, and the request that is in it. */
interface Slot {
  id: number;
  host: number;
  slot: number;
  epoch: number;
  /** -1: none. */
  request: number;
  input: number;
  attempt: number;
  /** By attempt. */
  sentNs: number[];
  packets: Uint8Array[];
  logits: Int32Array;
  come: boolean[];
  missing: number;
  /** Only the last timer that was set counts. */
  timer: number;
}

const longestBackoff = 3;

/** All clients of the network, at its hosts: they send requests, repeat them, and check the answers. */
export class Clients implements HostSide {
  readonly statistics: ClientStatistics;
  /** When the last request was done. */
  finishedNs = Number.POSITIVE_INFINITY;
  /** From when on there shall be no faults. */
  quietNs = Number.POSITIVE_INFINITY;
  readonly #slots: Slot[];
  readonly #byHost: Map<number, Slot>[];
  #next = 0;
  #phase: "requests" | "slots" | "done" = "requests";
  #left: number;
  /** Smoothed latency and its deviation, as TCP has them. */
  #latency = 0;
  #deviation = 0;
  #timers: { slot: Slot; timer: number }[] = [];
  #freeTimers: number[] = [];

  constructor(
    private readonly network: ServeNetwork,
    private readonly hostNs: readonly number[],
    private readonly lookaheadNs: number,
    private readonly options: ClientOptions,
    private readonly partition: () => Partition,
    private readonly malformed: Malformed | null,
  ) {
    const answers = Math.ceil(network.logits / logitsOfAnswer);
    this.#slots = network.hosts.flatMap((host, h) =>
      host.slots.map((slot) => ({
        id: slot,
        host: h,
        slot,
        epoch: 0,
        request: -1,
        input: 0,
        attempt: 0,
        sentNs: [],
        packets: [],
        logits: new Int32Array(network.logits),
        come: Array(answers).fill(false),
        missing: 0,
        timer: 0,
      })),
    );
    this.#byHost = network.hosts.map(
      (_, h) => new Map(this.#slots.filter((s) => s.host === h).map((s) => [s.slot, s])),
    );
    this.#left = options.requests;
    this.statistics = {
      accepted: 0,
      equal: 0,
      wrong: 0,
      timedOut: 0,
      sent: 0,
      foreign: 0,
      repeated: 0,
      latenciesNs: [],
      acceptedNs: [],
      usableSlots: 0,
      slots: this.#slots.length,
      malformed: 0,
    };
  }

  get done(): boolean {
    return this.#phase === "done";
  }
  get requestsDone(): number {
    return this.options.requests - this.#left;
  }

  /** The first requests, spread over the hosts. */
  start(): void {
    const usable = this.#slots.filter((s) => !this.malformed?.owns(s.host, s.slot));
    // One of each host, then the second of each, and so on.
    const rank = new Map<Slot, number>();
    const seen = new Map<number, number>();
    for (const slot of usable) {
      rank.set(slot, seen.get(slot.host) ?? 0);
      seen.set(slot.host, rank.get(slot)! + 1);
    }
    const order = usable.sort((a, b) => rank.get(a)! - rank.get(b)! || a.host - b.host);
    for (const slot of order.slice(0, this.options.concurrency)) this.#begin(slot, 0);
    if (this.#left === 0) this.#finish(0);
  }

  receive(host: number, frame: Uint8Array, time: number): void {
    const { statistics } = this;
    const bytes = withoutOuter(frame) ?? frame;
    const slot =
      isServePacket(bytes) && readField(bytes, "kind") === ServeKind.answer
        ? this.#byHost[host].get(readField(bytes, "slot"))
        : undefined;
    if (
      slot === undefined ||
      slot.request < 0 ||
      readField(bytes, "epoch") !== slot.epoch ||
      readField(bytes, "destination") !== this.network.hosts[host].node
    ) {
      statistics.foreign++;
      return;
    }
    const index = readField(bytes, "index");
    if (slot.come[index]) {
      statistics.repeated++;
      return;
    }
    if (!readLogits(bytes, index, slot.logits)) {
      statistics.foreign++;
      return;
    }
    slot.come[index] = true;
    if (--slot.missing > 0) return;
    // The attempt that an answer is of says which sending it took so long from.
    const sent = slot.sentNs[readField(bytes, "attempt")];
    if (sent !== undefined) this.#observe(time - sent);
    this.#accept(slot, time);
  }

  timer(id: number, time: number): void {
    const { slot, timer } = this.#timers[id];
    this.#freeTimers.push(id);
    if (slot.request < 0 || slot.timer !== timer) return;
    if (slot.attempt + 1 < this.options.attempts) {
      slot.attempt++;
      this.#send(slot, time);
    } else {
      if (this.#phase === "requests") this.statistics.timedOut++;
      this.#end(slot, time);
    }
  }

  #accept(slot: Slot, time: number): void {
    const { statistics, options } = this;
    const wanted = options.reference?.(slot.input);
    const equal = wanted === undefined || slot.logits.every((v, i) => v === wanted[i]);
    if (!equal) statistics.wrong++;
    if (this.#phase === "slots") {
      if (equal) statistics.usableSlots++;
    } else {
      statistics.accepted++;
      if (equal && wanted !== undefined) statistics.equal++;
      statistics.latenciesNs.push(time - slot.sentNs[0]);
      statistics.acceptedNs.push(time);
      options.onAnswer?.(slot.request, slot.logits, equal);
    }
    this.#end(slot, time);
  }

  /** The request is over, one way or the other. */
  #end(slot: Slot, time: number): void {
    slot.request = -1;
    this.#left--;
    if (this.#phase === "requests" && this.#next < this.options.requests) this.#begin(slot, time);
    else if (this.#left === 0) this.#finish(time);
  }

  #finish(time: number): void {
    if (this.#phase === "requests") {
      this.finishedNs = time;
      this.quietNs = time + this.lookaheadNs;
      if (this.options.checkSlots && this.#slots.length > 0) {
        this.#phase = "slots";
        this.#left = this.#slots.length;
        this.#next = this.options.requests;
        for (const slot of this.#slots) this.#begin(slot, this.quietNs);
        return;
      }
    }
    this.#phase = "done";
  }

  #begin(slot: Slot, time: number): void {
    slot.request = this.#next++;
    slot.input = slot.request % this.options.inputs.length;
    slot.epoch = 1 + Math.max(slot.epoch, this.malformed?.epochOf(slot.slot) ?? 0);
    slot.attempt = 0;
    slot.sentNs = [];
    slot.packets = requestPackets(
      this.network.request,
      this.options.inputs[slot.input],
      slot.slot,
      slot.epoch,
    );
    slot.come.fill(false);
    slot.missing = slot.come.length;
    this.#send(slot, time);
  }

  #send(slot: Slot, time: number): void {
    const { host, attempt } = slot;
    const at = time + this.hostNs[host];
    this.statistics.sent++;
    slot.sentNs.push(time);
    for (const packet of slot.packets) {
      // Packets on their way are not changed.
      const copy = packet.slice();
      writeField(copy, "attempt", attempt);
      const { address } = this.network.hosts[host];
      const frame = address === undefined ? copy : requestFromHost(copy, address);
      this.partition().sendFromHost(host, frame, at);
    }
    if (this.#phase === "requests" && this.malformed !== null)
      for (const { from, bytes } of this.malformed.beside(slot.packets, this.#next / this.options.requests)) {
        this.statistics.malformed++;
        this.partition().sendFromHost(from, bytes, time + this.hostNs[from]);
      }
    slot.timer++;
    const timer = { slot, timer: slot.timer };
    const id = this.#freeTimers.pop() ?? this.#timers.length;
    this.#timers[id] = timer;
    this.partition().setTimer(host, id, at + this.#timeout(attempt));
  }

  #timeout(attempt: number): number {
    const { timeoutFactor, firstTimeoutNs } = this.options;
    const observed = this.#latency + 4 * this.#deviation;
    const base = observed === 0 ? firstTimeoutNs : timeoutFactor * observed;
    return base * 2 ** Math.min(attempt, longestBackoff);
  }

  #observe(latency: number): void {
    if (this.#latency === 0) {
      this.#latency = latency;
      this.#deviation = latency / 8;
      return;
    }
    this.#deviation += (Math.abs(latency - this.#latency) - this.#deviation) / 4;
    this.#latency += (latency - this.#latency) / 8;
  }
}
