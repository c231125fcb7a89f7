import { elementCount } from "../quantize-input.js";
import type { QuantizedTensor } from "../quantized-model.js";

/** Largest number of elements one tensor may have: a wrong number must not ask for gigabytes. */
const MAX_ELEMENTS = 2 ** 28;

export const INT32: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1];

const dtypeRanges = { int8: [-128, 127], uint8: [0, 255], int32: INT32 } as const;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

export const isInteger = (value: unknown, low: number, high: number): value is number =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;

export const isSize = (value: unknown): value is number => isInteger(value, 1, MAX_ELEMENTS);

/** What the layers' checks share: the model's tensors, which of them are computed so far, and how to fail. */
export class Context {
  constructor(
    readonly tensors: Record<string, QuantizedTensor>,
    readonly computed: Set<string>,
    readonly fail: (why: string) => Error,
  ) {}

  /** The same, failing with the layer's name in front. */
  inLayer(name: string): Context {
    return new Context(this.tensors, this.computed, (why) => this.fail(`layer ${name}: ${why}`));
  }

  tensor(name: unknown, role: string): QuantizedTensor {
    if (typeof name !== "string" || !Object.hasOwn(this.tensors, name))
      throw this.fail(`its ${role} ${String(name)} is not a tensor of the model`);
    return this.tensors[name];
  }

  /** A tensor some earlier layer computes. */
  input(name: unknown): QuantizedTensor {
    const tensor = this.tensor(name, "input");
    if (!this.computed.has(tensor.name))
      throw this.fail(`its input ${tensor.name} is not computed before it`);
    return tensor;
  }

  /** As `input`, with 8-bit elements. */
  bytes(name: unknown): QuantizedTensor {
    const tensor = this.input(name);
    if (tensor.dtype === "int32") throw this.fail(`its input ${tensor.name} is int32`);
    return tensor;
  }

  /** A tensor only this layer computes. */
  output(name: unknown): QuantizedTensor {
    const tensor = this.tensor(name, "output");
    if (this.computed.has(tensor.name)) throw this.fail(`its output ${tensor.name} is computed twice`);
    this.computed.add(tensor.name);
    return tensor;
  }

  /** Fails unless the tensor has as many elements as the layer's own numbers say. */
  elements(tensor: QuantizedTensor, count: number, what: string): void {
    const has = elementCount(tensor.shape);
    if (has !== count) throw this.fail(`it has ${count} ${what}, but its tensor ${tensor.name} has ${has}`);
  }
}

/** Checks a tensor's description. */
export function checkTensor(name: string, value: unknown, fail: (why: string) => Error): QuantizedTensor {
  if (!isRecord(value)) throw fail(`tensor ${name} has no description`);
  const { shape, dtype, scale, zeroPoint, range } = value;
  if (value.name !== name) throw fail(`tensor ${name} is described under another name`);
  if (!Array.isArray(shape) || !shape.every(isSize)) throw fail(`tensor ${name} has no valid shape`);
  if (elementCount(shape) > MAX_ELEMENTS) throw fail(`tensor ${name} has more than ${MAX_ELEMENTS} elements`);
  if (dtype !== "int8" && dtype !== "uint8" && dtype !== "int32")
    throw fail(`tensor ${name} has data type ${String(dtype)}`);
  if (typeof scale !== "number" || !(scale > 0 && scale < Number.POSITIVE_INFINITY))
    throw fail(`tensor ${name} has scale ${String(scale)}; a scale is positive and finite`);
  const [least, most] = dtypeRanges[dtype];
  if (!isInteger(zeroPoint, least, most)) throw fail(`tensor ${name} has no valid zero point`);
  if (!Array.isArray(range) || range.length !== 2) throw fail(`tensor ${name} has no range`);
  if (!isInteger(range[0], least, most) || !isInteger(range[1], range[0], most))
    throw fail(`tensor ${name} has range ${JSON.stringify(range)}, which is not one of ${dtype}`);
  return value as unknown as QuantizedTensor;
}
