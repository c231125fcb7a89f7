import type { ConvolutionLayer, QuantizedLayer, QuantizedModel } from "@matchmul/quantizer";

/**
 * The same layers as the quantizer makes them for switches: signed activations from 0 to 127, requantized by a shift and
 * a table of 256 entries instead of thresholds. Its results differ; its work is the same.
 */
export function withTables(model: QuantizedModel): QuantizedModel {
  const layers = model.layers.map((layer): QuantizedLayer => {
    if (layer.kind !== "convolution" || layer.requantization?.kind !== "threshold") return layer;
    const { thresholds } = layer.requantization;
    const shift = Math.max(0, Math.ceil(Math.log2(thresholds[thresholds.length - 1] / 255)));
    const requantization = {
      kind: "shift-lut" as const,
      shift,
      low: 0,
      table: Int8Array.from({ length: 256 }, (_, i) => i >> 1),
    };
    return fullyConnected({ ...layer, requantization });
  });
  const tensors = Object.fromEntries(
    Object.entries(model.tensors).map(([name, tensor]) => [
      name,
      tensor.dtype === "uint8"
        ? { ...tensor, dtype: "int8" as const, range: [0, 127] as [number, number] }
        : tensor,
    ]),
  );
  return { ...model, tensors, layers };
}

function fullyConnected(layer: ConvolutionLayer): QuantizedLayer {
  const { window, weights, requantization } = layer;
  const isPoint = window.inSize[0] * window.inSize[1] * window.outSize[0] * window.outSize[1] === 1;
  if (!isPoint || !(weights instanceof Int8Array) || requantization?.kind !== "shift-lut") return layer;
  const { name, input, output, bias, weightScale, inChannels, outChannels } = layer;
  return {
    kind: "fully-connected",
    ...{ name, input, output, bias, weightScale, weights, requantization },
    inFeatures: inChannels,
    outFeatures: outChannels,
    activation: "relu",
  };
}
