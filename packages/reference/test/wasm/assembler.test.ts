import { describe, expect, it } from "vitest";
import { assemble } from "../../src/wasm/assembler.js";
import { kernelText } from "../../src/wasm/kernels/index.js";

interface Api {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, (...n: number[]) => void> };
  Memory: new (limits: object) => { buffer: ArrayBuffer };
}
const { WebAssembly: api } = globalThis as unknown as { WebAssembly: Api };

/** Runs a body with one parameter $n over a fresh memory and returns its first words. */
function run(body: string, n = 0): Int32Array {
  const memory = new api.Memory({ initial: 1, maximum: 1 });
  const text = `(func $f (param $n i32) (local $i i32) (local $v v128) ${body})`;
  const module = new api.Module(assemble(text, false, 1));
  new api.Instance(module, { env: { memory } }).exports.f(n);
  return new Int32Array(memory.buffer, 0, 4);
}

const store = (value: string) => `(i32.store (i32.const 0) ${value})`;

describe("the assembler", () => {
  it("encodes constants of every length, of both signs", () => {
    for (const n of [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31), 123_456_789])
      expect(run(store(`(i32.const ${n})`))[0]).toBe(n);
  });

  it("evaluates operands in order, and loops", () => {
    expect(run(store("(i32.sub (local.get $n) (i32.const 3))"), 10)[0]).toBe(7);
    const loop = `(loop $next
      (local.set $i (i32.add (local.get $i) (local.get $n)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))`;
    expect(run(`${loop} ${store("(local.get $i)")}`, 4)[0]).toBe(10);
    expect(run(`(block $out (br_if $out (local.get $n)) ${store("(i32.const 9)")})`, 1)[0]).toBe(0);
  });

  it("writes offsets, lanes and SIMD opcodes above 127", () => {
    const words = run(
      `
      (v128.store (i32.const 0) (i32x4.add
        (i32x4.splat (local.get $n))
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (i32x4.splat (i32.const 1)) (i32x4.splat (i32.const 2)))))`,
      5,
    );
    expect([...words]).toEqual([6, 7, 6, 7]);
    expect(run("(i32.store offset=8 (i32.const 4) (i32.const 3))")[3]).toBe(3);
  });

  it("names what is wrong with a kernel", () => {
    const failure = (text: string) => () => assemble(text, false, 1);
    expect(failure("(func $f (i32.frobnicate))")).toThrow(/i32.frobnicate is unknown/);
    expect(failure("(func $f (local.get $x))")).toThrow(/\$x is unknown/);
    expect(failure("(func $f (br_if $x (i32.const 1)))")).toThrow(/label \$x/);
    expect(failure("(func $f (loop $x)")).toThrow(/lacks a \)/);
    expect(failure("(func $f))")).toThrow(/\) too many/);
    expect(failure("(memory 1)")).toThrow(/no function/);
  });

  it("makes the same module of the kernels each time, for shared memory too", () => {
    expect(assemble(kernelText, false, 100)).toEqual(assemble(kernelText, false, 100));
    expect(() => new api.Module(assemble(kernelText, true, 100))).not.toThrow();
  });
});
