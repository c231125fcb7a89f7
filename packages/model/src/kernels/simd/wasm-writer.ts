/**
 * Writes the binary form of a WebAssembly module with one memory and one function, as far as the kernel here needs
 * it (WebAssembly core specification 2.0, section 5, and its SIMD instructions).
 */

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let v = value; ; v >>>= 7) {
    if (v < 128) return [...bytes, v];
    bytes.push((v & 127) | 128);
  }
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let v = value; ; v >>= 7) {
    if (v >= -64 && v < 64) return [...bytes, v & 127];
    bytes.push((v & 127) | 128);
  }
}

const simd = (code: number, ...rest: number[]): number[] => [0xfd, ...unsigned(code), ...rest];

/** Instructions; addresses are in bytes. */
export const op = {
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number) => [0x21, ...unsigned(local)],
  i32: (value: number) => [0x41, ...signed(value)],
  add: [0x6a],
  sub: [0x6b],
  mul: [0x6c],
  loadVector: (offset: number) => simd(0x00, 4, ...unsigned(offset)),
  loadSplat: (offset: number) => simd(0x09, 2, ...unsigned(offset)),
  storeVector: (offset: number) => simd(0x0b, 4, ...unsigned(offset)),
  zeroVector: simd(0x0c, ...new Array<number>(16).fill(0)),
  addFloats: simd(0xe4),
  mulFloats: simd(0xe6),
  /** Repeats the body while the i32 it leaves on the stack is not 0. */
  loopWhile: (...body: number[][]) => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b],
};

const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];

/** A module that exports "memory" and the function "run" of `parameters` i32, with further i32 and v128 locals. */
export function moduleBytes(
  parameters: number,
  integers: number,
  vectors: number,
  body: number[],
): Uint8Array {
  const [i32, v128, func] = [0x7f, 0x7b, 0x60];
  const code = [2, ...unsigned(integers), i32, ...unsigned(vectors), v128, ...body, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, func, parameters, ...new Array<number>(parameters).fill(i32), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("run"), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
