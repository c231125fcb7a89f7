/**
 * What BMv2's simple_switch does with a packet around the program's blocks: parser, ingress, then in this order
 * clone, digest, resubmit > multicast > drop > unicast; egress, clone, drop, deparser, recirculate or send.
 * Copies wait in one queue, first in first out; a packet without copies goes on at once.
 */
import type { Observer, OutputPacket } from "../../api.js";
import { P4Error } from "../../errors.js";
import { packetTooLong, type Target } from "../../runtime/engine.js";
import { HEADROOM, MAX_PACKET, type Machine, Reg } from "../../runtime/machine.js";
import { PacketQueue, type Waiting } from "../queue.js";
import { DROP_PORT } from "./externs.js";
import type { Kept, V1modelLibrary } from "./library.js";
import { V1Reg } from "./registers.js";

/** The program's blocks, generated. */
export interface V1Blocks {
  parse(): boolean;
  verify(): void;
  ingress(): void;
  egress(): void;
  update(): void;
  deparse(): void;
  /** Forgets an `exit`, and loops that were run. */
  resume(): void;
  observe(f: ((table: number, slot: number) => void) | null): void;
}

/** Slots of standard metadata. */
export type StandardSlots = Readonly<Record<string, number>>;

const INSTANCE = {
  normal: 0,
  ingressClone: 1,
  egressClone: 2,
  recirculated: 4,
  replicated: 5,
  resubmitted: 6,
};

/** A packet that waits, before ingress or before egress. */
interface WaitingPacket extends Waiting {
  readonly egress: boolean;
  /** Of the egress port, or nothing. */
  readonly port: number;
  readonly state: Uint32Array;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly ingressLength: number;
}

export interface SwitchLimits {
  passes: number;
  queue: number;
}

export class V1Switch implements Target {
  private readonly groups = new Map<number, readonly { port: number; instance: number }[]>();
  private readonly sessions = new Map<number, { port: number | null; group: number }>();
  private readonly queue: PacketQueue<WaitingPacket>;
  private observer: Observer | null = null;
  private readonly timed: boolean;
  private egressPort = 0;
  private enqueued = 0;
  /** Kept metadata between two passes. */
  private readonly kept: Uint32Array;

  constructor(
    private readonly machine: Machine,
    private readonly blocks: V1Blocks,
    private readonly std: StandardSlots,
    /** Slots of headers and metadata, from 0 on. */
    private readonly stateSize: number,
    private readonly library: V1modelLibrary,
    /** The number of error.NoError. */
    private readonly noError: number,
    private readonly limits: SwitchLimits,
    private readonly tableNames: readonly { name: string; actionAt: (slot: number) => string }[],
  ) {
    const used = library.usedStandard;
    this.timed = [
      "ingress_global_timestamp",
      "egress_global_timestamp",
      "enq_timestamp",
      "deq_timedelta",
    ].some((f) => used.has(f));
    this.kept = new Uint32Array(stateSize);
    this.queue = new PacketQueue(limits.queue);
  }

  setMulticastGroup(group: number, replicas: { port: number; instance: number }[]): void {
    this.groups.set(group, replicas);
  }

  setMirrorSession(session: number, port: number | null, group = 0): void {
    if (port === null && group === 0) this.sessions.delete(session);
    else this.sessions.set(session, { port, group });
  }

  observe(observer: Observer | null): void {
    this.observer = observer;
    this.library.log = observer?.log ? (message) => observer.log?.(message) : null;
    const report = observer?.table;
    this.blocks.observe(
      report
        ? (index, slot) => {
            const t = this.tableNames[index];
            observer.table?.(t.name, slot - 1, t.actionAt(slot));
          }
        : null,
    );
  }

  process(port: number, packet: Uint8Array): OutputPacket[] {
    if (packet.length > MAX_PACKET) throw packetTooLong(packet.length, MAX_PACKET);
    const { machine, std } = this;
    this.queue.begin();
    machine.load(packet);
    machine.S.fill(0, 0, this.stateSize);
    machine.S[std.ingress_port] = port;
    this.enter(packet.length, INSTANCE.normal);
    if (this.timed) this.stamp(std.ingress_global_timestamp, this.library.clock());
    try {
      this.run();
    } finally {
      // An error must not leave anything behind for the next packet.
      this.blocks.resume();
    }
    return this.queue.sent;
  }

  /** Runs the packet in the machine, then those that wait. */
  private run(): void {
    let passes = 0;
    for (let before: "ingress" | "egress" | "done" = "ingress"; ; ) {
      if (before === "done") {
        const next = this.queue.shift();
        if (!next) return;
        before = this.restore(next);
      }
      if (++passes > this.limits.passes) {
        throw new P4Error("pass-limit", `one packet took more than ${this.limits.passes} passes`);
      }
      before = before === "ingress" ? this.ingress() : this.egress();
      if (before === "egress") before = this.egress();
    }
  }

