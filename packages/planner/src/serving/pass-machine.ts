import { ANSWER_PAYLOAD, answerToHost } from "./outer.js";
import { CONTINUE, type HostAddress, PARSE_CONTINUE, ServeKind, type ServePipe } from "./types.js";
import { decodeServePacket, emptyEthernet, encodeServePacket, type ServePacket } from "./wire.js";

/** A packet that leaves a pipe. */
export interface Emitted {
  port: number;
  bytes: Uint8Array;
}

/** Why a packet was dropped. */
export type DropReason =
  /** Not of this protocol, shorter than it says, or for a state that the tables do not know. */
  | "malformed"
  /** Of a host that may not send it. */
  | "refused"
  /** By a port or to a node that the pipe does not know. */
  | "unrouted"
  /** Of an earlier request of its slot. */
  | "stale"
  /** Of a worker whose layer was not spawned here. */
  | "unspawned"
  /** An arrival after which others are still missing, or one that came before. */
  | "stored";

/** Shorter ones have not all logits. */
const ANSWER_FRAME = emptyEthernet().length + ANSWER_PAYLOAD;

/**
 * A pipe that forwards, and what all pipes have in common: admission, routes, multicast. `process` is one pass, from a
 * packet that comes in by a port to those that leave; packets that leave by a loopback are for the caller to bring back.
 */
export class PassMachine {
  readonly pipe: ServePipe;
  passes = 0;
  readonly drops: Record<DropReason, number> = {
    malformed: 0,
    refused: 0,
    unrouted: 0,
    stale: 0,
    unspawned: 0,
    stored: 0,
  };
  readonly #kinds = new Map<number, "loopback" | "link" | "host">();
  readonly #routes: Map<number, number>;
  readonly #groups: Map<number, { port: number; rid: number }[]>;
  readonly #slots: Map<number, ServePipe["slots"][number]>;
  readonly #admissions: Map<number, ServePipe["admissions"][number]>;
  readonly #clients: Map<number, HostAddress>;
  readonly #requests: Map<number, ServePipe["requests"][number]>;

  constructor(pipe: ServePipe) {
    this.pipe = pipe;
    for (const port of pipe.loopbacks) this.#kinds.set(port, "loopback");
    for (const port of pipe.links) this.#kinds.set(port, "link");
    for (const { port } of pipe.admissions) this.#kinds.set(port, "host");
    this.#routes = new Map(pipe.routes.map((r) => [r.destination, r.port]));
    this.#groups = new Map(pipe.groups.map((g) => [g.id, g.copies]));
    this.#slots = new Map(pipe.slots.map((s) => [s.layer * 65536 + s.slot, s]));
    this.#admissions = new Map(pipe.admissions.map((a) => [a.port * 65536 + a.slot, a]));
    this.#clients = new Map(pipe.clients?.map((c) => [c.port, c.address]));
    this.#requests = new Map(pipe.requests.map((r) => [r.index, r]));
  }

  /** One pass. What it changes in the pipe is its registers alone. */
  process(port: number, bytes: Uint8Array): Emitted[] {
    this.passes++;
    const packet = decodeServePacket(bytes);
    if (packet === undefined) return this.drop("malformed");
    const kind = this.#kinds.get(port);
    if (kind === "link") return this.route(packet);
    if (kind === "host") return this.#admit(port, packet);
    if (kind === "loopback") return this.loopback(port, packet);
    return this.drop("unrouted");
  }

  /** All registers 0, as after power comes back. Tables keep their entries. */
  restart(): void {}

  /** A packet that came back by a loopback. */
  protected loopback(_port: number, _packet: ServePacket): Emitted[] {
    return this.drop("malformed");
  }

  protected drop(reason: DropReason): Emitted[] {
    this.drops[reason]++;
    return [];
  }

  protected send(port: number, packet: ServePacket): Emitted[] {
    return [{ port, bytes: encodeServePacket(packet) }];
  }

  protected route(packet: ServePacket): Emitted[] {
    const port = this.#routes.get(packet.header.destination);
    if (port === undefined) return this.drop("unrouted");
    const [out] = this.send(port, packet);
    const client = packet.header.kind === ServeKind.answer ? this.#clients.get(port) : undefined;
    if (client === undefined || out.bytes.length < ANSWER_FRAME) return [out];
    return [{ port, bytes: answerToHost(out.bytes, client) }];
  }

  /** DATA and PARTIAL at their pipe: what is counted from the slot's first becomes the store's own. */
  protected place(port: number, packet: ServePacket, kind: ServeKind): Emitted[] {
    const { header } = packet;
    const slot = this.#slots.get(header.layer * 65536 + header.slot);
    if (slot === undefined) return this.drop("malformed");
    header.address = (header.address + slot.base) & 0xffff;
    header.index = (header.index + slot.arrivals) & 0xffff;
    header.base = slot.base;
    header.state = slot.state;
    header.kind = kind;
    return this.send(port, packet);
  }

  /** Copies of a packet, as egress leaves them. */
  protected multicast(packet: ServePacket, group: number): Emitted[] {
    const copies = this.#groups.get(group);
    if (copies === undefined) return this.drop("unrouted");
    return copies.map(({ port, rid }) => {
      const header = { ...packet.header };
      if (header.kind === ServeKind.work) header.task = rid;
      else if (rid === CONTINUE) {
        header.kind = ServeKind.work;
        header.pc = 0;
        header.parse = PARSE_CONTINUE;
      } else {
        header.destination = rid;
        if (header.kind === ServeKind.data) header.layer = (header.layer + 1) & 0xff;
      }
      return { port, bytes: encodeServePacket({ ...packet, header }) };
    });
  }

  #admit(port: number, packet: ServePacket): Emitted[] {
    const { header } = packet;
    const admission = this.#admissions.get(port * 65536 + header.slot);
    const request = this.#requests.get(header.index);
    if (header.kind !== ServeKind.request || admission === undefined || request === undefined)
      return this.drop("refused");
    header.reply = admission.reply;
    header.kind = ServeKind.data;
    header.layer = 255;
    header.address = request.address;
    header.pc = request.pc;
    header.parse = request.parse;
    return this.multicast(packet, request.group);
  }
}
