import { error } from "../errors.js";
import type { QuantizedLayer, QuantizedModel, QuantizedTensor } from "../quantized-model.js";
import { Context, checkTensor, isRecord } from "./context.js";
import { checkAdd, checkAveragePool, checkConvolution, checkFullyConnected } from "./linear.js";
import { checkArgMax, checkConcat, checkLookup, checkMaxPool, checkRearrange } from "./movement.js";

const layerChecks: Record<QuantizedLayer["kind"], (layer: never, context: Context) => void> = {
  "fully-connected": checkFullyConnected,
  convolution: checkConvolution,
  "max-pool": checkMaxPool,
  "average-pool": checkAveragePool,
  add: checkAdd,
  lookup: checkLookup,
  concat: checkConcat,
  rearrange: checkRearrange,
  "arg-max": checkArgMax,
};

/**
 * Checks a model from outside against everything quantized-model.ts promises, and proves anew that no
 * accumulator overflows (the layers' `accumulatorBound` is set from that proof, not believed).
 * @param where what the model is, for messages
 * @returns the same object, now known to be a model
 * @throws MatchMulError int8-model-invalid, accumulator-overflow
 */
export function validateModel(value: unknown, where: string): QuantizedModel {
  const fail = (why: string) => error("int8-model-invalid", where, why);
  if (!isRecord(value)) throw fail("it is not an object");
  if (value.format !== "matchmul-int8") throw fail("its format is not matchmul-int8");
  if (value.version !== 1)
    throw fail(`it is of version ${String(value.version)}; this program reads version 1`);
  if (typeof value.name !== "string") throw fail("it has no name");
  if (!isRecord(value.tensors)) throw fail("it has no tensors");
  if (!Array.isArray(value.layers)) throw fail("it has no layers");
  checkPreprocessing(value.preprocessing, fail);
  const tensors: Record<string, QuantizedTensor> = {};
  for (const [name, tensor] of Object.entries(value.tensors))
    Object.defineProperty(tensors, name, { value: checkTensor(name, tensor, fail), enumerable: true });
  const context = new Context(tensors, new Set(), fail);
  context.computed.add(context.tensor(value.input, "input").name);
  const names = new Set<string>();
  for (const [i, layer] of value.layers.entries()) {
    if (!isRecord(layer) || typeof layer.name !== "string") throw fail(`layer ${i} has no name`);
    if (names.has(layer.name)) throw fail(`two layers are named ${layer.name}`);
    names.add(layer.name);
    const kind = String(layer.kind);
    if (!Object.hasOwn(layerChecks, kind))
      throw fail(`layer ${layer.name} is of kind ${kind}, which is not known`);
    layerChecks[kind as QuantizedLayer["kind"]](layer as never, context.inLayer(layer.name));
  }
  const logits = context.tensor(value.logits, "logits");
  if (!context.computed.has(logits.name)) throw fail("its logits are not computed by any layer");
  const stray = Object.keys(tensors).find((name) => !context.computed.has(name));
  if (stray !== undefined) throw fail(`tensor ${stray} is not computed by any layer`);
  return value as unknown as QuantizedModel;
}

function checkPreprocessing(value: unknown, fail: (why: string) => Error): void {
  if (value === undefined) return;
  const valid = (list: unknown) =>
    Array.isArray(list) && list.length > 0 && list.every((v) => typeof v === "number" && Number.isFinite(v));
  if (!isRecord(value) || !valid(value.offset) || !valid(value.scale))
    throw fail("its preprocessing has no finite offset and scale");
}
