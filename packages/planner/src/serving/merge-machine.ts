import { type Emitted, PassMachine } from "./pass-machine.js";
import { type MergePipe, SERVE_LANES, ServeKind } from "./types.js";
import { readLanes, type ServePacket, withLanes } from "./wire.js";

/** A pipe that adds up partial sums, or keeps maxima. */
export class MergeMachine extends PassMachine {
  readonly #merges: Map<number, MergePipe["merges"][number]>;
  readonly #epochs: Uint32Array;
  readonly #arrived: Uint32Array;
  readonly #counts: { epoch: Uint32Array; count: Uint32Array };
  readonly #accumulators: Int32Array;
  readonly #complete: { epoch: Uint32Array; attempt: Uint32Array };
  readonly #lanes = new Int32Array(SERVE_LANES);

  constructor(pipe: MergePipe) {
    super(pipe);
    const rows = pipe.accumulatorRows;
    this.#merges = new Map(pipe.merges.map((m) => [m.layer, m]));
    this.#epochs = new Uint32Array(pipe.states);
    this.#arrived = new Uint32Array(pipe.arrivals);
    this.#counts = { epoch: new Uint32Array(rows), count: new Uint32Array(rows) };
    this.#accumulators = new Int32Array(rows * SERVE_LANES);
    this.#complete = { epoch: new Uint32Array(rows), attempt: new Uint32Array(rows) };
  }

  override restart(): void {
    for (const cells of [this.#epochs, this.#arrived, this.#accumulators]) cells.fill(0);
    for (const pair of [this.#counts, this.#complete]) for (const cells of Object.values(pair)) cells.fill(0);
  }

  protected override loopback(port: number, packet: ServePacket): Emitted[] {
    const { header } = packet;
    if (header.kind === ServeKind.partial) return this.place(port, packet, ServeKind.store);
    const merge = this.#merges.get(header.layer);
    const { index, address, epoch, attempt, state } = header;
    const counts = this.#counts;
    if (
      header.kind !== ServeKind.store ||
      merge === undefined ||
      packet.payload.length < 4 * SERVE_LANES ||
      state >= this.#epochs.length ||
      index >= this.#arrived.length ||
      address >= counts.count.length
    )
      return this.drop("malformed");
    if (epoch < this.#epochs[state]) return this.drop("stale");
    this.#epochs[state] = epoch;
    const isNew = this.#arrived[index] !== epoch;
    this.#arrived[index] = epoch;
    const isFirst = counts.epoch[address] !== epoch;
    if (isFirst) {
      counts.epoch[address] = epoch;
      counts.count[address] = 0;
    }
    if (isNew) counts.count[address]++;
    const lanes = this.#lanes;
    readLanes(packet.payload, lanes);
    for (let m = 0, at = address * SERVE_LANES; m < SERVE_LANES; m++, at++) {
      const cell = this.#accumulators[at];
      if (isFirst) this.#accumulators[at] = lanes[m];
      else if (isNew)
        this.#accumulators[at] = merge.operation === "add" ? cell + lanes[m] : Math.max(cell, lanes[m]);
      lanes[m] = this.#accumulators[at];
    }
    if (counts.count[address] !== merge.parts) return this.drop("stored");
    if (this.#complete.epoch[address] === epoch && this.#complete.attempt[address] >= attempt)
      return this.drop("stored");
    this.#complete.epoch[address] = epoch;
    this.#complete.attempt[address] = attempt;
    header.kind = ServeKind.partial;
    header.destination = header.source;
    packet.payload = withLanes(lanes, packet.payload.subarray(4 * SERVE_LANES));
    return this.route(packet);
  }
}
