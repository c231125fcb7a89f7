/**
 * Where a value lives. All state of a packet is one Uint32Array `S`: headers, metadata, locals that need an
 * address. A type takes a fixed number of its words ("slots"), so that copying a struct, clearing all headers
 * or keeping a packet for later is a copy of words:
 *
 *   bit<W>, int<W>   ceil(W / 32) slots, least significant first; int is sign-extended to its slots
 *   bool, enum, error  one slot
 *   varbit<N>        length in bits, then ceil(N / 32) slots of bytes in network order, left-aligned
 *   struct, tuple    its fields
 *   header           validity, then its fields
 *   union            its members
 *   stack            nextIndex, then its elements
 *
 * Fields of 33 bits and more begin at an even slot, so that 64-bit views of `S` can reach them.
 */
import { representation, type Type, typeName } from "../frontend/types.js";

export interface Layout {
  /** Slots; even when `align` is 2. */
  readonly size: number;
  readonly align: 1 | 2;
  /** Of the fields of a record. */
  readonly offsets: readonly number[];
  /** Of a stack: where element 0 is, and from one element to the next. */
  readonly first: number;
  readonly stride: number;
}

/** How generated JavaScript holds a value: a number, a bigint, a boolean, or only in slots. */
export type ValueClass = "num" | "big" | "bool" | "slots" | "none";

export function valueClass(type: Type): ValueClass {
  const t = representation(type);
  switch (t.kind) {
    case "bit":
    case "int":
      return t.width <= 32 ? "num" : "big";
    case "enum":
    case "error":
      return "num";
    case "bool":
      return "bool";
    case "varbit":
    case "header":
    case "union":
    case "struct":
    case "tuple":
    case "stack":
      return "slots";
    default:
      return "none";
  }
}

/** Bits of a scalar as the data plane holds it; enums and errors are 32 bits wide, as on BMv2. */
export function scalarWidth(type: Type): number {
  const t = representation(type);
  if (t.kind === "bit" || t.kind === "int") return t.width;
  return t.kind === "bool" ? 1 : 32;
}

export const isSigned = (type: Type): boolean => representation(type).kind === "int";

const scalar = (size: number, align: 1 | 2): Layout => ({ size, align, offsets: [], first: 0, stride: 0 });
const ONE = scalar(1, 1);
const layouts = new WeakMap<Type, Layout>();

export function layoutOf(type: Type): Layout {
  let layout = layouts.get(type);
  if (!layout) {
    layout = compute(type);
    layouts.set(type, layout);
  }
  return layout;
}

const even = (n: number): number => (n + 1) & ~1;

function compute(type: Type): Layout {
  const t = representation(type);
  switch (t.kind) {
    case "bit":
    case "int":
      return t.width <= 32 ? ONE : scalar(even(Math.ceil(t.width / 32)), 2);
    case "bool":
    case "enum":
    case "error":
      return ONE;
    case "varbit":
      return scalar(1 + Math.ceil(t.maxWidth / 32), 1);
    case "header":
    case "struct":
    case "tuple":
    case "union": {
      let at = t.kind === "header" ? 1 : 0;
      let align: Layout["align"] = 1 as Layout["align"];
      const offsets = t.fields.map((field) => {
        const inner = layoutOf(field.type);
        if (inner.align === 2) {
          align = 2;
          at = even(at);
        }
        const offset = at;
        at += inner.size;
        return offset;
      });
      return { size: align === 2 ? even(at) : at, align, offsets, first: 0, stride: 0 };
    }
    case "stack": {
      const inner = layoutOf(t.element);
      const size = inner.align + t.size * inner.size;
      return { size, align: inner.align, offsets: [], first: inner.align, stride: inner.size };
    }
    case "void":
    case "string":
    case "extern":
    case "integer":
      return scalar(0, 1);
    default:
      throw new RangeError(`type '${typeName(type)}' has no representation in a packet's state`);
  }
}
