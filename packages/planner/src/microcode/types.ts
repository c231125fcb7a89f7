/**
 * Microcode: the level between the int8 model and P4. A program is a list of passes; one pass is one trip
 * of one packet through a pipe. It says what the switch does, not yet how P4 writes it down.
 *
 * The machine it describes:
 *   lanes    32 accumulators of 32 bits in the packet's header, arithmetic modulo 2^32
 *   parked   bytes in front of the lanes: results of earlier tiles that wait for the layer's last
 *   queue    the bytes that follow the lanes in the packet
 *   slots    one lookup table per slot, each with pages of 256 rows of 32 words
 */

/** Accumulators a packet of the shift-and-add program carries: as many containers again hold the weights. */
export const SHIFT_ADD_LANES = 16;

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
  /** Keys that leave the queue's front for slots 0, 1, ... */
  keys: number;
  /** One byte: a row of the page that the sequencer names. Two: page and row. */
  keyBytes: 1 | 2;
  /** Parked bytes in the packet when the pass begins. */
  parked: number;
};

export type ParseFrom =
  /** The lanes stay lanes. */
  | { kind: "keep" }
  /** The lanes' bytes from `skip` (0 to 128) on go to the queue's front; the lanes are zero again. */
  | { kind: "fresh"; skip: number }
  /** The low byte of each of the first `lanes` lanes is parked behind what is; the lanes are zero again. */
  | { kind: "park"; lanes: number }
  /**
   * Parked bytes, then the first `lanes` lanes' low bytes, go to the queue's front, `copies` times (default 1; with more
   * the pass takes one key); the lanes are zero again.
   */
  | { kind: "narrow"; lanes: number; copies?: number };

/** What the tables of a pass do with the lanes. */
export type Step =
  /**
   * lane = (lane << shiftLeft) + sum over the slots of table[slot][pages[slot]][key[slot]][lane]; `pages` is null
   * where each key brings its page.
   */
  | { kind: "accumulate"; shiftLeft: number; pages: number[] | null }
  /**
   * Shift-and-add: x = shiftAdd.maps[map - 1][key], or 1 without a key where `map` is 0; then for each bit j of x
   * that is set, lane = lane + (shiftAdd.rows[row].words[lane number] << j).
   */
  | { kind: "multiply"; row: number; map: number }
  /** lane = min(max(lane >> shift, 0), 255), arithmetic shift; then pooled. */
  | { kind: "scale"; shift: number; pool: Pool | null }
  /** lane = lowest + how many of MicroProgram.thresholds[table].lanes[lane number] are <= lane; then pooled. */
  | { kind: "threshold"; table: number; pool: Pool | null }
  /**
   * The lanes hold (logit << indexBits) + (2^indexBits - 1 - lane number): the largest of the first `classes`
   * lanes names the class in its low bits, and ties go to the lower lane. Then lane >>= indexBits.
   */
  | { kind: "verdict"; classes: number; indexBits: number };

/** Max pooling: lane u becomes the largest of the lanes u, u + units, u + 2 * units ... of its window. */
export interface Pool {
  units: number;
  /** Elements of a window, 2 or more. */
  window: number;
}

/** One requantization by thresholds: a row for each lane in use. */
export interface ThresholdTable {
  layer: string;
  lowest: number;
  /** Ascending. */
  lanes: Int32Array[];
}

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
 * How features become keys. Passes run from the most significant planes to the least; within a pass the
 * planes ascend, so that a slot always serves the same power of two; within a plane the groups of g features
 * follow each other, feature i of a group in bit i of its key. The last key is the bias and has no data bits.
 */
export interface KeyShape {
  features: number;
  /** Bit planes of (value + offset). */
  planes: number;
  /** Added to each value to make it non-negative: 0 or 128. */
  offset: number;
  /** Planes looked up in one pass; the first pass takes what is left over. */
  planesPerPass: number;
  /** Features in a group, 1 to 12: the bits of a key that are data. */
  g: number;
  groups: number;
  /** 2 where g exceeds 8: the key is then page and row. */
  keyBytes: 1 | 2;
}

export interface KeyLayout extends KeyShape {
  /** [plane within the pass][group]: what the bits above the data bits say, which block of rows it is. */
  constants: number[][];
  /** The key that looks the bias up. */
  bias: number;
}

/** The keys of one tile: feature i of its layout is element features[i] of the layer's input. */
export interface TileKeys {
  features: number[];
  layout: KeyLayout;
}

/** What the switch does with a packet once its class is known. */
export type VerdictAction =
  /** Back to the client, with class and logits. */
  | { kind: "answer" }
  /** Nothing leaves the switch. */
  | { kind: "drop" }
  /** On through another port, with class and logits, addresses untouched. */
  | { kind: "forward"; port: number };

/** The weights of the shift-and-add kernel. */
export interface ShiftAddTables {
  /** True where the rows stand in the program's text, as constants of actions: then they are no table entries. */
  constants?: boolean;
  /** A row of weights for each input of each tile, and one for its bias. */
  rows: { layer: string; label: string; words: Int32Array }[];
  /** What an arriving byte means, offset so that it is not negative: requantization tables among them. */
  maps: { layer: string; values: Uint8Array }[];
}

export interface MicroProgram {
  name: string;
  /** Accumulators in the packet. */
  lanes: number;
  /** Present where the program is the shift-and-add kernel's, which has no lookup slots. */
  shiftAdd?: ShiftAddTables;
  slots: number;
  /** pages[slot][page]; page 0 is the zero page, and null. */
  pages: (Page | null)[][];
  passes: Pass[];
  thresholds: ThresholdTable[];
  input: {
    /** `bytes`: int8 values as they are, turned into planes by the switch. `planes`: key bytes made by the client. */
    encoding: "bytes" | "planes";
    features: number;
    /**
     * With encoding `bytes`: which value each payload byte is, where that is not all of them in order (shift-and-add
     * takes a tile's inputs once for each tile).
     */
    order?: number[];
    /** Payload bytes of a request. */
    bytes: number;
    dtype: "int8" | "uint8";
    /** Of the first layer's tiles, one after the other: what the client applies where the encoding is `planes`. */
    layouts: TileKeys[];
  };
  /** The logits are in lanes 0 to classes - 1 of the answer. */
  classes: number;
  /** By class, where it is not the answer to the client. */
  verdicts: Record<number, VerdictAction>;
}

/** Most key bytes the switch can make: those of all lanes. */
export const MOST_KEY_BYTES = LANES * 4;

/** Bytes of a layer's keys: one key for each group and plane, and the bias. */
export function keyBytesOf(shape: KeyShape): number {
  return (shape.planes * shape.groups + 1) * shape.keyBytes;
}

/** Bits that number the pages: the lookup tables have 2^(pageBits + 8) rows. */
export function pageBits(program: MicroProgram): number {
  const most = Math.max(...program.pages.map((pages) => pages.length));
  return Math.max(1, Math.ceil(Math.log2(most)));
}
