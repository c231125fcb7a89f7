import type { QuantizedLayer } from "@matchmul/quantizer";
import { executeArgMax } from "./arg-max.js";
import { executeFullyConnected } from "./fully-connected.js";
import type { Execute } from "./layer.js";

/** One executor per layer kind. */
export const executors: { [K in QuantizedLayer["kind"]]: Execute<Extract<QuantizedLayer, { kind: K }>> } = {
  "fully-connected": executeFullyConnected,
  "arg-max": executeArgMax,
};
