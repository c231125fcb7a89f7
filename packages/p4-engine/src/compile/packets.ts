/** packet_in and packet_out: extract, lookahead, advance, length, emit; and verify. */
import type { CallExpr, Expr, Pos } from "../frontend/ast.js";
import { representation, type Type, typeName, widthBits } from "../frontend/types.js";
import { EMIT_AREA } from "../runtime/machine.js";
import { type BitField, bitFields, hasVarbit, readBits, readScalar, writeFields } from "./bits.js";
import { fieldsOf, offsetOf } from "./composites.js";
import {
  type Effects,
  fixPlace,
  invalidateSiblings,
  locateSlots,
  parserError,
  sequence,
  value,
} from "./expressions.js";
import type { ExternCall, ExternHandler } from "./externs.js";
import type { Fn, Generator } from "./generator.js";
import { isSigned, scalarWidth, valueClass } from "./layout.js";
import { normalise } from "./numeric.js";
import { address, part, type SlotPlace } from "./places.js";

export const packetExterns: Readonly<Record<string, ExternHandler>> = {
  "packet_in.extract": { value: ({ fn, call }) => extract(fn, call) },
  "packet_in.lookahead": { value: lookahead, into: lookaheadInto },
  "packet_in.advance": {
    value: ({ fn, call }) => {
      fn.sawParserError = true;
      return `${advanceFunction(fn.g)}(${value(fn, argument(call, 0))})`;
    },
  },
  "packet_in.length": { value: () => "(R[1] - R[4])" },
  "packet_out.emit": { value: ({ fn, call }) => emit(fn, argument(call, 0)) },
  verify: {
    value: ({ fn, call }) => {
      fn.sawParserError = true;
      return `${value(fn, argument(call, 0))} || (R[2] = ${value(fn, argument(call, 1))} + 1)`;
    },
  },
  static_assert: { value: () => "true" },
};

export function argument(call: CallExpr, index: number): Expr {
  const e = call.args[index]?.value;
  if (!e) throw new RangeError("a missing argument");
  return e;
}

/** A function made once for each key. */
function shared(g: Generator, key: string, hint: string, make: (name: string) => string): string {
  const known = g.sharedFunctions.get(key);
  if (known) return known;
  const name = g.module.names.unique(hint);
  g.sharedFunctions.set(key, name);
  g.module.add(make(name));
  return name;
}

function bytesOf(g: Generator, type: Type, pos: Pos): number {
  const bits = widthBits(type, false);
  // How headers with @flexible fields are packed is the compiler's choice: ours fills the last byte.
  if (fieldsOf(type).some((f) => f.annotations.some((a) => a.name === "flexible")))
    return Math.ceil(bits / 8);
  if (bits % 8 !== 0) {
    throw g.unsupported(
      pos,
      `'${typeName(type)}', whose ${bits} bits are no whole number of bytes, in a packet`,
    );
  }
  return bits / 8;
}

// ---- extract ------------------------------------------------------------------------------------------------

function extract(fn: Fn, call: CallExpr): string {
  const { g } = fn;
  fn.sawParserError = true;
  const target = argument(call, 0);
  const size = call.args.length > 1 ? value(fn, argument(call, 1)) : null;
  if (target.kind === "dontCare") {
    const bytes = bytesOf(g, target.type, call.pos);
    return `${advanceFunction(g)}(${bytes * 8}${size === null ? "" : ` + ${size}`})`;
  }
  const type = representation(target.type);
  if (type.kind !== "header") throw g.unsupported(call.pos, `extracting a '${typeName(target.type)}'`);
  const found = locateSlots(fn, target, "write");
  const { effects, place } = fixPlace(fn, found.place);
  const fixed = place.dyn === null;
  const to: SlotPlace = fixed ? place : { kind: "slot", dyn: "a", off: 0, type: target.type };
  const varies = hasVarbit(type);
  const name = shared(
    g,
    `extract ${fixed ? place.off : "*"} ${type.id} ${size !== null}`,
    `extract ${type.name}`,
    (n) => extractFunction(g, n, to, call.pos, fixed, varies && size !== null),
  );
  const passed = [...(fixed ? [] : [address(place)]), ...(varies && size !== null ? [size] : [])];
  const after = [...invalidateSiblings(place), ...advanceNext(fn, target)];
  const follow = after.length > 0 ? [`R[2] === 0 && (${after.join(", ")})`] : [];
  return sequence([...found.effects, ...effects, `${name}(${passed.join(", ")})`, ...follow], "0");
}

