import { type Emitted, PassMachine } from "./pass-machine.js";
import {
  SERVE_LANES,
  ServeKind,
  type ServeParse,
  type ServeStep,
  type Task,
  type TilePipe,
} from "./types.js";
import { readLanes, type ServePacket, withLanes } from "./wire.js";

const none = new Uint8Array(0);
const LANE_BYTES = 4 * SERVE_LANES;
const BEST_BYTES = 2 * SERVE_LANES;

/** What the parser took from a payload. */
interface Parsed {
  keys: Uint8Array;
  /** Bytes that wait behind the new lanes. */
  waiting: Uint8Array;
  /** What it did not read. */
  rest: Uint8Array;
}

/** A pipe with lookup tables. */
export class TileMachine extends PassMachine {
  readonly #tile: TilePipe;
  readonly #parses: (ServeParse | undefined)[] = [];
  readonly #steps: Map<number, ServeStep>;
  readonly #tasks: (Task | undefined)[] = [];
  readonly #words: Int32Array[];
  readonly #rowMask: number;
  readonly #banks: Uint8Array[];
  readonly #epochs: Uint32Array;
  readonly #arrived: Uint32Array;
  readonly #counts: { epoch: Uint32Array; count: Uint32Array };
  readonly #spawned: { epoch: Uint32Array; attempt: Uint32Array };
  readonly #lanes = new Int32Array(SERVE_LANES);
  readonly #best = new Uint16Array(SERVE_LANES);

  constructor(pipe: TilePipe) {
    super(pipe);
    this.#tile = pipe;
    for (const { id, parse } of pipe.parses) this.#parses[id] = parse;
    this.#steps = new Map(pipe.sequencer.map((s) => [(s.kind * 256 + s.layer) * 65536 + s.pc, s.step]));
    for (const task of pipe.tasks) this.#tasks[task.id] = task;
    this.#words = pipe.words();
    this.#rowMask = 2 ** pipe.rowBits - 1;
    this.#banks = Array.from({ length: pipe.lookups }, () => new Uint8Array(pipe.storeRows));
    this.#epochs = new Uint32Array(pipe.states);
    this.#arrived = new Uint32Array(pipe.arrivals);
    this.#counts = { epoch: new Uint32Array(pipe.states), count: new Uint32Array(pipe.states) };
    this.#spawned = { epoch: new Uint32Array(pipe.states), attempt: new Uint32Array(pipe.states) };
  }