  /** Sets what is known when a packet enters ingress; the state is clear, kept metadata apart. */
  private enter(length: number, instance: number): void {
    const { S, R } = this.machine;
    S[this.std.packet_length] = length;
    S[this.std.instance_type] = instance;
    R[V1Reg.length] = length;
    R[V1Reg.ingressLength] = length;
  }

  private clearRequests(): void {
    const { R } = this.machine;
    R[V1Reg.clone] = 0;
    R[V1Reg.resubmit] = 0;
    R[V1Reg.recirculate] = 0;
    R[V1Reg.truncate] = -1;
    R[V1Reg.digest] = 0;
  }

  private parse(): void {
    const { R } = this.machine;
    R[Reg.error] = 0;
    R[V1Reg.checksumError] = 0;
    this.blocks.parse();
    this.blocks.resume();
  }

  private ingress(): "ingress" | "egress" | "done" {
    const { machine, std, blocks } = this;
    const { S, R } = machine;
    this.clearRequests();
    const length = R[V1Reg.length];
    this.parse();
    S[std.parser_error] = R[Reg.error] === 0 ? this.noError : R[Reg.error] - 1;
    blocks.verify();
    blocks.resume();
    S[std.checksum_error] = R[V1Reg.checksumError];
    blocks.ingress();
    blocks.resume();

    if (R[V1Reg.clone] !== 0) this.cloneIngress(length);
    if (R[V1Reg.digest] !== 0) this.digest();
    if (R[V1Reg.resubmit] !== 0) return this.resubmit(length);
    const group = S[std.mcast_grp];
    if (group !== 0) {
      S[std.instance_type] = INSTANCE.replicated;
      this.multicast(group, "multicast");
      return "done";
    }
    const port = S[std.egress_spec];
    if (port === DROP_PORT) return "done";
    S[std.instance_type] = INSTANCE.normal;
    this.egressPort = port;
    if (this.timed) this.enqueued = this.library.clock();
    if (this.queue.empty) return "egress";
    this.wait(true, port);
    return "done";
  }

  private egress(): "ingress" | "done" {
    const { machine, std, blocks } = this;
    const { S, R } = machine;
    R[V1Reg.clone] = 0;
    S[std.egress_port] = this.egressPort;
    S[std.egress_spec] = 0;
    S[std.packet_length] = R[V1Reg.length];
    if (this.timed) {
      const now = this.library.clock();
      this.stamp(std.egress_global_timestamp, now);
      S[std.enq_timestamp] = this.enqueued % 2 ** 32;
      S[std.deq_timedelta] = (now - this.enqueued) % 2 ** 32;
    }
    blocks.egress();
    blocks.resume();
    if (R[V1Reg.clone] !== 0) this.cloneEgress();
    if (S[std.egress_spec] === DROP_PORT) return "done";
    blocks.update();
    blocks.resume();
    R[Reg.emitted] = machine.E;
    blocks.deparse();
    blocks.resume();
    this.prepend();
    if (R[V1Reg.recirculate] !== 0) return this.recirculate();
    this.queue.send({ port: this.egressPort, bytes: machine.take() });
    return "done";
  }

  /** Puts what was emitted in front of the payload, and truncates. */
  private prepend(): void {
    const { U8, R, E } = this.machine;
    const headers = R[Reg.emitted] - E;
    const payload = R[Reg.end] - R[Reg.pos];
    const total = headers + payload;
    if (total > MAX_PACKET) throw packetTooLong(total, MAX_PACKET);
    let start = R[Reg.pos] - headers;
    if (start < 0 || start + total > HEADROOM + MAX_PACKET) {
      start = HEADROOM;
      U8.copyWithin(start + headers, R[Reg.pos], R[Reg.end]);
    }
    if (headers > 0) U8.copyWithin(start, E, E + headers);
    const truncated = R[V1Reg.truncate];
    R[Reg.start] = start;
    R[Reg.pos] = start;
    R[Reg.end] = start + (truncated >= 0 && truncated < total ? truncated : total);
  }

  private recirculate(): "ingress" | "done" {
    const { R } = this.machine;
    this.keepOnly(this.library.fieldLists[R[V1Reg.recirculate] - 1]);
    const length = R[Reg.end] - R[Reg.pos];
    this.enter(length, INSTANCE.recirculated);
    if (this.observer?.again) this.observer.again("recirculate", this.machine.take());
    if (this.queue.empty) return "ingress";
    this.wait(false, 0);
    return "done";
  }

  private resubmit(length: number): "ingress" | "done" {
    const { R } = this.machine;
    this.keepOnly(this.library.fieldLists[R[V1Reg.resubmit] - 1]);
    R[Reg.pos] = R[Reg.start];
    this.enter(length, INSTANCE.resubmitted);
    if (this.observer?.again) this.observer.again("resubmit", this.machine.take());
    if (this.queue.empty) return "ingress";
    this.wait(false, 0);
    return "done";
  }

