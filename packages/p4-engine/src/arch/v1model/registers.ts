/** What externs leave for the switch to do after a control, in the machine's `R` (BMv2: packet registers). */
import { Reg } from "../../runtime/machine.js";

export const V1Reg = {
  /** 0, or 1 + the mirror session of a clone; the last call counts. */
  clone: Reg.arch,
  /** Field list of the clone, the resubmission, the recirculation: index in the library's lists, 0 is empty. */
  cloneList: Reg.arch + 1,
  /** 0, or 1 + the field list. */
  resubmit: Reg.arch + 2,
  recirculate: Reg.arch + 3,
  /** Bytes to keep of the outgoing packet; negative: all. */
  truncate: Reg.arch + 4,
  /** 0, or 1 + the index of the digest to send. */
  digest: Reg.arch + 5,
  /** Length of the packet, as setValid and setInvalid change it. */
  length: Reg.arch + 6,
  /** Length of the packet as it came in: what counters and meters count. */
  ingressLength: Reg.arch + 7,
  checksumError: Reg.arch + 8,
} as const;
