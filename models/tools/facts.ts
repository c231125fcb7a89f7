import type { QuantizedLayer, QuantizedModel } from "@matchmul/quantizer";

/** Weights and multiply-accumulates of a layer, or of a whole int8 model. */
export interface LinearFacts {
  weights: number;
  /** For one sample; positions in the padding count, as in the usual formula. */
  multiplyAccumulates: number;
}

function factsOf(layer: QuantizedLayer): LinearFacts {
  switch (layer.kind) {
    case "fully-connected":
      return { weights: layer.weights.length, multiplyAccumulates: layer.weights.length };
    case "convolution": {
      const [height, width] = layer.window.outSize;
      return {
        weights: layer.weights.length,
        multiplyAccumulates: layer.weights.length * height * width,
      };
    }
    default:
      return { weights: 0, multiplyAccumulates: 0 };
  }
}

/** The size of an int8 model, biases apart. */
export function linearFacts(model: QuantizedModel): LinearFacts {
  const all = model.layers.map(factsOf);
  const sum = (key: keyof LinearFacts) => all.reduce((total, facts) => total + facts[key], 0);
  return { weights: sum("weights"), multiplyAccumulates: sum("multiplyAccumulates") };
}
