/** Bins of the magnitude histogram; at least half of them lie below the largest magnitude seen. */
export const HISTOGRAM_BINS = 4096;

/**
 * What calibration keeps of one tensor: the exact extremes, the number of zeros, and a histogram of
 * magnitudes |x|. The histogram spans [0, 2^k); when a larger value comes, neighbouring bins are merged and k
 * grows, so one pass over the data is enough and the result does not depend on the samples' order.
 */
export class TensorStatistics {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  count = 0;
  zeros = 0;
  /** Sum of each channel's values, where channels are known. */
  channelSums: Float64Array | undefined;
  /** Non-zero magnitudes: bin i counts |x| in [i, i + 1) * binWidth. */
  readonly bins = new Float64Array(HISTOGRAM_BINS);
  /** log2 of the histogram's upper end. */
  #exponent = Number.NaN;

  get binWidth(): number {
    return Number.isNaN(this.#exponent) ? 0 : 2 ** this.#exponent / HISTOGRAM_BINS;
  }

  get largestMagnitude(): number {
    return this.count === 0 ? 0 : Math.max(Math.abs(this.min), Math.abs(this.max));
  }

  /**
   * Adds values.
   * @param channels number of channels; each one's values lie together
   * @returns false, with nothing added, where one of the values is NaN or infinite
   */
  add(values: ArrayLike<number>, channels = 1): boolean {
    let min = this.min;
    let max = this.max;
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      if (!Number.isFinite(v)) return false;
      if (v < min) min = v;
      if (v > max) max = v;
    }
    if (values.length === 0) return true;
    this.min = min;
    this.max = max;
    this.count += values.length;
    this.#addChannels(values, channels);
    const largest = this.largestMagnitude;
    if (largest > 0) this.#grow(largest);
    const perBin = 1 / this.binWidth;
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      if (v === 0) {
        this.zeros++;
        continue;
      }
      // The product can round up to the end of the histogram.
      this.bins[Math.min(Math.floor(Math.abs(v) * perBin), HISTOGRAM_BINS - 1)]++;
    }
    return true;
  }

  #addChannels(values: ArrayLike<number>, channels: number): void {
    this.channelSums ??= new Float64Array(channels);
    const perChannel = values.length / channels;
    for (let c = 0, i = 0; c < channels; c++) {
      let sum = 0;
      for (const end = i + perChannel; i < end; i++) sum += values[i];
      this.channelSums[c] += sum;
    }
  }

  /** The mean of each channel's values. */
  get channelMeans(): Float64Array {
    const { channelSums = new Float64Array(1), count } = this;
    return channelSums.map((sum) => (count === 0 ? 0 : (sum / count) * channelSums.length));
  }

  #grow(largest: number): void {
    let needed = Math.max(Math.floor(Math.log2(largest)) + 1, -1000);
    // log2 rounds; the invariant is largest < 2^needed.
    if (largest >= 2 ** needed) needed++;
    if (Number.isNaN(this.#exponent)) this.#exponent = needed;
    if (needed <= this.#exponent) return;
    const steps = needed - this.#exponent;
    const merged = new Float64Array(HISTOGRAM_BINS);
    for (let i = 0; i < HISTOGRAM_BINS; i++) merged[steps > 12 ? 0 : i >> steps] += this.bins[i];
    this.bins.set(merged);
    this.#exponent = needed;
  }

  /**
   * The magnitude below which `percentile` percent of all values lie, interpolated inside its bin and never
   * above the largest magnitude.
   */
  magnitudePercentile(percentile: number): number {
    const target = (percentile / 100) * this.count;
    let below = this.zeros;
    if (below >= target) return 0;
    for (let i = 0; i < HISTOGRAM_BINS; i++) {
      const inBin = this.bins[i];
      if (inBin > 0 && below + inBin >= target) {
        const edge = (i + (target - below) / inBin) * this.binWidth;
        return Math.min(edge, this.largestMagnitude);
      }
      below += inBin;
    }
    return this.largestMagnitude;
  }
}
