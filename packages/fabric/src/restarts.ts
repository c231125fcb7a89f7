/** A switch that loses power. */
export interface Restart {
  /** Its number. */
  at: number;
  timeNs: number;
  /** For how long it drops what comes in. */
  downNs: number;
}

/** The restarts of one switch. */
export class Restarts {
  readonly #times: Float64Array;
  /** By restart: until when the switch is down after it or one before. */
  readonly #downUntil: Float64Array;

  constructor(restarts: readonly Restart[]) {
    const sorted = [...restarts].sort((a, b) => a.timeNs - b.timeNs);
    this.#times = Float64Array.from(sorted, (r) => r.timeNs);
    this.#downUntil = new Float64Array(sorted.length);
    let until = 0;
    sorted.forEach(({ timeNs, downNs }, i) => {
      this.#downUntil[i] = until = Math.max(until, timeNs + downNs);
    });
  }

  get none(): boolean {
    return this.#times.length === 0;
  }
  time(i: number): number {
    return this.#times[i];
  }
  /** How many there are up to a time, that time included. */
  until(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  /** Is there one after `from` and not later than `to`? */
  within(from: number, to: number): boolean {
    return this.until(from) < this.until(to);
  }
  isDown(time: number): boolean {
    const count = this.until(time);
    return count > 0 && time < this.#downUntil[count - 1];
  }
}
