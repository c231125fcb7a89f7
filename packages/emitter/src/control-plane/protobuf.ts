/**
 * Protocol buffers' wire format, written back to front: a message's length stands before its content, so writing the
 * content first spares measuring it. Fields are therefore put in the opposite of the order they appear in.
 */
export class ReverseWriter {
  #bytes: Uint8Array;
  #at: number;

  /** @param capacity bytes to begin with; more are found when needed */
  constructor(capacity = 1 << 16) {
    this.#bytes = new Uint8Array(capacity);
    this.#at = capacity;
  }

  /** Bytes written so far: a mark for `lengthDelimited`. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** A copy of what is written; the writer is empty again. */
  take(): Uint8Array {
    const message = this.#bytes.slice(this.#at);
    this.#at = this.#bytes.length;
    return message;
  }

  /** @param value 0 to 2^32 - 1 */
  varint(value: number): void {
    this.#reserve(5);
    let size = 1;
    for (let rest = value >>> 7; rest !== 0; rest >>>= 7) size++;
    this.#at -= size;
    for (let i = 0, rest = value; i < size; i++, rest >>>= 7)
      this.#bytes[this.#at + i] = i + 1 < size ? (rest & 0x7f) | 0x80 : rest & 0x7f;
  }

  /** A field of a number: uint32, or int32 and enum of no negative value. */
  number(field: number, value: number): void {
    this.varint(value);
    this.varint(field * 8);
  }

  /** A field of bytes: the number in P4Runtime's canonical form, big-endian without leading zero bytes. */
  canonical(field: number, value: number): void {
    this.#reserve(4);
    const mark = this.length;
    let rest = value;
    do {
      this.#bytes[--this.#at] = rest & 0xff;
      rest >>>= 8;
    } while (rest !== 0);
    this.lengthDelimited(field, mark);
  }

  /** Puts a field's head before all that was written since `mark`. */
  lengthDelimited(field: number, mark: number): void {
    this.varint(this.length - mark);
    this.varint(field * 8 + 2);
  }

  #reserve(bytes: number): void {
    if (this.#at >= bytes) return;
    const larger = new Uint8Array(this.#bytes.length * 2 + bytes);
    larger.set(this.#bytes.subarray(this.#at), larger.length - this.length);
    this.#at += larger.length - this.#bytes.length;
    this.#bytes = larger;
  }
}
