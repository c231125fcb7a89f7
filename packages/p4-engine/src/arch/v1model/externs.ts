/** The extern functions and methods of v1model, as BMv2's simple_switch carries them out. */

import { assign, offsetOf, scratch } from "../../compile/composites.js";
import { bool, builtinCall, isPlaceExpr, locateSlots, sequence, value } from "../../compile/expressions.js";
import type { ExternCall, ExternHandler } from "../../compile/externs.js";
import type { Fn } from "../../compile/generator.js";
import { hashInput } from "../../compile/hash-input.js";
import { isSigned, layoutOf, scalarWidth, valueClass } from "../../compile/layout.js";
import { lvalue } from "../../compile/lvalues.js";
import { normalise } from "../../compile/numeric.js";
import { argument } from "../../compile/packets.js";
import { address, type SlotPlace } from "../../compile/places.js";
import { asBig } from "../../compile/wide.js";
import { type CounterArray, type MeterArray, type RegisterArray, v1modelHash } from "../../externs/index.js";
import type { Expr } from "../../frontend/ast.js";
import { BOOL, representation } from "../../frontend/types.js";
import { fieldOf } from "../metadata.js";
import { RecordArray } from "../records.js";
import type { V1modelLibrary } from "./library.js";
import { digestExterns } from "./messages.js";
import { V1Reg } from "./registers.js";

export const DROP_PORT = 511;

export function v1modelExterns(library: V1modelLibrary): Readonly<Record<string, ExternHandler>> {
  return {
    ...stateful(library),
    ...hashes(library),
    ...packetOperations(library),
    ...digestExterns(library),
    random: {
      value: ({ fn, call }) => {
        const r = fn.g.module.constant("random", library.random);
        const result = argument(call, 0);
        const bounds = [argument(call, 1), argument(call, 2)];
        const wide = valueClass(result.type) === "big";
        // Where the range is empty, BMv2 leaves the result as it was.
        const [lo, hi] = [fn.local("lo"), fn.local("hi")];
        const to = lvalue(fn, result);
        const drawn = `${r}.${wide ? "betweenWide" : "between"}(${lo}, ${hi})`;
        const draw = sequence([...to.effects, ...to.store(drawn)], "0");
        return `(${lo} = ${value(fn, bounds[0])}, ${hi} = ${value(fn, bounds[1])}, ${lo} > ${hi} || ${draw})`;
      },
    },
  };
}

/** An array index as a number; what is far outside stays outside. */
function index(fn: Fn, e: Expr): string {
  return valueClass(e.type) === "big" ? `shiftB(${value(fn, e)}, 4294967295)` : value(fn, e);
}

// ---- Arrays ---------------------------------------------------------------------------------------------------

function stateful(library: V1modelLibrary): Readonly<Record<string, ExternHandler>> {
  const object = <T>({ fn, object: instance, call }: ExternCall, hint: string): { o: T; name: string } => {
    if (!instance) throw fn.g.unsupported(call.pos, "this extern object");
    const o = library.object(fn.g, instance) as T;
    return { o, name: fn.g.module.constant(hint, o) };
  };
  return {
    "register.read": {
      value: (c) => {
        const { o, name } = object<RegisterArray | RecordArray>(c, "register");
        const { fn, call } = c;
        const result = argument(call, 0);
        const to = lvalue(fn, result);
        if (o instanceof RecordArray) {
          const at = address(to.place as SlotPlace);
          return sequence(to.effects, `${name}.read(${index(fn, argument(call, 1))}, S, ${at})`);
        }
        const i = fn.local("i");
        const narrow = o.widthBits <= 32;
        const cell = `${fn.g.module.constant(`${name} cells`, narrow ? o.cells : o.wide)}[${i}]`;
        const stored = to.store(cellValue(cell, result));
        return sequence(
          [...to.effects, `${i} = ${index(fn, argument(call, 1))}`],
          `${i} < ${o.size} && ${sequence(stored, "0")}`,
        );
      },
    },
    "register.write": {
      value: (c) => {
        const { o, name } = object<RegisterArray | RecordArray>(c, "register");
        const { fn, call } = c;
        const e = argument(call, 1);
        if (o instanceof RecordArray) {
          const i = fn.local("i");
          const own = scratch(fn, e.type);
          const first = [`${i} = ${index(fn, argument(call, 0))}`, ...assign(fn, own, e)];
          return sequence(first, `${name}.write(${i}, S, ${own.off})`);
        }
        const [i, v] = [fn.local("i"), fn.local("v")];
        const narrow = o.widthBits <= 32;
        const cells = fn.g.module.constant(`${name} cells`, narrow ? o.cells : o.wide);
        const set = `${cells}[${i}] = ${cellBits(v, e, o.widthBits)}`;
        return `(${i} = ${index(fn, argument(call, 0))}, ${v} = ${value(fn, e)}, ${i} < ${o.size} && (${set}, 0))`;
      },
    },
    "counter.count": {
      value: (c) => {
        const { name } = object<CounterArray>(c, "counter");
        return `${name}.count(${index(c.fn, argument(c.call, 0))}, R[${V1Reg.ingressLength}])`;
      },
    },
    "direct_counter.count": { value: () => "0" },
    "meter.execute_meter": {
      value: (c) => {
        const { o, name } = object<MeterArray>(c, "meter");
        const { fn, call } = c;
        const i = fn.local("i");
        const clock = fn.g.module.constant("clock", library.clock);
        const colour = `${name}.execute(${i}, R[${V1Reg.ingressLength}], ${clock}())`;
        const run = storeNumber(fn, argument(call, 1), colour);
        return `(${i} = ${index(fn, argument(call, 0))}, ${i} < ${o.size} && ${run})`;
      },
    },
    "direct_meter.read": {
      value: ({ fn, call, object: instance }) => {
        if (!instance) throw fn.g.unsupported(call.pos, "this extern object");
        const { slot } = library.directTable(fn.g, instance, call.pos);
        const m = fn.g.module.constant("meter", library.directMeters.get(instance.name)?.meters);
        const clock = fn.g.module.constant("clock", library.clock);
        const colour = `${m}.execute(${slot}, R[${V1Reg.ingressLength}], ${clock}())`;
        return `(${slot} === 0 || ${storeNumber(fn, argument(call, 0), colour)})`;
      },
    },
  };
}

