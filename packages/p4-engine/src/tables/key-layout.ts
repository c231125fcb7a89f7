/**
 * How the keys of a table are laid out in words. A row holds every field's value, and after an inexact one
 * its mask (ternary, lpm, optional) or its upper bound (range).
 */
import type { Bits, MatchKey } from "../api.js";
import { P4Error } from "../errors.js";
import { compareWords, fullMaskWord, prefixMaskWord, readBits, wordsOf, writeBits } from "./bits.js";
import type { KeyField } from "./table.js";

export interface FieldLayout extends KeyField {
  words: number;
  /** Row offset of the value, or of a range's lower bound. */
  value: number;
  /** Row offset of the mask or upper bound; -1 for exact fields. */
  extra: number;
  /** Offset among the words of the looked-up key. */
  input: number;
}

export class KeyLayout {
  readonly fields: FieldLayout[] = [];
  /** Words of a stored row. */
  readonly rowWords: number;
  /** Words of a key to look up: the values alone. */
  readonly inputWords: number;
  readonly widthBits: number;

  constructor(
    readonly tableName: string,
    keys: readonly KeyField[],
  ) {
    let row = 0;
    let input = 0;
    let width = 0;
    for (const key of keys) {
      const words = wordsOf(key.widthBits);
      const inexact = key.kind !== "exact";
      this.fields.push({ ...key, words, value: row, extra: inexact ? row + words : -1, input });
      row += inexact ? 2 * words : words;
      input += words;
      width += key.widthBits;
    }
    this.rowWords = row;
    this.inputWords = input;
    this.widthBits = width;
  }

  /**
   * Writes a key to `row`, values masked. A field may be given by a more exact kind than the table's: an
   * exact value for a ternary, lpm, range or optional field.
   */
  encode(key: readonly MatchKey[], row: Int32Array): void {
    if (key.length !== this.fields.length)
      throw new P4Error(
        "key-count",
        `table '${this.tableName}' has ${this.fields.length} key fields, the entry gives ${key.length}`,
      );
    for (let i = 0; i < key.length; i++) this.encodeField(this.fields[i], key[i], row);
  }

  private encodeField(field: FieldLayout, key: MatchKey, row: Int32Array): void {
    const { widthBits, words, value, extra } = field;
    const what = () => `key '${field.name}' of table '${this.tableName}'`;
    const put = (at: number, v: Bits) => writeBits(row, at, v, widthBits, what);
    if (field.kind === "range") {
      if (key.kind === "range") {
        put(value, key.low);
        put(extra, key.high);
        if (compareWords(row, value, row, extra, words) > 0)
          throw new P4Error("value-range", `${what()} is an empty range: ${key.low} to ${key.high}`);
        return;
      }
      if (key.kind !== "exact") throw this.wrongKind(field, key);
      put(value, key.value);
      put(extra, key.value);
      return;
    }
    if (key.kind === "exact") {
      put(value, key.value);
      for (let j = 0; j < words && extra >= 0; j++) row[extra + j] = fullMaskWord(widthBits, j);
      return;
    }
    if (key.kind !== field.kind && !(field.kind === "ternary" && key.kind !== "range"))
      throw this.wrongKind(field, key);
    if (key.kind === "ternary") {
      put(value, key.value);
      put(extra, key.mask);
    } else if (key.kind === "lpm") {
      put(value, key.value);
      const prefix = key.prefixLength;
      if (!Number.isInteger(prefix) || prefix < 0 || prefix > widthBits)
        throw new P4Error("value-range", `${what()} has ${widthBits} bits, so no prefix of ${prefix}`);
      for (let j = 0; j < words; j++) row[extra + j] = prefixMaskWord(widthBits, prefix, j);
    } else if (key.kind === "optional") {
      if (key.value !== null) put(value, key.value);
      for (let j = 0; j < words; j++) row[extra + j] = key.value === null ? 0 : fullMaskWord(widthBits, j);
    }
    for (let j = 0; j < words; j++) row[value + j] &= row[extra + j];
  }

  /** The key in the row at `at`, fields of their declared kinds. */
  decode(rows: Int32Array, at: number): MatchKey[] {
    return this.fields.map((field) => decodeField(field, rows, at));
  }

  private wrongKind(field: FieldLayout, key: MatchKey): P4Error {
    return new P4Error(
      "key-kind",
      `key '${field.name}' of table '${this.tableName}' is matched ${field.kind}, the entry gives ${key.kind}`,
    );
  }
}

function decodeField(field: FieldLayout, rows: Int32Array, at: number): MatchKey {
  const { kind, widthBits, words } = field;
  const value = readBits(rows, at + field.value, widthBits);
  const extra = at + field.extra;
  switch (kind) {
    case "exact":
      return { kind, value };
    case "ternary":
      return { kind, value, mask: readBits(rows, extra, widthBits) };
    case "lpm":
      return { kind, value, prefixLength: onesIn(rows, extra, words) };
    case "optional":
      return { kind, value: words > 0 && rows[extra] === 0 ? null : value };
    case "range":
      return { kind, low: value, high: readBits(rows, extra, widthBits) };
  }
}

/** Set bits in a row of words. */
export function onesIn(words: Int32Array, at: number, n: number): number {
  let count = 0;
  for (let i = 0; i < n; i++) for (let w = words[at + i]; w !== 0; w &= w - 1) count++;
  return count;
}
