/** Registers and the stateful ALU, counters and meters of a Tofino. */

import { functionCallable } from "../../compile/calls.js";
import { assign, copy, scratch } from "../../compile/composites.js";
import { type Effects, fixPlace, sequence, value } from "../../compile/expressions.js";
import type { ExternCall, ExternHandler } from "../../compile/externs.js";
import type { Fn } from "../../compile/generator.js";
import { isSigned, scalarWidth, valueClass } from "../../compile/layout.js";
import { lvalue } from "../../compile/lvalues.js";
import { normalise } from "../../compile/numeric.js";
import { argument } from "../../compile/packets.js";
import { address, loadCode, type Place, type SlotPlace, storeCode } from "../../compile/places.js";
import type { CounterArray, MeterArray, RegisterArray } from "../../externs/index.js";
import type { Expr, FunctionDecl, Instance, Pos } from "../../frontend/ast.js";
import type { Type } from "../../frontend/types.js";
import { externName } from "../attachments.js";
import { RecordArray } from "../records.js";
import { indexCode, ofType } from "./functions.js";
import type { TnaLibrary } from "./library.js";
import { TnaReg } from "./registers.js";

const LENGTH = `R[${TnaReg.length}]`;

export function statefulExterns(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  return {
    ...registers(library),
    ...registerActions(library),
    ...counters(library),
    ...meters(library),
  };
}

function instanceOf({ fn, call, object }: ExternCall): Instance {
  if (!object) throw fn.g.unsupported(call.pos, "this extern object");
  return object;
}

/** Bytes to count: those of the packet, adjusted where the call says so. */
function bytesCode(fn: Fn, adjust: Expr | null | undefined): string {
  return adjust ? `${LENGTH} - ${value(fn, adjust)}` : LENGTH;
}

// ---- Registers ------------------------------------------------------------------------------------------------

/** The cells of a register, direct or not, and code of the index into them. */
interface Cells {
  readonly array: RegisterArray | RecordArray;
  readonly type: Type;
}

function cellsOf(library: TnaLibrary, fn: Fn, register: Instance, pos: Pos): Cells {
  const type = register.type.kind === "extern" ? register.type.args[0] : undefined;
  const array = externName(register).startsWith("Direct")
    ? library.directCells(fn, register)
    : (library.object(fn.g, register) as RegisterArray | RecordArray);
  if (!type || !array) throw fn.g.unsupported(pos, `'${register.name}' here`);
  return { array, type };
}

/** Effects that move cell `i` into a place, or a place into the cell. */
function loadCell(fn: Fn, { array, type }: Cells, i: string, place: Place): Effects {
  if (array instanceof RecordArray) {
    return [`${fn.g.module.constant("register", array)}.read(${i}, S, ${address(place as SlotPlace)})`];
  }
  const narrow = array.widthBits <= 32;
  const cell = `${fn.g.module.constant("cells", narrow ? array.cells : array.wide)}[${i}]`;
  return [storeCode(place, ofType(cell, type))];
}

function storeCell(fn: Fn, { array, type }: Cells, i: string, place: Place): Effects {
  if (array instanceof RecordArray) {
    return [`${fn.g.module.constant("register", array)}.write(${i}, S, ${address(place as SlotPlace)})`];
  }
  const narrow = array.widthBits <= 32;
  const cells = fn.g.module.constant("cells", narrow ? array.cells : array.wide);
  const code = loadCode(place);
  const width = scalarWidth(type);
  const c = valueClass(type);
  const bits =
    c === "bool"
      ? `${code} ? 1 : 0`
      : !isSigned(type)
        ? code
        : c === "big"
          ? `BigInt.asUintN(${width}, ${code})`
          : normalise(code, width, false);
  return [`${cells}[${i}] = ${bits}`];
}

function registers(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  /** Effects that leave the cell's old value in a place, and store a new one if there is one. */
  const access = (c: ExternCall, place: SlotPlace, index: string, newValue: Expr | null): Effects => {
    const { fn, call } = c;
    const cells = cellsOf(library, fn, instanceOf(c), call.pos);
    const i = fn.local("i");
    const effects: Effects = [`${i} = ${index}`];
    const own = newValue ? scratch(fn, newValue.type) : null;
    if (own && newValue) effects.push(...assign(fn, own, newValue));
    const move = [...loadCell(fn, cells, i, place), ...(own ? storeCell(fn, cells, i, own) : [])];
    return [...effects, `${i} < ${cells.array.size} && ${sequence(move, "0")}`];
  };
  const handler = (index: (c: ExternCall) => string, written: number | null): ExternHandler => ({
    value: (c) => {
      const place = scratch(c.fn, c.call.type);
      const effects = access(c, place, index(c), written === null ? null : argument(c.call, written));
      return sequence(effects, loadCode(place));
    },
    into: (c, place) => access(c, place, index(c), written === null ? null : argument(c.call, written)),
  });
  const given = (c: ExternCall) => indexCode(c.fn, argument(c.call, 0));
  const direct = (c: ExternCall) => library.directSlot(c.fn, instanceOf(c), c.call.pos);
  return {
    "Register.read": handler(given, null),
    "Register.write": handler(given, 1),
    "DirectRegister.read": handler(direct, null),
    "DirectRegister.write": handler(direct, 0),
  };
}

// ---- Register actions -----------------------------------------------------------------------------------------

function registerActions(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  const execute: ExternHandler = {
    value: (c) => {
      const place = scratch(c.fn, c.call.type);
      return sequence(run(library, c, place), loadCode(place));
    },
    into: (c, place) => run(library, c, place),
  };
  const names = ["RegisterAction", "DirectRegisterAction"].flatMap((n) => [n, `${n}2`, `${n}3`, `${n}4`]);
  return Object.fromEntries(names.map((n) => [`${n}.execute`, execute]));
}

