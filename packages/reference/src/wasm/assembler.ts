import { opcodes } from "./opcodes.js";

/**
 * Assembles the kernels: a subset of the WebAssembly text format in which every instruction is folded, as in
 * (local.set $x (i32.add (local.get $a) (i32.const 1))). Functions have i32 parameters and no result; locals
 * are i32 or v128. A mistake in a kernel is a bug of this package, so it throws a plain Error.
 */

type Expression = string | Expression[];

/** Reads the text into nested lists; ;; begins a comment. */
function read(text: string): Expression[] {
  const tokens = text.replace(/;;[^\n]*/g, "").match(/[()]|[^\s()]+/g) ?? [];
  const stack: Expression[][] = [[]];
  for (const token of tokens) {
    if (token === "(") stack.push([]);
    else if (token === ")") {
      const list = stack.pop()!;
      if (stack.length === 0) throw new Error("kernel text has a ) too many");
      stack.at(-1)!.push(list);
    } else stack.at(-1)!.push(token);
  }
  if (stack.length !== 1) throw new Error("kernel text lacks a )");
  return stack[0];
}

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return out;
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...out, low];
    out.push(low | 0x80);
  }
}

const name = (text: string): number[] => {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
};

const list = (items: number[][]): number[] => [...unsigned(items.length), ...items.flat()];

const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];

const types = { i32: 0x7f, v128: 0x7b } as const;
const end = 0x0b;
const noResult = 0x40;

/** One function's body: turns folded instructions into bytes. */
class Body {
  readonly bytes: number[] = [];
  readonly #labels: string[] = [];

  constructor(
    readonly locals: ReadonlyMap<string, number>,
    readonly functions: ReadonlyMap<string, number>,
  ) {}

  /** Emits instructions one after another. */
  all(expressions: readonly Expression[]): void {
    for (const expression of expressions) this.one(expression);
  }

  one(expression: Expression): void {
    if (typeof expression === "string") throw new Error(`kernel instruction ${expression} is not folded`);
    const [op, ...rest] = expression as [string, ...Expression[]];
    switch (op) {
      case "local.get":
      case "local.set":
      case "local.tee": {
        this.all(rest.slice(1));
        this.bytes.push({ "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22 }[op]);
        this.bytes.push(...unsigned(this.#lookup(this.locals, rest[0])));
        return;
      }
      case "i32.const":
        this.bytes.push(0x41, ...signed(Number(rest[0])));
        return;
      case "loop":
      case "block":
        this.#nested(op === "loop" ? 0x03 : 0x02, rest[0] as string, rest.slice(1));
        return;
      case "if": {
        this.one(rest[0]);
        this.#nested(0x04, "", rest.slice(1));
        return;
      }
      case "then":
        this.all(rest);
        return;
      case "br_if": {
        this.one(rest[1]);
        const depth = this.#labels.lastIndexOf(rest[0] as string);
        if (depth === -1) throw new Error(`kernel label ${String(rest[0])} is unknown`);
        this.bytes.push(0x0d, ...unsigned(this.#labels.length - 1 - depth));
        return;
      }
      case "call":
        this.all(rest.slice(1));
        this.bytes.push(0x10, ...unsigned(this.#lookup(this.functions, rest[0])));
        return;
      default:
        this.#instruction(op, rest);
    }
  }

  #nested(opcode: number, label: string, body: readonly Expression[]): void {
    this.bytes.push(opcode, noResult);
    this.#labels.push(label);
    this.all(body);
    this.#labels.pop();
    this.bytes.push(end);
  }

  #instruction(op: string, rest: readonly Expression[]): void {
    const opcode = opcodes.get(op);
    if (opcode === undefined) throw new Error(`kernel instruction ${op} is unknown`);
    const immediates = rest.filter((item) => typeof item === "string");
    this.all(rest.filter((item) => typeof item !== "string"));
    this.bytes.push(...opcode.bytes);
    if (opcode.immediate === "memory") {
      const offset = immediates.find((item) => item.startsWith("offset="));
      // Alignment is a hint; the kernels read bytes at any address.
      this.bytes.push(0, ...unsigned(offset === undefined ? 0 : Number(offset.slice(7))));
    } else if (opcode.immediate !== "none") this.bytes.push(...immediates.map(Number));
  }

  #lookup(table: ReadonlyMap<string, number>, key: Expression): number {
    const index = table.get(key as string);
    if (index === undefined) throw new Error(`kernel name ${String(key)} is unknown`);
    return index;
  }
}

const isCalled = (expression: Expression, head: string): expression is [string, ...string[]] =>
  Array.isArray(expression) && expression[0] === head;

/**
 * Assembles functions to a module that imports its memory as env.memory and exports every function.
 * @param text (func $name (param $a i32) ... (local $v v128) ... instructions...) ...
 * @param shared whether the memory is shared between threads
 * @param maximumPages of the memory, in pages of 64 KiB
 */
export function assemble(text: string, shared: boolean, maximumPages: number): Uint8Array<ArrayBuffer> {
  const functions = read(text).map((item) => {
    if (!isCalled(item, "func")) throw new Error("kernel text holds something that is no function");
    return item as [string, string, ...Expression[]];
  });
  const indices = new Map(functions.map(([, label], i) => [label, i]));
  const signatures: number[][] = [];
  const bodies: number[][] = [];
  for (const [, , ...rest] of functions) {
    const parameters = rest.filter((item) => isCalled(item, "param"));
    const locals = rest.filter((item) => isCalled(item, "local"));
    const body = new Body(new Map([...parameters, ...locals].map(([, label], i) => [label, i])), indices);
    body.all(rest.slice(parameters.length + locals.length));
    signatures.push([0x60, ...list(parameters.map(() => [types.i32])), 0]);
    const declared = locals.map(([, , type]) => [1, types[type as keyof typeof types]]);
    const code = [...list(declared), ...body.bytes, end];
    bodies.push([...unsigned(code.length), ...code]);
  }
  const limits = [shared ? 0x03 : 0x01, ...unsigned(1), ...unsigned(maximumPages)];
  const exports = functions.map(([, label], i) => [...name(label.slice(1)), 0x00, ...unsigned(i)]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(signatures)),
    ...section(2, list([[...name("env"), ...name("memory"), 0x02, ...limits]])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(exports)),
    ...section(10, list(bodies)),
  ]);
}