/** Extracting into `stack.next` moves on to the stack's next element. */
function advanceNext(fn: Fn, target: Expr): Effects {
  if (target.kind === "member") return advanceNext(fn, target.object);
  if (target.kind !== "stackElement" || target.which !== "next") return [];
  const { effects, place } = locateSlots(fn, target.object, "write");
  return [...effects, `S[${address(place)}]++`];
}

function extractFunction(
  g: Generator,
  name: string,
  place: SlotPlace,
  pos: Pos,
  fixed: boolean,
  sized: boolean,
): string {
  const bytes = bytesOf(g, place.type, pos);
  const params = [...(fixed ? [] : ["a"]), ...(sized ? ["n"] : [])];
  const lines = [`function ${name}(${params.join(", ")}) {`];
  if (!fixed) lines.push("if (R[2] !== 0) return;");
  lines.push("let p = R[0];");
  if (sized) lines.push(`if ((n & 7) !== 0) { R[2] = ${parserError(g, "ParserInvalidArgument")}; return; }`);
  const length = sized ? `${bytes} + n / 8` : String(bytes);
  lines.push(`if (p + ${length} > R[1]) { R[2] = ${parserError(g, "PacketTooShort")}; return; }`);
  if (sized) {
    const limit = widthBits(place.type) - bytes * 8;
    lines.push(`if (n > ${limit}) { R[2] = ${parserError(g, "HeaderTooShort")}; return; }`);
  }
  let bit = 0;
  for (const f of leaves(place)) {
    const t = representation(f.type);
    if (t.kind !== "varbit") {
      lines.push(...readScalar(f, "p", bit));
      bit += scalarWidth(f.type);
      continue;
    }
    if (bit % 8 !== 0) throw g.unsupported(pos, "a varbit that does not begin at a byte");
    const count = Math.ceil(t.maxWidth / 32);
    lines.push(`p = readVarbit(S, ${address(f)}, ${count}, D, p + ${bit / 8}, ${sized ? "n" : "0"});`);
    bit = 0;
  }
  lines.push(`S[${address(place)}] = 1;`, `R[0] = p + ${Math.ceil(bit / 8)};`, "}");
  return lines.join("\n");
}

/** Scalars and varbits of a header, in order; it may contain structs. */
function leaves(place: SlotPlace): SlotPlace[] {
  if (valueClass(place.type) !== "slots" || representation(place.type).kind === "varbit") return [place];
  return fieldsOf(place.type).flatMap((f, i) => leaves(part(place, offsetOf(place.type, i), f.type)));
}

function advanceFunction(g: Generator): string {
  return shared(g, "advance", "advance", (name) =>
    [
      `function ${name}(n) {`,
      `if ((n & 7) !== 0) { R[2] = ${parserError(g, "ParserInvalidArgument")}; return; }`,
      `if (R[0] + n / 8 > R[1]) { R[2] = ${parserError(g, "PacketTooShort")}; return; }`,
      "R[0] += n / 8;",
      "}",
    ].join("\n"),
  );
}

// ---- lookahead ----------------------------------------------------------------------------------------------

function tooShort(fn: Fn, bits: number): string {
  fn.sawParserError = true;
  return `R[0] + ${Math.ceil(bits / 8)} > R[1] ? (R[2] = ${parserError(fn.g, "PacketTooShort")}`;
}

