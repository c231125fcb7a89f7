/**
 * Keys and arguments of STF entries, by the rules of p4c's runner for BMv2: a key may be named by the end of
 * its name; one that is not named matches anything (an exact one 0); the mask of a ternary key covers the
 * digits that are written, `*` being a free one.
 */
import type { Bits, MatchKey } from "../api.js";
import type { ActionInfo, TableHandle } from "../control/device.js";
import { parseInteger } from "../control/literals.js";
import { P4Error } from "../errors.js";
import type { StfKey } from "./test.js";

type KeyInfo = TableHandle["keys"][number];

/** The key of an entry, in the table's order. @throws P4Error unknown-key, bad-value, duplicate-key */
export function entryKey(handle: TableHandle, given: readonly StfKey[]): MatchKey[] {
  const values = new Map<number, string>();
  for (const { name, value } of given) {
    const index = keyIndex(handle, name);
    values.set(index, value);
  }
  return handle.keys.map((key, i) => {
    const text = values.get(i);
    return text === undefined ? missing(key) : matchKey(key, text);
  });
}

/** Names that p4c writes in several ways. */
const normal = (name: string) =>
  name.replace(/\.?\$valid\$?$/, ".$valid$").replace(/\.isValid\(\)$/, ".$valid$");

function keyIndex({ keys, info }: TableHandle, written: string): number {
  // `extra$0.h` stands for `extra[0].h`.
  const name = normal(written.replace(/^(.*)\$(\d+)(.*)$/, "$1[$2]$3"));
  const names = keys.map((k) => normal(k.name));
  const tries: ((n: string) => boolean)[] = [
    (n) => n === name,
    (n) => n === `${name}$` || n === `${name}.$valid$`,
    (n) => name.endsWith(".valid") && n === `${name.slice(0, -5)}$valid$`,
    (n) => n.endsWith(`.${name}`) || n.endsWith(`.${name}$`) || (name === "valid" && n.endsWith(".$valid$")),
  ];
  for (const matches of tries) {
    const found = names.findLastIndex(matches);
    if (found >= 0) return found;
  }
  throw new P4Error(
    "unknown-key",
    `table '${info.name}' has no key '${written}'; it has ${keys.map((k) => k.name).join(", ") || "none"}`,
  );
}

function missing({ kind, widthBits }: KeyInfo): MatchKey {
  switch (kind) {
    case "ternary":
      return { kind, value: 0, mask: 0 };
    case "lpm":
      return { kind, value: 0, prefixLength: 0 };
    case "range":
      return { kind, low: 0, high: (1n << BigInt(widthBits)) - 1n };
    case "optional":
      return { kind, value: null };
    default:
      return { kind: "exact", value: 0 };
  }
}

const DIGIT_BITS: Readonly<Record<string, number>> = { "0x": 4, "0b": 1, "0o": 3 };

function matchKey(key: KeyInfo, text: string): MatchKey {
  const { kind, widthBits } = key;
  const bits = DIGIT_BITS[text.slice(0, 2).toLowerCase()];
  const number = (t: string) => integer(t, `key '${key.name}'`);
  const parts = (by: string) => text.split(by, 2);
  switch (kind) {
    case "ternary": {
      if (text.includes("&&&")) {
        const [value, mask] = parts("&&&");
        return { kind, value: number(value), mask: number(mask) };
      }
      if (text === "*") return { kind, value: 0, mask: 0 };
      if (bits === undefined) return { kind: "exact", value: number(text) };
      const mask = BigInt.asUintN(widthBits, digitsMask(text.slice(2), bits));
      return { kind, value: number(text.replaceAll("*", "0")), mask };
    }
    case "lpm": {
      if (text.includes("/")) {
        const [value, length] = parts("/");
        return { kind, value: number(value), prefixLength: Number(number(length)) };
      }
      if (text === "*") return { kind, value: 0, prefixLength: 0 };
      const value = number(text.replaceAll("*", "0"));
      if (bits === undefined) return { kind, value, prefixLength: widthBits };
      const digits = text.length - 2 - (text.match(/\*/g)?.length ?? 0);
      return { kind, value, prefixLength: Math.min(widthBits, digits * bits) };
    }
    case "range": {
      const by = text.includes("->") ? "->" : "..";
      if (!text.includes(by)) return { kind: "exact", value: number(text) };
      const [low, high] = parts(by);
      return { kind, low: number(low), high: number(high) };
    }
    case "optional":
      return { kind, value: /^0[xXbBoO]\*+$|^\*$/.test(text) ? null : number(text) };
    default:
      return { kind: "exact", value: number(text) };
  }
}

function digitsMask(digits: string, bits: number): bigint {
  let mask = 0n;
  const ones = (1n << BigInt(bits)) - 1n;
  for (const digit of digits) mask = (mask << BigInt(bits)) | (digit === "*" ? 0n : ones);
  return mask;
}

function integer(text: string, what: string): Bits {
  const value = parseInteger(text);
  if (value === null) throw new P4Error("bad-value", `${what} is '${text}', which is no number`);
  return value;
}

/** The arguments in the action's order. @throws P4Error unknown-argument, argument-count */
export function actionArguments(action: ActionInfo, given: readonly StfKey[]): Bits[] {
  for (const { name } of given)
    if (!action.params.some((p) => p.name === name))
      throw new P4Error("unknown-argument", `action '${action.name}' has no parameter '${name}'`);
  return action.params.map(({ name }) => {
    const found = given.find((g) => g.name === name);
    if (!found) throw new P4Error("argument-count", `action '${action.name}' needs a value for '${name}'`);
    return integer(found.value, `argument '${name}'`);
  });
}
