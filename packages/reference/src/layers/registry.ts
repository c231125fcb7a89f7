import type { QuantizedLayer } from "@matchmul/quantizer";
import { executeAdd } from "./add.js";
import { executeArgMax } from "./arg-max.js";
import { executeAveragePool } from "./average-pool.js";
import { executeConcat } from "./concat.js";
import { executeConvolution } from "./convolution.js";
import { executeFullyConnected } from "./fully-connected.js";
import type { Execute, Run } from "./layer.js";
import { executeLookup } from "./lookup.js";
import { executeMaxPool } from "./max-pool.js";
import { executeRearrange } from "./rearrange.js";

/** One executor per layer kind. */
const executors: { [K in QuantizedLayer["kind"]]: Execute<Extract<QuantizedLayer, { kind: K }>> } = {
  "fully-connected": executeFullyConnected,
  convolution: executeConvolution,
  "max-pool": executeMaxPool,
  "average-pool": executeAveragePool,
  add: executeAdd,
  lookup: executeLookup,
  concat: executeConcat,
  rearrange: executeRearrange,
  "arg-max": executeArgMax,
};

export function executeLayer(layer: QuantizedLayer, run: Run): void {
  (executors[layer.kind] as Execute<QuantizedLayer>)(layer, run);
}
