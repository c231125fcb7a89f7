/** The words kernels are written with: WebAssembly text, made by templates. */

export const get = (x: string) => `(local.get $${x})`;
export const add = (x: string, by: string) => `(local.set $${x} (i32.add ${get(x)} ${by}))`;
export const constant = (n: number) => `(i32.const ${n})`;
export const range = (n: number) => Array.from({ length: n }, (_, i) => i);
export const each = (n: number, f: (i: number) => string) => range(n).map(f).join("\n");
export const zero = "(i32x4.splat (i32.const 0))";
