/** What the deparsers of a Tofino leave for the traffic manager, in the machine's `R`. */
import { Reg } from "../../runtime/machine.js";

export const TnaReg = {
  /** Length of the packet as it came into the gress: what counters and meters count. */
  length: Reg.arch,
  /** 0, or 1 + the mirror session; and the index of the buffer with the mirror header, or -1. */
  mirror: Reg.arch + 1,
  mirrorHeader: Reg.arch + 2,
  /** 0 or 1; and the index of the buffer with the resubmit header, or -1. */
  resubmit: Reg.arch + 3,
  resubmitHeader: Reg.arch + 4,
  /** 0, or 1 + the index of the digest. */
  digest: Reg.arch + 5,
} as const;

/** `ucast_egress_port` of a packet that no one has sent anywhere. */
export const NO_PORT = 0x1ff;

/** What the parser_err metadata says of a core.p4 error (constants PARSER_ERROR_* of tna.p4). */
export const PARSER_ERRORS: Readonly<Record<string, number>> = {
  NoMatch: 0x0001,
  PacketTooShort: 0x0002,
  CounterRange: 0x0004,
  HeaderTooShort: 0x0002,
  ParserTimeout: 0x0010,
  StackOutOfBounds: 0x0040,
  ParserInvalidArgument: 0x0020,
};