/** As a further condition, that the header a field belongs to is valid; nothing where it is no header's. */
function ifInHeader(fn: Fn, field: Expr): string {
  for (let e = field; e.kind === "member"; e = e.object) {
    const { object, pos } = e;
    if (representation(object.type).kind === "header")
      return ` && ${builtinCall(fn, { kind: "builtin", op: "isValid", object, count: 0, type: BOOL, pos })}`;
  }
  return "";
}

/** A register cell (unsigned) as a value of the expression's type. */
function cellValue(cell: string, e: Expr): string {
  const width = scalarWidth(e.type);
  switch (valueClass(e.type)) {
    case "bool":
      return `(${cell} !== 0)`;
    case "num":
      return isSigned(e.type) ? normalise(cell, width, true) : cell;
    default:
      return isSigned(e.type) ? `BigInt.asIntN(${width}, ${cell})` : cell;
  }
}

function cellBits(v: string, e: Expr, width: number): string {
  switch (valueClass(e.type)) {
    case "bool":
      return `${v} ? 1 : 0`;
    case "num":
      return isSigned(e.type) ? normalise(v, width, false) : v;
    default:
      return isSigned(e.type) ? `BigInt.asUintN(${width}, ${v})` : v;
  }
}

/** Stores a JavaScript number into an lvalue of any width. */
function storeNumber(fn: Fn, target: Expr, code: string): string {
  const to = lvalue(fn, target);
  const wide = valueClass(target.type) === "big";
  const fitted = wide
    ? `BigInt.asUintN(${scalarWidth(target.type)}, BigInt(${code}))`
    : normalise(code, scalarWidth(target.type), isSigned(target.type));
  return sequence([...to.effects, ...to.store(fitted)], "0");
}

// ---- Hashes and checksums -------------------------------------------------------------------------------------

function hashes(library: V1modelLibrary): Readonly<Record<string, ExternHandler>> {
  // As BMv2 does, neither is done for a field of a header that is not there.
  const checksum = (verify: boolean, payload: boolean): ExternHandler => ({
    value: ({ fn, call }) => {
      const [condition, data, sum] = [0, 1, 2].map((i) => argument(call, i));
      const { effects, buffer } = hashInput(fn, data, payload);
      const computed = `${function_(fn, library, argument(call, 3))}.${wideOr(sum)}(${buffer})`;
      const fitted = resize(computed, sum);
      const to = lvalue(fn, sum);
      const act = verify
        ? `${value(fn, sum)} === ${fitted} || (R[${V1Reg.checksumError}] = 1)`
        : sequence([...to.effects, ...to.store(fitted)], "0");
      return `${bool(fn, condition)}${ifInHeader(fn, sum)} && ${sequence(effects, `(${act})`)}`;
    },
  });
  return {
    hash: {
      value: ({ fn, call }) => {
        const [result, algorithm, base, data, max] = [0, 1, 2, 3, 4].map((i) => argument(call, i));
        const { effects, buffer } = hashInput(fn, data);
        const h = function_(fn, library, algorithm);
        const to = lvalue(fn, result);
        // base + hash mod max; BMv2 takes a max of 0 for 1.
        const limit = fn.local("m");
        const setLimit = `${limit} = ${asBig(fn, max)}`;
        const sum = `${asBig(fn, base)} + (${limit} === 0n ? 0n : ${h}.wide(${buffer}) % ${limit})`;
        const width = scalarWidth(result.type);
        const fitted = `BigInt.${isSigned(result.type) ? "asIntN" : "asUintN"}(${width}, ${sum})`;
        const code = valueClass(result.type) === "big" ? fitted : `Number(${fitted})`;
        return sequence([...to.effects, ...effects, setLimit, ...to.store(code)], "0");
      },
    },
    verify_checksum: checksum(true, false),
    verify_checksum_with_payload: checksum(true, true),
    update_checksum: checksum(false, false),
    update_checksum_with_payload: checksum(false, true),
    "Checksum16.get": {
      value: ({ fn, call }) => {
        const { effects, buffer } = hashInput(fn, argument(call, 0));
        const f = fn.g.module.constant("csum16", v1modelHash("csum16", library.random));
        return sequence(effects, `${f}.hash(${buffer})`);
      },
    },
  };
}

