import { Random } from "@matchmul/common";

/** What cables do to packets; each a probability for each packet. */
export interface FaultRates {
  loss: number;
  duplicate: number;
  /** An extra delay of up to `reorderNs`, so that later packets overtake. */
  reorder: number;
  /** One of the packets that went by this cable long ago comes once more. */
  stale: number;
}

export interface FaultOptions extends FaultRates {
  reorderNs: number;
  seed: number;
  /** Loopback ports as well as cables. */
  inside: boolean;
}

/** Packets of the past that a cable keeps. */
const kept = 16;

/**
 * The faults of one cable. Each has its own random numbers, drawn in the order of its packets, so that they do not depend
 * on what other cables do, or which thread is first.
 */
export class ChannelFaults {
  readonly #random: Random;
  readonly #past: Uint8Array[] = [];

  /** @param remembers a cable may bring packets of long ago, a loopback port does not: they would outlive a restart */
  constructor(
    private readonly options: FaultOptions,
    channel: number,
    private readonly remembers: boolean,
  ) {
    // Neighbouring seeds of the generator are unrelated only after some steps.
    this.#random = new Random(Math.imul(options.seed, 0x9e3779b1) ^ Math.imul(channel + 1, 0x85ebca77));
    for (let i = 0; i < 3; i++) this.#random.next();
  }

  #hits(probability: number): boolean {
    return probability > 0 && this.#random.next() < probability;
  }

  /**
   * What one packet becomes: calls `deliver` for each copy that arrives, with its extra delay.
   * @returns how it fared
   */
  apply(bytes: Uint8Array, deliver: (bytes: Uint8Array, extraNs: number) => void, counts: FaultCounts): void {
    const { loss, duplicate, reorder, stale, reorderNs } = this.options;
    if (stale > 0 && this.remembers) this.#replay(bytes, deliver, counts);
    const copies = this.#hits(duplicate) ? 2 : 1;
    counts.duplicated += copies - 1;
    if (this.#hits(loss)) {
      counts.lost++;
      if (copies === 1) return;
    } else {
      const late = this.#hits(reorder);
      if (late) counts.delayed++;
      deliver(bytes, late ? this.#random.next() * reorderNs : 0);
      if (copies === 1) return;
    }
    deliver(bytes, this.#random.next() * reorderNs);
  }

  #replay(
    bytes: Uint8Array,
    deliver: (bytes: Uint8Array, extraNs: number) => void,
    counts: FaultCounts,
  ): void {
    if (this.#past.length > 0 && this.#hits(this.options.stale)) {
      counts.replayed++;
      const old = this.#past[this.#random.integer(0, this.#past.length - 1)];
      deliver(old, this.#random.next() * this.options.reorderNs);
    }
    if (this.#past.length < kept) this.#past.push(bytes);
    // Kept for about 1000 packets, so that many are of requests long gone.
    else if (this.#hits(1 / 64)) this.#past[this.#random.integer(0, kept - 1)] = bytes;
  }
}

export interface FaultCounts {
  lost: number;
  duplicated: number;
  delayed: number;
  replayed: number;
}