/**
 * One access of the stateful ALU: the cell is read, `apply` changes it and yields the outputs, the cell is
 * written. The first output is the call's result, others go to its out arguments.
 */
function run(library: TnaLibrary, c: ExternCall, result: SlotPlace): Effects {
  const { fn, call } = c;
  const instance = instanceOf(c);
  const register = instance.args[0];
  if (
    !register ||
    typeof register !== "object" ||
    !("kind" in register) ||
    register.kind !== "instanceNode"
  ) {
    throw fn.g.unsupported(call.pos, "a register action without a register");
  }
  const method = applyOf(fn, instance, call.pos);
  const owner = library.owners.get(instance);
  const callable = functionCallable(
    fn.g,
    method,
    new Map(),
    owner?.instance ?? fn.instance,
    owner?.scope ?? null,
  );
  const cells = cellsOf(library, fn, register, call.pos);
  const direct = externName(instance).startsWith("Direct");
  const first = call.args[0]?.param.direction === "in" ? call.args[0].value : null;
  if (!direct && !first) throw fn.g.unsupported(call.pos, "a register action without an index");
  const i = fn.local("i");
  const index = direct || !first ? library.directSlot(fn, register, call.pos) : indexCode(fn, first);

  const [cellParam, ...outputs] = callable.params;
  const cell = cellParam.place as SlotPlace;
  const targets = [
    null,
    ...call.args
      .filter((a) => a.param.direction === "out")
      .map((a) => (a.value?.kind === "dontCare" ? null : a.value)),
  ];
  const cleared = outputs.map((o) => clearOutput(o.place as SlotPlace));
  const moves = outputs.flatMap((o, k): Effects => {
    const from = o.place as SlotPlace;
    if (k === 0) {
      return valueClass(result.type) === "slots" ? copy(result, from) : [storeCode(result, loadCode(from))];
    }
    const e = targets[k];
    if (!e) return [];
    const to = lvalue(fn, e);
    if (!to.place || valueClass(e.type) !== "slots") return [...to.effects, ...to.store(loadCode(from))];
    const fixed = fixPlace(fn, to.place as SlotPlace);
    return [...to.effects, ...fixed.effects, ...copy(fixed.place, from)];
  });
  const inside = [
    ...loadCell(fn, cells, i, cell),
    ...cleared.flat(),
    `${callable.name}()`,
    ...storeCell(fn, cells, i, cell),
    ...moves,
  ];
  return [
    `${i} = ${index}`,
    ...clearOutput(result),
    `${i} < ${cells.array.size} && ${sequence(inside, "0")}`,
  ];
}

function applyOf(fn: Fn, instance: Instance, pos: Pos): FunctionDecl {
  const method = instance.decl.methods.find((m) => m.name === "apply");
  if (!method) throw fn.g.unsupported(pos, `'${instance.name}', which does not define apply,`);
  return method;
}

function clearOutput(place: SlotPlace): Effects {
  const c = valueClass(place.type);
  if (c === "slots" || c === "none") return [];
  return [storeCode(place, c === "big" ? "0n" : c === "bool" ? "false" : "0")];
}

// ---- Counters and meters --------------------------------------------------------------------------------------

function counters(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  return {
    "Counter.count": {
      value: (c) => {
        const { fn, call } = c;
        const o = fn.g.module.constant("counter", library.object(fn.g, instanceOf(c)) as CounterArray);
        return `${o}.count(${indexCode(fn, argument(call, 0))}, ${bytesCode(fn, call.args[1]?.value)})`;
      },
    },
    "DirectCounter.count": {
      value: (c) => {
        const { name, slot } = library.directTable(c.fn.g, instanceOf(c), c.call.pos);
        return `${name}.hit(${slot}, ${bytesCode(c.fn, c.call.args[0]?.value)})`;
      },
    },
  };
}

/** Colours in v1model's order, which MeterArray yields, as tna writes them. */
function meters(library: TnaLibrary): Readonly<Record<string, ExternHandler>> {
  const execute = (c: ExternCall, m: string, index: string, first: number): string => {
    const { fn, call } = c;
    const byName = (name: string) => call.args.find((a, i) => i >= first && a.param.name === name)?.value;
    const before = byName("color");
    const clock = fn.g.module.constant("clock", library.clock);
    const given = before ? `, Math.min(${value(fn, before)}, 2)` : "";
    const colour = `${m}.execute(${index}, ${bytesCode(fn, byName("adjust_byte_count"))}, ${clock}()${given})`;
    const t = fn.local("c");
    const [red, yellow, green] = colours(instanceOf(c));
    return `(${t} = ${colour}, ${t} === 2 ? ${red} : ${t} === 1 ? ${yellow} : ${green})`;
  };
  return {
    "Meter.execute": {
      value: (c) => {
        const m = c.fn.g.module.constant("meter", library.object(c.fn.g, instanceOf(c)) as MeterArray);
        return execute(c, m, indexCode(c.fn, argument(c.call, 0)), 1);
      },
    },
    "DirectMeter.execute": {
      value: (c) => {
        const instance = instanceOf(c);
        const { slot } = library.directTable(c.fn.g, instance, c.call.pos);
        const m = c.fn.g.module.constant("meter", library.directMeters.get(instance.name)?.meters);
        return execute(c, m, slot, 0);
      },
    },
  };
}

/** What a meter writes for red, yellow, green: constructor arguments, or MeterColor_t. */
function colours(instance: Instance): [number, number, number] {
  const numbers = instance.args.filter((a): a is bigint => typeof a === "bigint").map(Number);
  const last = externName(instance) === "Meter" ? numbers.slice(1) : numbers;
  return last.length >= 3 ? [last[0], last[1], last[2]] : [3, 1, 0];
}