  /** Clears headers and metadata but for the fields of a list. */
  private keepOnly(list: readonly Kept[]): void {
    const { S } = this.machine;
    if (list.length === 0) {
      S.fill(0, 0, this.stateSize);
      return;
    }
    this.saveKept(list);
    S.fill(0, 0, this.stateSize);
    this.loadKept(list);
  }

  private saveKept(list: readonly Kept[]): void {
    const { S } = this.machine;
    for (const { slot, size } of list) for (let i = slot; i < slot + size; i++) this.kept[i] = S[i];
  }
  private loadKept(list: readonly Kept[]): void {
    const { S } = this.machine;
    for (const { slot, size } of list) for (let i = slot; i < slot + size; i++) S[i] = this.kept[i];
  }

  // ---- Copies -------------------------------------------------------------------------------------------------

  private wait(egress: boolean, port: number): void {
    const { S, U8, R } = this.machine;
    const state = S.slice(0, this.stateSize);
    const bytes = U8.slice(R[Reg.pos], R[Reg.end]);
    this.queue.push({
      egress,
      port,
      state,
      bytes,
      byteLength: bytes.byteLength + state.byteLength,
      length: R[V1Reg.length],
      ingressLength: R[V1Reg.ingressLength],
    });
  }

  private restore(next: WaitingPacket): "ingress" | "egress" {
    const { machine } = this;
    const { S, R } = machine;
    machine.load(next.bytes);
    S.set(next.state);
    this.clearRequests();
    R[V1Reg.length] = next.length;
    R[V1Reg.ingressLength] = next.ingressLength;
    this.egressPort = next.port;
    if (this.timed) this.enqueued = this.library.clock();
    return next.egress ? "egress" : "ingress";
  }

  private multicast(group: number, kind: "multicast" | "clone"): void {
    const { S } = this.machine;
    for (const { port, instance } of this.groups.get(group) ?? []) {
      S[this.std.egress_rid] = instance;
      if (this.observer?.again) this.observer.again(kind, this.original());
      this.wait(true, port);
    }
  }

  /** The packet as it came in. */
  private original(): Uint8Array {
    const { U8, R } = this.machine;
    return U8.slice(R[Reg.start], R[Reg.end]);
  }

  private mirror(): { session: { port: number | null; group: number } | undefined; list: readonly Kept[] } {
    const { R } = this.machine;
    const session = this.sessions.get(R[V1Reg.clone] - 1);
    const list = this.library.fieldLists[R[V1Reg.cloneList]];
    R[V1Reg.clone] = 0;
    return { session, list };
  }

  private send(session: { port: number | null; group: number }): void {
    if (session.group !== 0) this.multicast(session.group, "clone");
    if (session.port !== null) {
      if (this.observer?.again) this.observer.again("clone", this.original());
      this.wait(true, session.port);
    }
  }

  /** The clone is the packet as received, parsed again, with only the listed metadata. */
  private cloneIngress(length: number): void {
    const { session, list } = this.mirror();
    if (!session) return;
    const { S, R } = this.machine;
    const state = S.slice(0, this.stateSize);
    const registers = R.slice();
    const port = S[this.std.ingress_port];
    this.saveKept(list);
    S.fill(0, 0, this.stateSize);
    S[this.std.ingress_port] = port;
    R[Reg.pos] = R[Reg.start];
    this.parse();
    this.clearMetadata();
    this.loadKept(list);
    S[this.std.instance_type] = INSTANCE.ingressClone;
    R[V1Reg.length] = length;
    this.send(session);
    S.set(state);
    R.set(registers);
  }

  /** The clone has the headers as egress leaves them, with only the listed metadata. */
  private cloneEgress(): void {
    const { session, list } = this.mirror();
    if (!session) return;
    const { S, R } = this.machine;
    const state = S.slice(0, this.stateSize);
    const registers = R.slice();
    this.saveKept(list);
    this.clearMetadata();
    this.loadKept(list);
    S[this.std.instance_type] = INSTANCE.egressClone;
    this.send(session);
    S.set(state);
    R.set(registers);
  }

  private clearMetadata(): void {
    this.machine.S.fill(0, this.library.user.off, this.stateSize);
  }

  private digest(): void {
    const { R, S } = this.machine;
    const digest = this.library.digests[R[V1Reg.digest] - 1];
    if (this.observer?.digest) this.observer.digest({ name: digest.name, data: digest.read(S) });
  }

  /** Stores microseconds into a bit<48>. */
  private stamp(slot: number, microseconds: number): void {
    const { S } = this.machine;
    const t = Math.floor(microseconds);
    S[slot] = t % 2 ** 32;
    S[slot + 1] = Math.floor(t / 2 ** 32) & 0xffff;
  }
}
