/** Stateful arrays: counters, meters, registers. An index outside does nothing, as in BMv2. */
import type { Bits } from "../api.js";
import { P4Error } from "../errors.js";

export class CounterArray {
  readonly packets: Float64Array;
  readonly bytes: Float64Array;

  constructor(readonly size: number) {
    this.packets = new Float64Array(size);
    this.bytes = new Float64Array(size);
  }

  count(index: number, bytes: number): void {
    if (index >= this.size) return;
    this.packets[index]++;
    this.bytes[index] += bytes;
  }
}

/** Colours as v1model encodes them. tna encodes red as 3. */
export const GREEN = 0;
export const YELLOW = 1;
export const RED = 2;

/** A token bucket's rate in packets or bytes per microsecond, and its burst in packets or bytes. */
export interface MeterRate {
  perMicrosecond: number;
  burst: number;
}

/**
 * Two-rate three-colour meters (RFC 2698, colour-blind unless a colour is given). Time is the caller's, in
 * microseconds from any origin and never going back. A meter without rates is always green.
 */
export class MeterArray {
  private readonly rates = new Map<number, { committed: Bucket; peak: Bucket }>();

  constructor(
    readonly size: number,
    readonly unit: "packets" | "bytes",
  ) {}

  /** @throws P4Error value-range, unknown-index */
  setRates(index: number, committed: MeterRate, peak: MeterRate): void {
    if (!(index >= 0 && index < this.size))
      throw new P4Error("unknown-index", `index ${index} is outside a meter array of ${this.size}`);
    for (const { perMicrosecond, burst } of [committed, peak])
      if (!(perMicrosecond >= 0 && burst >= 0))
        throw new P4Error("value-range", "a meter's rate and burst must not be negative");
    if (committed.perMicrosecond > peak.perMicrosecond)
      throw new P4Error("value-range", "a meter's committed rate must not exceed its peak rate");
    this.rates.set(index, { committed: new Bucket(committed), peak: new Bucket(peak) });
  }

  getRates(index: number): { committed: MeterRate; peak: MeterRate } | undefined {
    const found = this.rates.get(index);
    return found && { committed: found.committed.rate, peak: found.peak.rate };
  }

  clearRates(index: number): void {
    this.rates.delete(index);
  }

  /** The colour of a packet of `bytes` at time `now`, at least as bad as `before`. */
  execute(index: number, bytes: number, now: number, before = GREEN): number {
    const meter = this.rates.get(index);
    if (!meter) return before;
    const cost = this.unit === "packets" ? 1 : bytes;
    meter.peak.refill(now);
    meter.committed.refill(now);
    if (before === RED || meter.peak.tokens < cost) return RED;
    meter.peak.tokens -= cost;
    if (before === YELLOW || meter.committed.tokens < cost) return YELLOW;
    meter.committed.tokens -= cost;
    return GREEN;
  }
}

/** Starts full. Tokens accrue from the origin of time, so that rounding does not add up over many packets. */
class Bucket {
  tokens: number;
  private credited = 0;

  constructor(readonly rate: MeterRate) {
    this.tokens = rate.burst;
  }

  refill(now: number): void {
    const total = Math.floor(now * this.rate.perMicrosecond);
    if (total <= this.credited) return;
    this.tokens = Math.min(this.rate.burst, this.tokens + total - this.credited);
    this.credited = total;
  }
}

/**
 * Cells of bit<W> or int<W>, kept as unsigned values: in `cells` up to 32 bits, in `wide` above. Generated
 * code may use the arrays itself after checking the index.
 */
export class RegisterArray {
  readonly cells: Uint8Array | Uint16Array | Uint32Array;
  readonly wide: bigint[];

  constructor(
    readonly size: number,
    readonly widthBits: number,
    private readonly initial: Bits = 0,
  ) {
    const narrow = widthBits <= 32 ? size : 0;
    this.cells =
      widthBits <= 8
        ? new Uint8Array(narrow)
        : widthBits <= 16
          ? new Uint16Array(narrow)
          : new Uint32Array(narrow);
    this.wide = widthBits > 32 ? new Array<bigint>(size).fill(0n) : [];
    if (initial) this.fill(initial);
  }

  fill(value: Bits): void {
    if (this.widthBits <= 32) this.cells.fill(Number(BigInt.asUintN(this.widthBits, BigInt(value))));
    else this.wide.fill(BigInt.asUintN(this.widthBits, BigInt(value)));
  }

  /** Every cell has its first value again. */
  clear(): void {
    this.fill(this.initial);
  }

  /** @throws P4Error unknown-index */
  get(index: number): Bits {
    this.check(index);
    if (this.widthBits <= 32) return this.cells[index];
    return this.widthBits <= 53 ? Number(this.wide[index]) : this.wide[index];
  }

  /** Keeps the low bits of `value`. @throws P4Error unknown-index */
  set(index: number, value: Bits): void {
    this.check(index);
    const bits = BigInt.asUintN(this.widthBits, BigInt(value));
    if (this.widthBits <= 32) this.cells[index] = Number(bits);
    else this.wide[index] = bits;
  }

  private check(index: number): void {
    if (!(Number.isInteger(index) && index >= 0 && index < this.size))
      throw new P4Error("unknown-index", `index ${index} is outside a register array of ${this.size}`);
  }
}
