/**
 * A Tofino around the program's pipes: ingress (parser, control, deparser), traffic manager, egress. After the
 * ingress deparser come mirror, resubmit > multicast, copy to the processor, unicast; after the egress deparser
 * mirror, then the port, which may lead back into ingress. Copies wait in one queue, first in first out.
 */
import type { Engine, Observer, OutputPacket } from "../../api.js";
import { P4Error } from "../../errors.js";
import { BitBuffer } from "../../externs/index.js";
import { packetTooLong, type Target } from "../../runtime/engine.js";
import { HEADROOM, MAX_PACKET, type Machine, Reg } from "../../runtime/machine.js";
import type { FieldSlots } from "../metadata.js";
import { PacketQueue, type Waiting } from "../queue.js";
import type { TnaLibrary } from "./library.js";
import { portMetadataBits } from "./parser.js";
import { NO_PORT, PARSER_ERRORS, TnaReg } from "./registers.js";

/** The blocks of one gress of one pipe, generated. */
export interface GressBlocks {
  parse(): boolean;
  control(): void;
  deparse(): void;
}

/** Where a gress's state is. */
export interface GressState {
  /** First slot and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly parser: FieldSlots;
  readonly deparser: FieldSlots;
  /** Ingress: for the traffic manager. */
  readonly tm: FieldSlots;
}

export interface Pipe {
  readonly ingress: GressBlocks & { readonly state: GressState };
  readonly egress: GressBlocks & { readonly state: GressState };
}

export interface TofinoModule {
  resume(): void;
  observe(f: ((table: number, slot: number) => void) | null): void;
}

interface WaitingPacket extends Waiting {
  readonly egress: boolean;
  readonly port: number;
  readonly rid: number;
  readonly bytes: Uint8Array;
  /** Between the intrinsic metadata and the packet: a mirror or resubmit header. */
  readonly header: Uint8Array;
  readonly resubmitted: boolean;
}

export interface TofinoOptions {
  readonly architecture: Engine["architecture"];
  readonly recirculationPorts: ReadonlySet<number> | null;
  readonly passes: number;
  readonly queue: number;
}

const NOTHING = new Uint8Array(0);
const CPU_PORT = { tna: 64, t2na: 2 } as const;

export class TofinoSwitch implements Target {
  private readonly groups = new Map<number, readonly { port: number; instance: number }[]>();
  private readonly sessions = new Map<number, { port: number | null; group: number }>();
  private readonly queue: PacketQueue<WaitingPacket>;
  private observer: Observer | null = null;
  private readonly portMetadataBytes: number;
  private readonly intrinsic = new BitBuffer(32);
  private readonly readsError: boolean;
  /** The packet being worked on: its port and replication id. */
  private port = 0;
  private rid = 0;
  /** Nanoseconds, when the packet came into the gress. */
  private now = 0;
  private header: Uint8Array = NOTHING;
  private resubmitted = false;
  /** First byte of the packet itself, behind intrinsic metadata. */
  private packetStart = 0;

