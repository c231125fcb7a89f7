import { assemble } from "./assembler.js";
import { kernelText } from "./kernels/index.js";

const PAGE = 65536;
/** What 32-bit addresses reach. */
const MAXIMUM_PAGES = 65536;

/** The part of the WebAssembly API that is used; the ES library has no types for it. */
interface WebAssemblyApi {
  Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (module: WasmModule, imports: { env: { memory: WasmMemory } }) => { exports: unknown };
}
type WasmModule = object;

/** A WebAssembly.Memory. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

const { WebAssembly: api } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

type Kernel = (...parameters: number[]) => void;

/** Names of the kernels; kernels/ says what each does. Those that read bytes exist for signed and unsigned ones. */
export type KernelName =
  | `${"convolution" | "product"}${"8" | "16"}`
  | `${"widen" | "pad" | "max_pool" | "average"}_${"s" | "u"}`
  | "max_pool_i32"
  | `sum_${"s" | "u"}${"s" | "u"}`
  | "shift_lut"
  | "threshold"
  | "copy_rows"
  | "lookup"
  | "gather";

export type Kernels = Record<KernelName, Kernel>;

const modules = new Map<boolean, WasmModule>();

/** A memory for `bytes` bytes that never grows, so that views of it stay valid. */
export function allocateMemory(bytes: number, shared: boolean): WasmMemory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  return new api.Memory({ initial: pages, maximum: pages, shared });
}

/** A memory for `bytes` bytes that can grow; views of it are lost when it does. */
export function growableMemory(bytes: number): WasmMemory {
  const initial = Math.max(1, Math.ceil(bytes / PAGE));
  return new api.Memory({ initial, maximum: MAXIMUM_PAGES, shared: false });
}

/** Grows a memory to at least `bytes` bytes. */
export function growTo(memory: WasmMemory, bytes: number): void {
  const pages = Math.ceil(bytes / PAGE) - memory.buffer.byteLength / PAGE;
  if (pages > 0) memory.grow(pages);
}

/** The kernels for a memory, assembled once per process in a few milliseconds. */
export function kernelModule(memory: WasmMemory): WasmModule {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  let module = modules.get(shared);
  if (module === undefined) {
    module = new api.Module(assemble(kernelText, shared, MAXIMUM_PAGES));
    modules.set(shared, module);
  }
  return module;
}

function instantiate(memory: WasmMemory): Kernels {
  return new api.Instance(kernelModule(memory), { env: { memory } }).exports as Kernels;
}

let available: boolean | undefined;

/** Whether this JavaScript engine runs the kernels; where not, the portable executor gives the same bits. */
export function kernelsAvailable(): boolean {
  if (available === undefined)
    try {
      instantiate(allocateMemory(1, false));
      available = true;
    } catch {
      available = false;
    }
  return available;
}

/** Hands out addresses; nothing is written. Each piece has 32 bytes of room behind it for the kernels' last vectors. */
export class Arena {
  constructor(public end: number) {}

  take(bytes: number): number {
    const at = this.end;
    this.end = Math.ceil((at + bytes + 32) / 16) * 16;
    return at;
  }
}

/** A memory with its views, kernels included: what prepared layers run on. */
export class Machine {
  readonly kernels: Kernels;
  readonly int8: Int8Array<ArrayBufferLike>;
  readonly uint8: Uint8Array<ArrayBufferLike>;
  readonly int16: Int16Array<ArrayBufferLike>;
  readonly int32: Int32Array<ArrayBufferLike>;

  constructor(readonly memory: WasmMemory) {
    this.kernels = instantiate(memory);
    this.int8 = new Int8Array(memory.buffer);
    this.uint8 = new Uint8Array(memory.buffer);
    this.int16 = new Int16Array(memory.buffer);
    this.int32 = new Int32Array(memory.buffer);
  }
}
