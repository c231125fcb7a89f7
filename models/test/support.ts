import { fileURLToPath } from "node:url";
import { readFileOrFail } from "@matchmul/common";
import { layerInputs, loadQuantizedModel, type QuantizedModel } from "@matchmul/quantizer";
import { expect } from "vitest";

/** A file of this folder. */
export const inModels = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export function loadInt8(path: string): QuantizedModel {
  const file = inModels(path);
  return loadQuantizedModel(readFileOrFail(file), file);
}

export const layerKinds = (model: QuantizedModel): string[] => model.layers.map((layer) => layer.kind);

/** Window sizes as "kernel/stride+pad", the height left out where it is 1 and both where they are equal. */
export function windows(model: QuantizedModel): string[] {
  const size = ([height, width]: [number, number]) => (height === width ? `${height}` : `${height}x${width}`);
  return model.layers.flatMap((layer) =>
    "window" in layer
      ? [`${size(layer.window.kernel)}/${size(layer.window.stride)}+${size(layer.window.padBefore)}`]
      : [],
  );
}

/**
 * What the switches compute: a chain in which each sum but the last has one weight scale, one shift and one table, and
 * gives 0 to 127; zeros mean zero everywhere, in the padding too; the last sum is the int32 logits.
 */
export function expectSwitchArithmetic(model: QuantizedModel): void {
  let value = model.input;
  const sums = model.layers.filter((l) => l.kind === "convolution" || l.kind === "fully-connected");
  for (const layer of model.layers) {
    expect(layerInputs(layer)).toEqual([value]);
    value = layer.output;
  }
  for (const layer of sums) {
    expect(layer.weights).toBeInstanceOf(Int8Array);
    expect(layer.weightScale).toHaveLength(1);
    if (layer.kind === "convolution") expect(layer).toMatchObject({ padValue: 0, groups: 1 });
    if (layer === sums.at(-1)) {
      expect(layer).toMatchObject({ requantization: null, output: model.logits });
      expect(model.tensors[layer.output].dtype).toBe("int32");
    } else {
      expect(layer.requantization).toMatchObject({ kind: "shift-lut", low: 0 });
      expect(model.tensors[layer.output].range).toEqual([0, 127]);
    }
  }
  for (const tensor of Object.values(model.tensors)) {
    expect(tensor.zeroPoint).toBe(0);
    if (tensor.dtype !== "int32") expect(tensor.dtype).toBe("int8");
  }
}
