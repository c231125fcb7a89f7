/**
 * Microcode: the level between the int8 model and P4. A program is a list of passes; one pass is one trip
 * of one packet through a pipe. It says what the switch does, not yet how P4 writes it down.
 *
 * The machine it describes:
 *   lanes    32 accumulators of 32 bits in the packet's header, arithmetic modulo 2^32
 *   queue    the bytes that follow the lanes in the packet
 *   slots    one lookup table per slot, each with pages of 256 rows of 32 words
 */

/** Accumulators a packet carries: 32 lanes of 32 bits fill the 128-byte action data bus of a stage. */
export const LANES = 32;
/** Rows in a page: a lookup's key is one byte. */
export const PAGE_ROWS = 256;
/** Page 0 of every slot adds nothing: a slot that a pass does not use looks up there. */
export const ZERO_PAGE = 0;

/**
 * What the parser makes of the bytes behind the header, before anything else happens in a pass. A parser may
 * read the same bytes differently each time, so regrouping bytes costs no ALU and no stage.
 */
export type ParseMode = ParseFrom & {
  /** Bytes that leave the queue's front and become the keys of slots 0, 1, ... */
  keys: number;
};

export type ParseFrom =
  /** The lanes stay lanes. */
  | { kind: "keep" }
  /** The lanes' bytes from `skip` (0 to 128) on go to the queue's front; the lanes are zero again. */
  | { kind: "fresh"; skip: number }
  /** The low byte of each of the first `lanes` lanes goes to the queue's front; the lanes are zero again. */
  | { kind: "narrow"; lanes: number };

/** What the tables of a pass do with the lanes. */
export type Step =
  /** lane = (lane << shiftLeft) + sum over the slots of table[slot][pages[slot]][key[slot]][lane]. */
  | { kind: "accumulate"; shiftLeft: number; pages: number[] }
  /** lane = min(max(lane >> shift, low), high), arithmetic shift. */
  | { kind: "scale"; shift: number; low: number; high: number }
  /**
   * The lanes hold (logit << indexBits) + (2^indexBits - 1 - lane number): the largest of the first `classes`
   * lanes names the class in its low bits, and ties go to the lower lane. Then lane >>= indexBits.
   */
  | { kind: "verdict"; classes: number; indexBits: number };

export interface Pass {
  /** Program counter: the index in MicroProgram.passes. */
  pc: number;
  /** The model's layer this pass belongs to. */
  layer: string;
  /** What it does, for people: `plane 6`, `bits of features 0 to 9`. */
  label: string;
  parse: ParseMode;
  step: Step;
}

/** 256 rows of 32 words: row r, lane m at words[r * 32 + m]. Rows that are never reached stay zero. */
export interface Page {
  layer: string;
  /** `weights of features 0 to 7`, `bits of lane 3`: for comments and for explaining a difference. */
  label: string;
  words: Int32Array;
  /** 1 for each row that some key can reach. */
  used: Uint8Array;
}

/**
 * How features become key bytes. Passes run from the most significant planes to the least; within a pass the
 * planes ascend, so that a slot always serves the same power of two; within a plane the groups of g features
 * follow each other. Byte (plane, group) = block of the group << g | the group's bits,
 * feature i of a group in bit i.
 */
export interface KeyLayout {
  features: number;
  /** Bit planes of (value + offset). */
  planes: number;
  /** Added to each value to make it non-negative: 0 or 128. */
  offset: number;
  /** Planes looked up in one pass; the first pass takes what is left over. */
  planesPerPass: number;
  /** Features in a group, 1 to 8: the bits of a key that are data. */
  g: number;
  /** Per group, the constant in the key byte's upper 8 - g bits: which block of a page its rows are. */
  blocks: number[];
}

/** What the switch does with a packet once its class is known. */
export type VerdictAction =
  /** Back to the client, with class and logits. */
  | { kind: "answer" }
  /** Nothing leaves the switch. */
  | { kind: "drop" }
  /** On through another port, with class and logits, addresses untouched. */
  | { kind: "forward"; port: number };

export interface MicroProgram {
  name: string;
  slots: number;
  /** pages[slot][page]; page 0 is the zero page, and null. */
  pages: (Page | null)[][];
  passes: Pass[];
  input: {
    /** `bytes`: int8 values as they are, turned into planes by the switch. `planes`: key bytes made by the client. */
    encoding: "bytes" | "planes";
    features: number;
    /** Payload bytes of a request. */
    bytes: number;
    /** Of the first layer: what the client applies where the encoding is `planes`. */
    layout: KeyLayout;
  };
  /** The logits are in lanes 0 to classes - 1 of the answer. */
  classes: number;
  /** By class, where it is not the answer to the client. */
  verdicts: Record<number, VerdictAction>;
}

/** Bytes of key layout `layout`: one for each group and plane. */
export function layoutBytes(layout: KeyLayout): number {
  return layout.planes * layout.blocks.length;
}

/** Bits that number the pages: the lookup tables have 2^(pageBits + 8) rows. */
export function pageBits(program: MicroProgram): number {
  const most = Math.max(...program.pages.map((pages) => pages.length));
  return Math.max(1, Math.ceil(Math.log2(most)));
}
