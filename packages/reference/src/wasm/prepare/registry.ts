import type { QuantizedLayer } from "@matchmul/quantizer";
import { prepareAveragePool } from "./average-pool.js";
import { prepareConvolution } from "./convolution.js";
import { prepareAdd, prepareLookup } from "./elementwise.js";
import { prepareMaxPool } from "./max-pool.js";
import { prepareConcat, prepareRearrange } from "./movement.js";
import type { Preparation, Prepared } from "./prepared.js";
import { prepareFullyConnected } from "./product.js";

/** Prepares each kind of layer but the arg-max, which reads the logits at the end. */
const preparations: {
  [K in Exclude<QuantizedLayer["kind"], "arg-max">]: (
    layer: Extract<QuantizedLayer, { kind: K }>,
    preparation: Preparation,
  ) => Prepared;
} = {
  "fully-connected": prepareFullyConnected,
  convolution: prepareConvolution,
  "max-pool": prepareMaxPool,
  "average-pool": prepareAveragePool,
  add: prepareAdd,
  lookup: prepareLookup,
  concat: prepareConcat,
  rearrange: prepareRearrange,
};

export function prepareLayer(layer: QuantizedLayer, preparation: Preparation): Prepared {
  if (layer.kind === "arg-max") return { initialise: () => {}, calls: [] };
  const prepare = preparations[layer.kind] as (layer: QuantizedLayer, p: Preparation) => Prepared;
  return prepare(layer, preparation);
}
