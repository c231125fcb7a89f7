import { writeFileAtomically } from "@matchmul/common";
import { type LayerReport, saveQuantizedModel } from "@matchmul/quantizer";
import type { Command } from "commander";
import { act, command } from "../command.js";
import { bytes, count, table } from "../format.js";
import { loadGraph, modelName, quantizeGraph } from "../frontend.js";
import { type QuantizeFlags, withQuantizeFlags } from "../options.js";
import type { Terminal } from "../terminal.js";

/** `matchmul quantize`: ONNX and calibration images to the int8 model's file. */
export function quantize(): Command {
  return withQuantizeFlags(
    command("quantize", "quantize a model to int8")
      .argument("<model>", "the .onnx file")
      .requiredOption("--calibration <file>", "images that the model will see, a .npz")
      .requiredOption("--out <file>", "the int8 model to write, *.safetensors"),
  ).action(act(run));
}

async function run(
  terminal: Terminal,
  path: string,
  options: QuantizeFlags & { calibration: string; out: string },
): Promise<undefined> {
  const graph = await loadGraph(terminal, path);
  const { model, report } = await quantizeGraph(terminal, graph, options.calibration, {
    ...options,
    name: modelName(path),
  });
  const content = saveQuantizedModel(model);
  writeFileAtomically(options.out, content);
  terminal.result({ out: options.out, bytes: content.length, layers: report.layers }, () =>
    [layerTable(report.layers), "", `${options.out}: ${bytes(content.length)}`].join("\n"),
  );
}

/** What the quantizer chose for each layer. */
export function layerTable(layers: readonly LayerReport[]): string {
  return table(
    ["layer", "kind", "weight scale", "shift", "output scale", "largest accumulator", "SNR dB", "saturated"],
    layers.map((layer) => [
      layer.name,
      layer.kind,
      layer.weightScale === undefined
        ? ""
        : layer.weightScale.length === 1
          ? layer.weightScale[0].toPrecision(4)
          : `${layer.weightScale.length} channels`,
      layer.shift ?? "",
      layer.kind === "arg-max" ? "" : layer.outputScale.toPrecision(4),
      layer.accumulatorBound === undefined ? "" : count(layer.accumulatorBound),
      layer.error === undefined ? "" : layer.error.snrDb.toFixed(1),
      layer.error === undefined ? "" : `${(layer.error.saturated * 100).toFixed(2)} %`,
    ]),
  );
}