function lookahead({ fn, call }: ExternCall): string {
  const width = scalarWidth(call.type);
  const fail = tooShort(fn, width);
  switch (valueClass(call.type)) {
    case "num": {
      if (width === 0) return "0";
      const code = readBits("R[0]", 0, width);
      return `(${fail}, 0) : ${normalise(code, width, isSigned(call.type))})`;
    }
    case "bool":
      return `(${fail}, false) : ${readBits("R[0]", 0, 1)} !== 0)`;
    default: {
      const bits = `bigBits(D, R[0], ${width})`;
      return `(${fail}, 0n) : ${isSigned(call.type) ? `BigInt.asIntN(${width}, ${bits})` : bits})`;
    }
  }
}

/** Effects that fill a place from the bytes ahead. */
export function lookaheadInto({ fn, call }: ExternCall, place: SlotPlace): Effects {
  const type = representation(call.type);
  if (hasVarbit(type)) throw fn.g.unsupported(call.pos, "looking ahead at a varbit");
  const name = shared(fn.g, `lookahead ${place.off}`, "lookahead", (n) =>
    [
      `function ${n}() {`,
      "const p = R[0];",
      ...bitFields(place).flatMap((f) => readScalar(f.place, "p", f.bit)),
      ...(type.kind === "header" ? [`S[${address(place)}] = 1;`] : []),
      "}",
    ].join("\n"),
  );
  return [`${tooShort(fn, widthBits(type))}, 0) : ${name}()`];
}

// ---- emit ---------------------------------------------------------------------------------------------------

function emit(fn: Fn, e: Expr): string {
  const found = locateSlots(fn, e, "read");
  const { effects, place } = fixPlace(fn, found.place);
  return sequence([...found.effects, ...effects, ...emitPlace(fn, place, e.pos)], "0");
}

function emitPlace(fn: Fn, place: SlotPlace, pos: Pos): Effects {
  const type = representation(place.type);
  switch (type.kind) {
    case "header": {
      const fixed = place.dyn === null;
      const from: SlotPlace = fixed ? place : { kind: "slot", dyn: "a", off: 0, type: place.type };
      const key = `emit ${fixed ? place.off : "*"} ${type.id}`;
      const name = shared(fn.g, key, `emit ${type.name}`, (n) => emitFunction(fn.g, n, from, pos, fixed));
      return [`S[${address(place)}] === 0 || ${name}(${fixed ? "" : address(place)})`];
    }
    case "struct":
    case "tuple":
    case "union":
    case "stack":
      return fieldsOf(type).flatMap((f, i) => emitPlace(fn, part(place, offsetOf(type, i), f.type), pos));
    default:
      throw fn.g.unsupported(pos, `emitting a '${typeName(place.type)}'`);
  }
}

function emitFunction(g: Generator, name: string, place: SlotPlace, pos: Pos, fixed: boolean): string {
  bytesOf(g, place.type, pos);
  const most = Math.ceil(widthBits(place.type) / 8);
  const lines = [`function ${name}(${fixed ? "" : "a"}) {`, "let p = R[3];"];
  lines.push(`if (p + ${most} > E + ${EMIT_AREA}) tooManyHeaders();`);
  let run: BitField[] = [];
  let bit = 0;
  const flush = () => {
    lines.push(...writeFields(run, "p"));
    run = [];
  };
  for (const f of leaves(place)) {
    if (representation(f.type).kind !== "varbit") {
      const width = scalarWidth(f.type);
      run.push({ place: f, bit, width });
      bit += width;
      continue;
    }
    flush();
    lines.push(`p = writeVarbit(S, ${address(f)}, D, p + ${bit / 8});`);
    bit = 0;
  }
  flush();
  lines.push(`R[3] = p + ${Math.ceil(bit / 8)};`, "}");
  return lines.join("\n");
}
