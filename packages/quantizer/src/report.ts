import type { QuantizedModel } from "./quantized-model.js";

/** What the quantizer chose for one layer. */
export interface LayerReport {
  name: string;
  kind: string;
  /** Scale of the layer's output; for logits, of the accumulators. */
  outputScale: number;
  /** Real values the output can stand for. */
  outputRange: [min: number, max: number];
  /** One, or one per output. */
  weightScale?: number[];
  shift?: number;
  /** Largest accumulator any input can cause; less than 2^31. */
  accumulatorBound?: number;
}

/** The facts of each layer that a person wants to see, in execution order. */
export function reportLayers(model: QuantizedModel): LayerReport[] {
  return model.layers.map((layer) => {
    const output = model.tensors[layer.output];
    const report: LayerReport = {
      name: layer.name,
      kind: layer.kind,
      outputScale: output.scale,
      outputRange: [
        (output.range[0] - output.zeroPoint) * output.scale,
        (output.range[1] - output.zeroPoint) * output.scale,
      ],
    };
    if (layer.kind === "fully-connected") {
      report.weightScale = layer.weightScale;
      if (layer.requantization !== null) report.shift = layer.requantization.shift;
      if (layer.accumulatorBound !== undefined)
        report.accumulatorBound = layer.accumulatorBound.reduce((a, b) => Math.max(a, b), 0);
    }
    return report;
  });
}
