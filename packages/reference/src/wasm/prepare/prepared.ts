import type { QuantizedModel, QuantizedTensor, Window } from "@matchmul/quantizer";
import type { Arena, KernelName, Machine } from "../machine.js";

/** A kernel and its parameters: addresses and numbers. */
export type Call = readonly [kernel: KernelName, ...parameters: number[]];

/** A layer with its places in memory: `initialise` writes its constants once; its calls compute its output. */
export interface Prepared {
  initialise(machine: Machine): void;
  calls: Call[];
}

/** What layers are prepared with: addresses, not yet a memory. */
export interface Preparation {
  model: QuantizedModel;
  arena: Arena;
  /** Where each tensor's elements begin. */
  addresses: Map<string, number>;
  /** Weights that lie in the memory already, and where. */
  placed: ReadonlyMap<object, number>;
}

export function tensorOf(name: string, { model }: Preparation): QuantizedTensor {
  return model.tensors[name];
}

/** Kernels' suffix for a tensor of signed or unsigned bytes. */
export function signOf(name: string, preparation: Preparation): "s" | "u" {
  return tensorOf(name, preparation).dtype === "int8" ? "s" : "u";
}

export function lengthOf(name: string, preparation: Preparation): number {
  return tensorOf(name, preparation).shape.reduce((a, b) => a * b, 1);
}

/** Height and width of an image with its padding: what the windows of all outputs touch. */
export function paddedSize({
  inSize,
  outSize,
  kernel,
  stride,
  dilation,
  padBefore,
}: Window): [number, number] {
  const along = (d: 0 | 1) =>
    Math.max(padBefore[d] + inSize[d], (outSize[d] - 1) * stride[d] + (kernel[d] - 1) * dilation[d] + 1);
  return [along(0), along(1)];
}

/**
 * An image of bytes inside a border of one value, and the call that copies the image there; the image itself where
 * no border is needed.
 */
export function prepareBorder(
  input: string,
  channels: number,
  window: Window,
  border: number,
  { arena, addresses }: Preparation,
): Prepared & { address: number; height: number; width: number } {
  const [height, width] = paddedSize(window);
  const [inHeight, inWidth] = window.inSize;
  const from = addresses.get(input)!;
  if (height === inHeight && width === inWidth)
    return { initialise: () => {}, calls: [], address: from, height, width };
  const address = arena.take(channels * height * width);
  const inside = address + window.padBefore[0] * width + window.padBefore[1];
  return {
    initialise: ({ int8 }) => {
      int8.fill(border, address, address + channels * height * width);
    },
    calls: Array.from({ length: channels }, (_, c) => [
      "copy_rows",
      from + c * inHeight * inWidth,
      inside + c * height * width,
      inHeight,
      inWidth,
      width,
    ]),
    address,
    height,
    width,
  };
}

export const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;
