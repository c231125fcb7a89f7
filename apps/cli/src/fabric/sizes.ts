import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readFileOrFail } from "@matchmul/common";
import { type FabricLayer, fabricLayers } from "@matchmul/planner";
import { importQuantized, isQuantized, loadQuantizedModel } from "@matchmul/quantizer";
import { error } from "../diagnostics.js";
import { loadGraph, modelName } from "../frontend.js";
import type { Terminal } from "../terminal.js";
import { readSizes } from "./description.js";
import { graphLayers } from "./graph-sizes.js";

/** A network as a plan on a fabric sees it. */
export interface NetworkSizes {
  name: string;
  layers: FabricLayer[];
}

/** The file of a folder that describes its network by size. */
const description = "model.yaml";

/**
 * A network's layers by size, from an ONNX file, an int8 model, a description in YAML, or a folder with one of them.
 * @throws MatchMulError file-not-found, sizes-invalid, sizes-unsupported, model-folder, and those of importing
 */
export function loadSizes(terminal: Terminal, given: string): Promise<NetworkSizes> {
  return terminal.step(
    "model",
    () => read(terminal, modelFile(given)),
    ({ name, layers }) => `${name}: ${layers.map((layer) => layer.name).join(", ")}`,
  );
}

async function read(terminal: Terminal, path: string): Promise<NetworkSizes> {
  if (/\.ya?ml$/i.test(path)) return readSizes(path);
  if (/\.safetensors$/i.test(path)) {
    const model = loadQuantizedModel(readFileOrFail(path), path);
    return { name: model.name, layers: fabricLayers(model) };
  }
  const graph = await loadGraph(terminal, path);
  const layers = isQuantized(graph) ? fabricLayers(importQuantized(graph)) : graphLayers(graph);
  return { name: modelName(path), layers };
}

/** The file meant by a path: of a folder its description, or its only model. */
function modelFile(given: string): string {
  if (!existsSync(given) || !statSync(given).isDirectory()) return given;
  const names = readdirSync(given);
  if (names.includes(description)) return join(given, description);
  const models = names.filter((name) => name.endsWith(".onnx")).sort();
  if (models.length !== 1) throw error("model-folder", given, models);
  return join(given, models[0]);
}
