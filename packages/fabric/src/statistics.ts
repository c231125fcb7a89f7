import type { FaultCounts } from "./faults.js";

/** What a pipe did. */
export interface PipeStatistics {
  passes: number;
  /** Of packets as they came in, without framing. */
  bytes: number;
  /** Packets that waited for the pipe to take them, at most. */
  deepestQueue: number;
  /** Passes whose packet went nowhere: stored, stale, refused. */
  consumed: number;
}

/** What a channel did. */
export interface ChannelStatistics extends FaultCounts {
  packets: number;
  /** With framing. */
  bytes: number;
  /** Bytes in the queue when a packet joined it, at most, that packet included. */
  deepestQueueBytes: number;
  /** Refused by a full queue. */
  overflowed: number;
}

/** Packets that ended otherwise than in a program. */
export interface Drops {
  loss: number;
  /** A queue was full. */
  overflow: number;
  /** Inside a switch that restarted, or on the way to it while it was down. */
  restart: number;
  /** Sent to a port with nothing on it. */
  unconnected: number;
}

export const noPipeStatistics = (): PipeStatistics => ({ passes: 0, bytes: 0, deepestQueue: 0, consumed: 0 });
export const noChannelStatistics = (): ChannelStatistics => ({
  packets: 0,
  bytes: 0,
  deepestQueueBytes: 0,
  overflowed: 0,
  lost: 0,
  duplicated: 0,
  delayed: 0,
  replayed: 0,
});