  constructor(
    private readonly machine: Machine,
    private readonly module: TofinoModule,
    /** By number; a pipe that is not programmed by itself runs pipe 0's program and state. */
    private readonly pipes: readonly Pipe[],
    private readonly errors: readonly string[],
    private readonly library: TnaLibrary,
    private readonly options: TofinoOptions,
    private readonly tableNames: readonly { name: string; actionAt: (slot: number) => string }[],
  ) {
    this.portMetadataBytes = portMetadataBits(options.architecture) / 8;
    this.queue = new PacketQueue(options.queue);
    this.readsError = library.usedFields.has("ingress_intrinsic_metadata_from_parser_t.parser_err");
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
    const report = observer?.table;
    this.module.observe(
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
    this.queue.begin();
    this.machine.load(packet);
    this.port = port;
    this.header = NOTHING;
    this.resubmitted = false;
    try {
      this.run();
    } finally {
      this.module.resume();
    }
    return this.queue.sent;
  }

  private run(): void {
    let passes = 0;
    for (let before: "ingress" | "egress" | "done" = "ingress"; ; ) {
      if (before === "done") {
        const next = this.queue.shift();
        if (!next) return;
        before = this.restore(next);
      }
      if (++passes > this.options.passes) {
        throw new P4Error("pass-limit", `one packet took more than ${this.options.passes} passes`);
      }
      before = before === "ingress" ? this.ingress() : this.egress();
      if (before === "egress") before = this.egress();
    }
  }

  private pipeOf(port: number): Pipe {
    return this.pipes[port >> 7] ?? this.pipes[0];
  }

  private recirculates(port: number): boolean {
    const { recirculationPorts: given, architecture } = this.options;
    if (given) return given.has(port);
    const local = port & 0x7f;
    if (architecture === "t2na") return local === 6 || local === 7;
    return local >= 64 && local <= 71 && port !== CPU_PORT.tna;
  }

  // ---- Ingress ------------------------------------------------------------------------------------------------

  private ingress(): "ingress" | "egress" | "done" {
    const { machine, module } = this;
    const { S, R } = machine;
    const { ingress } = this.pipeOf(this.port);
    const { state } = ingress;
    this.now = Math.floor(this.library.clock() * 1000);
    this.clear(state);
    S[state.tm.ucast_egress_port] = NO_PORT;
    R[TnaReg.length] = R[Reg.end] - R[Reg.pos];
    this.enterIngress();
    R[Reg.error] = 0;
    const accepted = ingress.parse();
    module.resume();
    if (!accepted && !this.survives(R[Reg.error])) return "done";
    this.stampParser(state.parser, accepted ? 0 : R[Reg.error]);
    ingress.control();
    module.resume();
    R[Reg.emitted] = machine.E;
    ingress.deparse();
    module.resume();

    const drop = S[state.deparser.drop_ctl];
    if (R[TnaReg.mirror] !== 0 && (drop & 4) === 0) this.mirror(this.original());
    if (R[TnaReg.digest] !== 0) this.digest();
    if (R[TnaReg.resubmit] !== 0 && (drop & 1) === 0) return this.resubmit();
    this.prepend();
    return this.trafficManager(state.tm, drop);
  }

  private clear(state: GressState): void {
    const { S, R } = this.machine;
    S.fill(0, state.from, state.to);
    R[TnaReg.mirror] = 0;
    R[TnaReg.resubmit] = 0;
    R[TnaReg.digest] = 0;
  }

  /**
   * Whether a packet that its ingress parser has given up goes on: not when it was rejected or no case of a
   * select applied, and otherwise only if the program looks at parser_err.
   */
  private survives(error: number): boolean {
    return error !== 0 && this.errors[error - 1] !== "NoMatch" && this.readsError;
  }

  private stampParser(parser: FieldSlots, error: number): void {
    const { S } = this.machine;
    S[parser.parser_err] = error === 0 ? 0 : (PARSER_ERRORS[this.errors[error - 1]] ?? 0);
    const nanoseconds = this.now;
    S[parser.global_tstamp] = nanoseconds % 2 ** 32;
    S[parser.global_tstamp + 1] = Math.floor(nanoseconds / 2 ** 32) & 0xffff;
  }

  /** Intrinsic metadata, then port metadata or the resubmit header, in front of the packet. */
  private enterIngress(): void {
    const { U8, D, R } = this.machine;
    const start = this.makeRoom(8 + this.portMetadataBytes);
    D.setUint16(start, (this.resubmitted ? 0x8000 : 0) | this.port);
    const nanoseconds = this.now;
    D.setUint16(start + 2, Math.floor(nanoseconds / 2 ** 32) & 0xffff);
    D.setUint32(start + 4, nanoseconds % 2 ** 32);
    U8.fill(0, start + 8, this.packetStart);
    if (this.header.length > 0) {
      U8.set(this.header.subarray(0, this.portMetadataBytes), start + 8);
      this.header = NOTHING;
    }
    R[Reg.start] = start;
  }

  /** Moves the packet where needed so that `bytes` bytes fit before it; the first of them. */
  private makeRoom(bytes: number): number {
    const { U8, R } = this.machine;
    if (R[Reg.pos] < bytes) {
      U8.copyWithin(HEADROOM, R[Reg.pos], R[Reg.end]);
      R[Reg.end] += HEADROOM - R[Reg.pos];
      R[Reg.pos] = HEADROOM;
    }
    this.packetStart = R[Reg.pos];
    R[Reg.pos] -= bytes;
    return R[Reg.pos];
  }

  /** The packet as it came into the gress. */
  private original(): Uint8Array {
    return this.machine.U8.slice(this.packetStart, this.machine.R[Reg.end]);
  }

  private resubmit(): "ingress" | "done" {
    const { R } = this.machine;
    const number = R[TnaReg.resubmitHeader];
    this.header = number < 0 ? NOTHING : bytesOf(this.library.headers[number]);
    this.resubmitted = true;
    R[Reg.pos] = this.packetStart;
    if (this.observer?.again) this.observer.again("resubmit", this.original());
    if (this.queue.empty) return "ingress";
    this.wait(false, this.port, 0, this.machine.take(), this.header);
    return "done";
  }

  // ---- Traffic manager ----------------------------------------------------------------------------------------

  private trafficManager(tm: FieldSlots, drop: number): "ingress" | "egress" | "done" {
    const { S, machine } = { S: this.machine.S, machine: this.machine };
    this.resubmitted = false;
    const bypass = S[tm.bypass_egress] === 1;
    const unicast = S[tm.ucast_egress_port];
    const cpu = S[tm.copy_to_cpu] === 1 && (drop & 2) === 0;
    const groups =
      (drop & 1) === 0 ? [S[tm.mcast_grp_a], S[tm.mcast_grp_b]].filter((g) => g !== 0) : NO_GROUPS;
    for (const group of groups) {
      for (const { port, instance } of this.groups.get(group) ?? []) {
        const bytes = machine.take();
        if (this.observer?.again) this.observer.again("multicast", bytes);
        this.copy(bypass, port, instance, bytes);
      }
    }
    if (cpu)
      this.copy(bypass, CPU_PORT[this.options.architecture === "t2na" ? "t2na" : "tna"], 0, machine.take());
    if (unicast === NO_PORT || (drop & 1) !== 0) return "done";
    if (!this.queue.empty) {
      this.copy(bypass, unicast, S[tm.rid], machine.take());
      return "done";
    }
    this.port = unicast;
    this.rid = S[tm.rid];
    return bypass ? this.leave() : "egress";
  }

  private copy(bypass: boolean, port: number, rid: number, bytes: Uint8Array): void {
    if (!bypass) this.wait(true, port, rid, bytes, NOTHING);
    else if (this.recirculates(port)) this.wait(false, port, 0, bytes, NOTHING);
    else this.queue.send({ port, bytes });
  }

  /** Out of a port, or through it back into ingress. */
  private leave(): "ingress" | "done" {
    const { machine } = this;
    if (!this.recirculates(this.port)) {
      this.queue.send({ port: this.port, bytes: machine.take() });
      return "done";
    }
    if (this.observer?.again) this.observer.again("recirculate", machine.take());
    if (this.queue.empty) return "ingress";
    this.wait(false, this.port, 0, machine.take(), NOTHING);
    return "done";
  }

  // ---- Egress -------------------------------------------------------------------------------------------------

  private egress(): "ingress" | "done" {
    const { machine, module } = this;
    const { S, R } = machine;
    const { egress } = this.pipeOf(this.port);
    const { state } = egress;
    this.now = Math.floor(this.library.clock() * 1000);
    this.clear(state);
    R[TnaReg.length] = R[Reg.end] - R[Reg.pos];
    this.enterEgress();
    R[Reg.error] = 0;
    const accepted = egress.parse();
    module.resume();
    // The egress parser drops nothing.
    this.stampParser(state.parser, accepted ? 0 : R[Reg.error]);
    egress.control();
    module.resume();
    R[Reg.emitted] = machine.E;
    egress.deparse();
    module.resume();
    const drop = S[state.deparser.drop_ctl];
    if (R[TnaReg.digest] !== 0) this.digest();
    this.prepend();
    if (R[TnaReg.mirror] !== 0 && (drop & 4) === 0) this.mirror(machine.take());
    return (drop & 1) !== 0 ? "done" : this.leave();
  }

  /** The egress intrinsic metadata, then a mirror header, in front of the packet. */
  private enterEgress(): void {
    const { U8, R } = this.machine;
    const second = this.options.architecture === "t2na";
    const { now } = this;
    const length = R[TnaReg.length];
    const b = this.intrinsic.reset();
    // Queues are never occupied, and nothing waits in them.
    b.put(this.port, 16).put(0, 24).put(0, 8);
    b.put(second ? now % 2 ** 32 : now & 0x3ffff, 32);
    b.put(0, 24).put(0, 8).put(0, 8).put(0, 32);
    b.put(this.rid, 16).put(0, 8).put(0, 8).put(0, 8).put(0, 8).put(Math.min(length, 0xffff), 16);
    if (second) b.put(0, 8);
    const header = this.header;
    const start = this.makeRoom(b.byteLength + header.length);
    for (let i = 0; i < b.byteLength; i++) U8[start + i] = b.bytes[i];
    if (header.length > 0) U8.set(header, start + b.byteLength);
    this.header = NOTHING;
    R[Reg.start] = start;
  }

  // ---- Copies -------------------------------------------------------------------------------------------------

  private mirror(bytes: Uint8Array): void {
    const { R } = this.machine;
    const session = this.sessions.get(R[TnaReg.mirror] - 1);
    if (!session) return;
    const number = R[TnaReg.mirrorHeader];
    const header = number < 0 ? NOTHING : bytesOf(this.library.headers[number]);
    if (this.observer?.again) this.observer.again("clone", bytes);
    for (const { port, instance } of session.group === 0 ? [] : (this.groups.get(session.group) ?? [])) {
      this.wait(true, port, instance, bytes, header);
    }
    if (session.port !== null) this.wait(true, session.port, 0, bytes, header);
  }

  private wait(egress: boolean, port: number, rid: number, bytes: Uint8Array, header: Uint8Array): void {
    const resubmitted = !egress && this.resubmitted;
    this.queue.push({
      egress,
      port,
      rid,
      bytes,
      header,
      resubmitted,
      byteLength: bytes.length + header.length,
    });
  }

  private restore(next: WaitingPacket): "ingress" | "egress" {
    this.machine.load(next.bytes);
    this.port = next.port;
    this.rid = next.rid;
    this.header = next.header;
    this.resubmitted = next.resubmitted;
    return next.egress ? "egress" : "ingress";
  }

  private digest(): void {
    const { R, S } = this.machine;
    const digest = this.library.digests[R[TnaReg.digest] - 1];
    if (this.observer?.digest) this.observer.digest({ name: digest.name, data: digest.read(S) });
  }

  /** Puts what was emitted in front of the payload. */
  private prepend(): void {
    const { U8, R, E } = this.machine;
    const headers = R[Reg.emitted] - E;
    const total = headers + R[Reg.end] - R[Reg.pos];
    if (total > MAX_PACKET) throw packetTooLong(total, MAX_PACKET);
    let start = R[Reg.pos] - headers;
    if (start < 0 || start + total > HEADROOM + MAX_PACKET) {
      start = HEADROOM;
      U8.copyWithin(start + headers, R[Reg.pos], R[Reg.end]);
    }
    if (headers > 0) U8.copyWithin(start, E, E + headers);
    R[Reg.start] = start;
    R[Reg.pos] = start;
    R[Reg.end] = start + total;
  }
}

const NO_GROUPS: readonly number[] = [];

const bytesOf = (b: BitBuffer): Uint8Array => b.bytes.slice(0, b.byteLength);