function function_(fn: Fn, library: V1modelLibrary, algorithm: Expr): string {
  const v = algorithm.kind === "literal" ? algorithm.value : null;
  if (!v || typeof v !== "object" || v.kind !== "enum") {
    throw fn.g.unsupported(algorithm.pos, "a hash algorithm that is not a constant");
  }
  return fn.g.module.constant(v.name, library.hashOf(v.name));
}

const wideOr = (e: Expr): string => (valueClass(e.type) === "big" ? "wide" : "hash");

function resize(code: string, e: Expr): string {
  const width = scalarWidth(e.type);
  if (valueClass(e.type) === "big") return `BigInt.asUintN(${width}, ${code})`;
  return normalise(code, width, isSigned(e.type));
}

// ---- What happens to the packet -------------------------------------------------------------------------------

function packetOperations(library: V1modelLibrary): Readonly<Record<string, ExternHandler>> {
  const set = (register: number, code: string): string => `R[${register}] = ${code}`;
  const clone = (list: (fn: Fn, c: ExternCall) => string): ExternHandler => ({
    value: (c) => {
      const session = value(c.fn, argument(c.call, 1));
      return `${set(V1Reg.clone, `(${session} & 0x7fff) + 1`)}, ${set(V1Reg.cloneList, list(c.fn, c))}`;
    },
  });
  const again = (register: number, list: (fn: Fn, c: ExternCall) => string): ExternHandler => ({
    value: (c) => set(register, `${list(c.fn, c)} + 1`),
  });
  const annotated = (at: number) => (_fn: Fn, c: ExternCall) => {
    const e = argument(c.call, at);
    if (e.kind !== "literal" || typeof e.value !== "bigint") {
      throw c.fn.g.unsupported(c.call.pos, "a field list whose index is not a constant");
    }
    return String(library.annotatedList(c.fn.g, Number(e.value)));
  };
  const given = (at: number) => (fn: Fn, c: ExternCall) =>
    String(givenList(fn, library, argument(c.call, at)));
  return {
    mark_to_drop: {
      value: ({ fn, call }) => {
        const place =
          call.args.length > 0 ? locateSlots(fn, argument(call, 0), "write").place : library.standard;
        const at = (name: string) => `S[${address(fieldOf(place, name))}]`;
        return `${at("egress_spec")} = ${DROP_PORT}, ${at("mcast_grp")} = 0`;
      },
    },
    clone: clone(() => "0"),
    clone_preserving_field_list: clone(annotated(2)),
    clone3: clone(given(2)),
    resubmit_preserving_field_list: again(V1Reg.resubmit, annotated(0)),
    resubmit: again(V1Reg.resubmit, given(0)),
    recirculate_preserving_field_list: again(V1Reg.recirculate, annotated(0)),
    recirculate: again(V1Reg.recirculate, given(0)),
    truncate: {
      value: ({ fn, call }) => {
        const n = `Math.min(${value(fn, argument(call, 0))}, 0x7fffffff)`;
        const t = `R[${V1Reg.truncate}]`;
        return `${t} = ${t} < 0 ? ${n} : Math.min(${t}, ${n})`;
      },
    },
  };
}

/** The list of the fields that the data argument of clone3, resubmit or recirculate is made of. */
function givenList(fn: Fn, library: V1modelLibrary, data: Expr): number {
  const kept = keptOf(fn, data);
  library.fieldLists.push(kept);
  return library.fieldLists.length - 1;
}

function keptOf(fn: Fn, e: Expr): { slot: number; size: number }[] {
  if (e.kind === "aggregate") return e.fields.flatMap((f) => keptOf(fn, f));
  if (e.kind === "cast") return keptOf(fn, e.operand);
  if (e.kind === "literal") return [];
  if (!isPlaceExpr(e)) throw fn.g.unsupported(e.pos, "data to preserve that is no metadata field");
  if (valueClass(e.type) === "slots") {
    const { place } = locateSlots(fn, e, "read");
    if (place.dyn === null) return [{ slot: place.off, size: layoutOf(e.type).size }];
  } else if (e.kind === "member") {
    const { place } = locateSlots(fn, e.object, "read");
    if (place.dyn === null) {
      const offset = offsetOf(e.object.type, e.field.index);
      return [{ slot: place.off + offset, size: layoutOf(e.type).size }];
    }
  }
  throw fn.g.unsupported(e.pos, "data to preserve that is no metadata field");
}
