/**
 * The WebAssembly instructions the kernels use, with their encodings.
 * https://webassembly.github.io/spec/core/binary/instructions.html
 */

/** What follows an instruction's opcode: nothing, an alignment and an offset, a lane, or 16 lanes. */
export type Immediate = "none" | "memory" | "lane" | "lanes";

export interface Opcode {
  bytes: number[];
  immediate: Immediate;
  /** log2 of the natural alignment, for memory instructions. */
  align?: number;
}

const plain: Record<string, number> = {
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.gt_s": 0x4a,
  "i32.le_s": 0x4c,
  "i32.ge_s": 0x4e,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_u": 0x6e,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  select: 0x1b,
};

const memory: Record<string, [opcode: number, align: number]> = {
  "i32.load": [0x28, 2],
  "i32.load8_s": [0x2c, 0],
  "i32.load8_u": [0x2d, 0],
  "i32.store": [0x36, 2],
  "i32.store8": [0x3a, 0],
  "i32.store16": [0x3b, 1],
};

const vector: Record<string, number> = {
  "i32x4.splat": 17,
  "i8x16.narrow_i16x8_u": 102,
  "i8x16.max_s": 120,
  "i8x16.max_u": 121,
  "i16x8.narrow_i32x4_s": 133,
  "i32x4.shr_s": 172,
  "i32x4.add": 174,
  "i32x4.sub": 177,
  "i32x4.min_s": 182,
  "i32x4.max_s": 184,
  "i32x4.dot_i16x8_s": 186,
};

const vectorMemory: Record<string, [opcode: number, align: number]> = {
  "v128.load": [0, 4],
  "v128.load8x8_s": [1, 3],
  "v128.load8x8_u": [2, 3],
  "v128.store": [11, 4],
};

/** The prefix of SIMD instructions, then the number in LEB128. */
const simd = (n: number): number[] => (n < 128 ? [0xfd, n] : [0xfd, (n & 0x7f) | 0x80, n >> 7]);

export const opcodes = new Map<string, Opcode>([
  ...Object.entries(plain).map(([name, n]): [string, Opcode] => [name, { bytes: [n], immediate: "none" }]),
  ...Object.entries(memory).map(([name, [n, align]]): [string, Opcode] => [
    name,
    { bytes: [n], immediate: "memory", align },
  ]),
  ...Object.entries(vector).map(([name, n]): [string, Opcode] => [
    name,
    { bytes: simd(n), immediate: "none" },
  ]),
  ...Object.entries(vectorMemory).map(([name, [n, align]]): [string, Opcode] => [
    name,
    { bytes: simd(n), immediate: "memory", align },
  ]),
  // Two memory indices follow, both 0.
  ["memory.copy", { bytes: [0xfc, 10, 0, 0], immediate: "none" }],
  ["i8x16.shuffle", { bytes: simd(13), immediate: "lanes" }],
  ["i32x4.extract_lane", { bytes: simd(27), immediate: "lane" }],
]);
