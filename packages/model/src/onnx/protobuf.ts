import { error } from "../diagnostics.js";

/** Wire types of the protobuf encoding (protobuf.dev/programming-guides/encoding). */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Most numbers of an attribute or a shape; tensors have their own lists. */
const mostNumbers = 2 ** 20;

const utf8 = new TextDecoder("utf-8");

/**
 * Reads one protobuf message out of a byte range, field by field, without copying. Whatever the bytes are, it
 * ends in the fields or in a MatchMulError: onnx-truncated where a length passes the end of the file,
 * onnx-invalid for all else.
 */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #source: string;
  #position: number;
  /** Number of the field read last by next(). */
  field = 0;
  /** Its wire type. */
  wireType = 0;

  constructor(bytes: Uint8Array, source: string, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = start;
    this.#end = end;
    this.#source = source;
  }

  /** Goes to the next field and reads its tag; false at the end of the message. */
  next(): boolean {
    if (this.#position >= this.#end) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag & 7;
    if (this.field === 0 || this.field > 0x1fffffff)
      throw error("onnx-invalid", this.#source, `field number ${this.field} at byte ${this.#position}`);
    return true;
  }

  #need(count: number, what: string): void {
    if (this.#position + count <= this.#end) return;
    if (this.#end === this.#bytes.length)
      throw error("onnx-truncated", this.#source, what, count, this.#end - this.#position);
    throw error(
      "onnx-invalid",
      this.#source,
      `${what} at byte ${this.#position} runs ${this.#position + count - this.#end} bytes past its message`,
    );
  }

  #expect(type: number): void {
    if (this.wireType !== type)
      throw error(
        "onnx-invalid",
        this.#source,
        `field ${this.field} at byte ${this.#position} has wire type ${this.wireType}, not ${type}`,
      );
  }

  #low = 0;
  #high = 0;

  /** Reads a varint into the two 32-bit halves. */
  #halves(): void {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      this.#need(1, "a number");
      const byte = this.#bytes[this.#position++];
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw error("onnx-invalid", this.#source, `a number of more than 10 bytes at byte ${this.#position}`);
  }

  /** A varint as an unsigned number, rounded beyond 2^53. */
  varint(): number {
    this.#halves();
    return this.#high * 4294967296 + this.#low;
  }

  /** An int32 or int64 field, rounded beyond 2^53. */
  int(): number {
    this.#expect(wire.varint);
    this.#halves();
    return (this.#high | 0) * 4294967296 + this.#low;
  }

  float(): number {
    this.#expect(wire.fixed32);
    this.#need(4, "a float");
    this.#position += 4;
    return this.#view.getFloat32(this.#position - 4, true);
  }

  /** A bytes field as a view of the file. */
  bytes(): Uint8Array {
    this.#expect(wire.bytes);
    const length = this.varint();
    this.#need(length, `field ${this.field}`);
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }

  string(): string {
    return utf8.decode(this.bytes());
  }

  /** A field that is itself a message. */
  message(): MessageReader {
    this.#expect(wire.bytes);
    const length = this.varint();
    this.#need(length, `field ${this.field}`);
    this.#position += length;
    return new MessageReader(this.#bytes, this.#source, this.#position - length, this.#position);
  }

  skip(): void {
    switch (this.wireType) {
      case wire.varint:
        this.#halves();
        return;
      case wire.fixed64:
        this.#need(8, `field ${this.field}`);
        this.#position += 8;
        return;
      case wire.bytes: {
        const length = this.varint();
        this.#need(length, `field ${this.field}`);
        this.#position += length;
        return;
      }
      case wire.fixed32:
        this.#need(4, `field ${this.field}`);
        this.#position += 4;
        return;
      default:
        throw error(
          "onnx-invalid",
          this.#source,
          `wire type ${this.wireType} of field ${this.field} at byte ${this.#position}`,
        );
    }
  }

  /** Adds one number, or a packed list of them, of a repeated int32 or int64 field that has few. */
  pushInts(into: number[]): void {
    if (this.wireType !== wire.bytes) {
      this.#pushFew(into, this.int());
      return;
    }
    const list = this.message();
    while (list.#position < list.#end) {
      list.#halves();
      this.#pushFew(into, (list.#high | 0) * 4294967296 + list.#low);
    }
  }

  /** Adds one float, or a packed list of them, of a repeated field that has few. */
  pushFloats(into: number[]): void {
    if (this.wireType !== wire.bytes) {
      this.#pushFew(into, this.float());
      return;
    }
    const list = this.message();
    while (list.#position < list.#end) {
      list.wireType = wire.fixed32;
      this.#pushFew(into, list.float());
    }
  }

  #pushFew(into: number[], value: number): void {
    if (into.length >= mostNumbers)
      throw error("onnx-too-large", this.#source, "numbers in one list", into.length + 1, mostNumbers);
    into.push(value);
  }

  /** Adds the little-endian bytes of one 4- or 8-byte number, or of a packed list of them. */
  pushFixed(into: ByteList, width: 4 | 8): void {
    if (this.wireType === wire.bytes) {
      const list = this.bytes();
      if (list.length % width !== 0)
        throw error(
          "onnx-invalid",
          this.#source,
          `a list of ${list.length} bytes, not a multiple of ${width}`,
        );
      into.push(list);
      return;
    }
    this.#expect(width === 4 ? wire.fixed32 : wire.fixed64);
    this.#need(width, "a number");
    this.#position += width;
    into.push(this.#bytes.subarray(this.#position - width, this.#position));
  }

  /** Adds the little-endian bytes of one varint, or of a packed list of them, cut to `width` bytes. */
  pushVarints(into: ByteList, width: 4 | 8): void {
    if (this.wireType !== wire.bytes) {
      this.#expect(wire.varint);
      this.#halves();
      into.pushHalves(this.#low, this.#high, width);
      return;
    }
    const list = this.message();
    let count = 0;
    for (let i = list.#position; i < list.#end; i++) if (list.#bytes[i] < 0x80) count++;
    into.reserve(count * width);
    while (list.#position < list.#end) {
      list.#halves();
      into.pushHalves(list.#low, list.#high, width);
    }
  }
}

/** Bytes gathered from the pieces of a repeated field. One piece alone is kept as a view. */
export class ByteList {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  push(piece: Uint8Array): void {
    if (this.#length === 0) {
      this.#bytes = piece;
      this.#length = piece.length;
      return;
    }
    this.reserve(piece.length);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  pushHalves(low: number, high: number, width: 4 | 8): void {
    this.reserve(width);
    const { buffer, byteOffset } = this.#bytes;
    const view = new DataView(buffer, byteOffset + this.#length);
    view.setUint32(0, low, true);
    if (width === 8) view.setUint32(4, high, true);
    this.#length += width;
  }

  /** Makes room for `count` more bytes of our own. */
  reserve(count: number): void {
    const needed = this.#length + count;
    if (this.#owned && needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#owned ? this.#bytes.length * 2 : needed));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#owned = true;
  }
  #owned = false;

  get length(): number {
    return this.#length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