  override restart(): void {
    for (const bank of this.#banks) bank.fill(0);
    for (const cells of [this.#epochs, this.#arrived]) cells.fill(0);
    for (const pair of [this.#counts, this.#spawned]) for (const cells of Object.values(pair)) cells.fill(0);
  }

  protected override loopback(port: number, packet: ServePacket): Emitted[] {
    const { header } = packet;
    if (header.kind === ServeKind.data) return this.place(port, packet, ServeKind.store);
    if (header.kind === ServeKind.partial) return this.place(port, packet, ServeKind.work);
    if (header.kind !== ServeKind.store && header.kind !== ServeKind.work) return this.drop("malformed");
    const parse = this.#parses[header.parse];
    const step = this.#steps.get((header.kind * 256 + header.layer) * 65536 + header.pc);
    if (parse === undefined || step === undefined || header.state >= this.#epochs.length)
      return this.drop("malformed");
    const parsed = this.#parse(parse, packet.payload);
    if (parsed === undefined) return this.drop("malformed");
    if (header.epoch < this.#epochs[header.state]) return this.drop("stale");
    this.#epochs[header.state] = header.epoch;
    if (step.op === "store") {
      if (parse.kind !== "store" && step.last === null) return this.drop("malformed");
      return this.#store(port, packet, parse, parsed, step);
    }
    if (this.#spawned.epoch[header.state] !== header.epoch) return this.drop("unspawned");
    return this.#work(port, packet, parse, parsed, step);
  }

  /** Undefined: the payload ends before what the parser reads. Leaves lanes and maxima in their containers. */
  #parse(parse: ServeParse, payload: Uint8Array): Parsed | undefined {
    const lanes = this.#lanes;
    switch (parse.kind) {
      case "skip":
        if (payload.length < parse.skip) return undefined;
        lanes.fill(0);
        return { keys: none, waiting: none, rest: payload.subarray(parse.skip) };
      case "store": {
        const end = parse.count + parse.skip;
        if (payload.length < end) return undefined;
        lanes.fill(0);
        return { keys: payload.subarray(0, parse.count), waiting: none, rest: payload.subarray(end) };
      }
      case "lanes":
      case "keys": {
        const keys = parse.kind === "keys" ? parse.keys : 0;
        if (payload.length < LANE_BYTES + keys) return undefined;
        readLanes(payload, lanes);
        return {
          keys: payload.subarray(LANE_BYTES, LANE_BYTES + keys),
          waiting: none,
          rest: payload.subarray(LANE_BYTES + keys),
        };
      }
      case "narrow":
      case "narrow-best": {
        const best = parse.kind === "narrow-best";
        const end = LANE_BYTES + (best ? BEST_BYTES : 0);
        if (payload.length < end) return undefined;
        const bytes = Uint8Array.from({ length: parse.lanes }, (_, m) =>
          best ? payload[LANE_BYTES + 2 * m + 1] : payload[4 * m + 3],
        );
        lanes.fill(0);
        return {
          keys: bytes.subarray(0, parse.keys),
          waiting: bytes.subarray(parse.keys),
          rest: payload.subarray(end),
        };
      }
      case "pool": {
        const end = LANE_BYTES + (parse.fresh ? 0 : BEST_BYTES);
        if (payload.length < end) return undefined;
        readLanes(payload, lanes);
        if (parse.fresh) this.#best.fill(0);
        else
          for (let m = 0, at = LANE_BYTES; m < SERVE_LANES; m++, at += 2)
            this.#best[m] = (payload[at] << 8) | payload[at + 1];
        return { keys: none, waiting: none, rest: payload.subarray(end) };
      }
    }
  }

  #store(
    port: number,
    packet: ServePacket,
    parse: ServeParse,
    { keys, rest }: Parsed,
    step: ServeStep & { op: "store" },
  ): Emitted[] {
    const { header } = packet;
    header.address = (header.address + step.dAddress) & 0xffff;
    header.pc = step.pc;
    header.parse = step.parse;
    packet.payload = rest;
    if (parse.kind === "store" && header.address < this.#tile.storeRows)
      for (let i = 0; i < keys.length; i++) this.#banks[parse.first + i][header.address] = keys[i];
    if (step.last === null) return this.send(port, packet);
    const { state, epoch, attempt, index } = header;
    const isNew = index < this.#arrived.length && this.#arrived[index] !== epoch;
    if (isNew) this.#arrived[index] = epoch;
    if (this.#counts.epoch[state] !== epoch) {
      this.#counts.epoch[state] = epoch;
      this.#counts.count[state] = 0;
    }
    if (isNew) this.#counts.count[state]++;
    if (this.#counts.count[state] !== step.last.total) return this.drop("stored");
    if (this.#spawned.epoch[state] === epoch && this.#spawned.attempt[state] >= attempt)
      return this.drop("stored");
    this.#spawned.epoch[state] = epoch;
    this.#spawned.attempt[state] = attempt;
    header.kind = ServeKind.work;
    return this.multicast(packet, step.last.group);
  }

  #work(port: number, packet: ServePacket, parse: ServeParse, parsed: Parsed, step: ServeStep): Emitted[] {
    const { header } = packet;
    const lanes = this.#lanes;
    const task = this.#tasks[header.task];
    const lookups = this.#tile.lookups;
    let next: { pc: number; parse: number } | null = null;
    let out: () => Emitted[] = () => this.send(port, packet);
    switch (step.op) {
      case "load":
        if (task === undefined) return this.drop("malformed");
        next = task.load;
        header.address = (task.load.address + header.base) & 0xffff;
        header.row = task.load.row;
        lanes.fill(0);
        break;
      case "sum": {
        next = step;
        header.address = (header.address + step.dAddress) & 0xffff;
        header.row = (header.row + step.dRow) & 0xffff;
        if (step.shiftLeft > 0) for (let m = 0; m < SERVE_LANES; m++) lanes[m] <<= step.shiftLeft;
        for (let slot = 0; slot < lookups; slot++) {
          const at = (header.address + (step.offsets?.[slot] ?? 0)) & 0xffff;
          this.#add(slot, header.row | (this.#banks[slot][at] ?? 0));
        }
        break;
      }
      case "bias":
        if (!task?.bias) return this.drop("malformed");
        next = step;
        header.row = task.bias.row;
        for (let slot = 0; slot < lookups; slot++) this.#add(slot, header.row);
        if (step.answer !== null) {
          header.kind = ServeKind.answer;
          header.index = step.answer.index;
          header.destination = header.reply;
          out = () => this.route(packet);
        }
        break;
      case "scale":
        next = step;
        for (let m = 0; m < SERVE_LANES; m++) lanes[m] = Math.min(Math.max(lanes[m] >> step.shift, 0), 255);
        break;
      case "pool":
        if (parse.kind !== "pool") return this.drop("malformed");
        for (let m = parse.first; m < parse.first + parse.count; m++)
          this.#best[m] = Math.max(this.#best[m], lanes[m] & 0xffff);
        next = step;
        if (step.last) {
          if (!task?.pool) return this.drop("malformed");
          next = task.pool;
          header.task = task.pool.task;
        }
        break;
      case "convert":
        next = step;
        header.row = step.row;
        for (let i = 0; i < parsed.keys.length; i++) this.#add(i, header.row | parsed.keys[i]);
        if (step.send) {
          if (!task?.send) return this.drop("malformed");
          const { send } = task;
          next = send;
          header.kind = ServeKind.data;
          header.address = send.address;
          header.index = send.index;
          header.task = send.task;
          out = () => this.multicast(packet, send.group);
        }
        break;
      case "merge": {
        if (!task?.merge) return this.drop("malformed");
        const { merge } = task;
        next = step;
        header.kind = ServeKind.partial;
        header.address = merge.address;
        header.index = merge.index;
        header.task = merge.task;
        header.source = merge.source;
        out = () => this.multicast(packet, merge.group);
        break;
      }
      case "store":
        return this.drop("malformed");
    }
    header.pc = next.pc;
    header.parse = next.parse;
    packet.payload = withLanes(
      lanes,
      parse.kind === "pool" ? this.#bestBytes() : none,
      parsed.waiting,
      parsed.rest,
    );
    return out();
  }

  /** lanes += row of a lookup table. */
  #add(slot: number, row: number): void {
    const words = this.#words[slot];
    const lanes = this.#lanes;
    const at = (row & this.#rowMask) * SERVE_LANES;
    for (let m = 0; m < SERVE_LANES; m++) lanes[m] += words[at + m];
  }

  #bestBytes(): Uint8Array {
    const bytes = new Uint8Array(BEST_BYTES);
    this.#best.forEach((value, m) => {
      bytes[2 * m] = value >> 8;
      bytes[2 * m + 1] = value;
    });
    return bytes;
  }
}
