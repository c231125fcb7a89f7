/** From int32 accumulators back to 8 bits: three realisations, each exact in its own way. */

/**
 * y = table[clamp((acc + 2^(shift-1)) >> shift, low, low + table.length - 1) - low].
 * The rounding term is already part of the layer's bias, so the switch only shifts, clamps and looks up.
 * Scale and activation function are in the table.
 */
export interface ShiftLut {
  kind: "shift-lut";
  /** Arithmetic right shift, 0 to 31. */
  shift: number;
  /** Smallest index value: 0 where the activation function is constant below zero (ReLU), else -table.length/2. */
  low: number;
  /** One int8 per index value; 256 entries, so that an index is one key byte. */
  table: Int8Array;
}

/**
 * As ShiftLut, with a shift and a table for each output channel: per-channel weight scales, per-channel PRelu.
 * (A switch that shifts all lanes alike multiplies the channel's weights and bias by 2^(largest shift - shift).)
 */
export interface ChannelShiftLut {
  kind: "channel-shift-lut";
  /** One per channel, 0 to 31. */
  shifts: Int32Array;
  /** Smallest index value, of all channels. */
  low: number;
  /** Row major [channels][256]. */
  tables: Int8Array;
}

/**
 * y = lowest + (number of thresholds that are <= acc): any function that does not decrease, such as ONNX
 * QLinearConv's rounding in float32, exactly. The bias holds no rounding term.
 */
export interface Threshold {
  kind: "threshold";
  /** y below the first threshold. */
  lowest: number;
  /** Thresholds of one row: at most 255. */
  count: number;
  /**
   * Row major [1 or channels][count], not decreasing within a row. An output that int32 accumulators never reach has
   * no threshold; rows that need fewer end in 2^31 - 1, which accumulators stay below.
   */
  thresholds: Int32Array;
}

export type Requantization = ShiftLut | ChannelShiftLut | Threshold;
