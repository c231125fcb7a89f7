import type { Random } from "@matchmul/common";
import { serveMachine } from "./machine.js";
import type { PassMachine } from "./pass-machine.js";
import { requestPayloads } from "./request.js";
import { SERVE_LANES, ServeKind, type ServeNetwork } from "./types.js";
import { decodeServePacket, emptyEthernet, emptyHeader, encodeServePacket, readLanes } from "./wire.js";

/** What happens to packets between two machines: each with its probability. */
export interface Faults {
  random: Random;
  loss: number;
  duplicate: number;
  /** A packet waits while others overtake it. */
  reorder: number;
}

/** An answer's packet, as a host gets it. */
export interface ServeAnswer {
  host: number;
  slot: number;
  epoch: number;
  /** Number of the 32 logits. */
  index: number;
  lanes: Int32Array;
  /** Passes one after the other that led to it, from the host's packet on. */
  depth: number;
}

interface Waiting {
  machine: PassMachine;
  port: number;
  bytes: Uint8Array;
  /** Passes before it. */
  depth: number;
}

/**
 * The network without time: packets wait in one queue, first in, first out. `faults`, where given, are applied to
 * everything that moves, loopbacks too.
 */
export class ServeRunner {
  readonly machines: PassMachine[];
  readonly #byPort = new Map<string, PassMachine>();
  /** By switch and port: where a cable ends. */
  readonly #cables = new Map<string, { switch: string; port: number }>();
  readonly #hosts = new Map<string, number>();
  #queue: Waiting[] = [];
  /** First of the queue that still waits. */
  #head = 0;
  #answers: ServeAnswer[] = [];

  constructor(
    readonly network: ServeNetwork,
    readonly faults?: Faults,
  ) {
    this.machines = network.pipes.map(serveMachine);
    for (const machine of this.machines) {
      const { switch: at, loopbacks, links, admissions } = machine.pipe;
      for (const port of [...loopbacks, ...links, ...admissions.map((a) => a.port)])
        this.#byPort.set(`${at}/${port}`, machine);
    }
    for (const { from, to } of network.links) {
      this.#cables.set(`${from.switch}/${from.port}`, to);
      this.#cables.set(`${to.switch}/${to.port}`, from);
    }
    for (const { node, switch: at, port } of network.hosts) this.#hosts.set(`${at}/${port}`, node);
  }

  /** A host sends a packet to its switch. */
  inject(host: number, bytes: Uint8Array): void {
    const { switch: at, port } = this.network.hosts.find((h) => h.node === host)!;
    this.#arrive(at, port, bytes, 0);
  }

  /** The host of a slot sends all packets of a request. */
  request(input: Int8Array | Uint8Array, request: { slot: number; epoch: number; attempt?: number }): void {
    const host = this.network.hosts.find((h) => h.slots.includes(request.slot));
    if (host === undefined) throw new Error(`no host has slot ${request.slot}`);
    for (const bytes of requestPackets(this.network, input, request)) this.inject(host.node, bytes);
  }

  /** Lets packets move until none is left, or so many passes are made. Answers that came, in order. */
  run(passes = Number.POSITIVE_INFINITY): ServeAnswer[] {
    for (let left = passes; this.#head < this.#queue.length && left > 0; left--) {
      const { machine, port, bytes, depth } = this.#queue[this.#head++];
      for (const out of machine.process(port, bytes))
        this.#leave(machine.pipe.switch, out.port, out.bytes, depth + 1);
      if (this.#head > 65536 || this.#head === this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
    }
    return this.#answers.splice(0);
  }

  /**
   * One request by itself, sent again until it is answered.
   * @returns the logits, or undefined after so many attempts
   */
  infer(
    input: Int8Array | Uint8Array,
    { slot = 0, epoch = 1, attempts = 1 }: { slot?: number; epoch?: number; attempts?: number } = {},
  ): Int32Array | undefined {
    const collected = new Logits(this.network.logits);
    for (let attempt = 0; attempt < attempts; attempt++) {
      this.request(input, { slot, epoch, attempt });
      for (const answer of this.run())
        if (answer.slot === slot && answer.epoch === epoch) collected.add(answer);
      if (collected.complete) return collected.values;
    }
    return undefined;
  }

  #leave(at: string, port: number, bytes: Uint8Array, depth: number): void {
    const { faults } = this;
    const copies =
      faults === undefined
        ? 1
        : faults.random.next() < faults.loss
          ? 0
          : faults.random.next() < faults.duplicate
            ? 2
            : 1;
    for (let i = 0; i < copies; i++) {
      const host = this.#hosts.get(`${at}/${port}`);
      if (host !== undefined) {
        this.#answer(host, bytes, depth);
        continue;
      }
      const end = this.#cables.get(`${at}/${port}`) ?? { switch: at, port };
      this.#arrive(end.switch, end.port, bytes, depth);
    }
  }

  #arrive(at: string, port: number, bytes: Uint8Array, depth: number): void {
    const machine = this.#byPort.get(`${at}/${port}`);
    if (machine === undefined) throw new Error(`nothing is at port ${port} of ${at}`);
    const waiting = { machine, port, bytes, depth };
    const { faults } = this;
    const last = this.#queue.length - 1;
    if (faults !== undefined && this.#head <= last && faults.random.next() < faults.reorder) {
      // The packet takes the place of one that waits, and that one the last.
      const place = faults.random.integer(Math.max(this.#head, last - 64), last);
      this.#queue.push(this.#queue[place]);
      this.#queue[place] = waiting;
    } else this.#queue.push(waiting);
  }

  #answer(host: number, bytes: Uint8Array, depth: number): void {
    const packet = decodeServePacket(bytes);
    if (packet?.header.kind !== ServeKind.answer || packet.payload.length < 4 * SERVE_LANES) return;
    const lanes = new Int32Array(SERVE_LANES);
    readLanes(packet.payload, lanes);
    const { slot, epoch, index } = packet.header;
    this.#answers.push({ host, slot, epoch, index, lanes, depth });
  }
}

/** Logits of a request, as their answers come in. */
export class Logits {
  readonly values: Int32Array;
  readonly #missing: Set<number>;
  constructor(count: number) {
    this.values = new Int32Array(count);
    this.#missing = new Set(Array.from({ length: Math.ceil(count / SERVE_LANES) }, (_, i) => i));
  }
  add({ index, lanes }: Pick<ServeAnswer, "index" | "lanes">): void {
    if (!this.#missing.delete(index)) return;
    const first = index * SERVE_LANES;
    this.values.set(lanes.subarray(0, Math.min(SERVE_LANES, this.values.length - first)), first);
  }
  get complete(): boolean {
    return this.#missing.size === 0;
  }
}

/** The packets of a request, as its host sends them. */
export function requestPackets(
  network: Pick<ServeNetwork, "request">,
  input: Int8Array | Uint8Array,
  { slot, epoch, attempt = 0 }: { slot: number; epoch: number; attempt?: number },
): Uint8Array[] {
  return requestPayloads(network.request, input).map((payload, i) => {
    const { index } = network.request.packets[i];
    const header = { ...emptyHeader(), kind: ServeKind.request, slot, epoch, attempt, index };
    return encodeServePacket({ ethernet: emptyEthernet(), header, payload });
  });
}
