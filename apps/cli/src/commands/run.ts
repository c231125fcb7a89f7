import { formatNpz, readFileOrFail, writeFileAtomically } from "@matchmul/common";
import { loadQuantizedModel, type QuantizedModel } from "@matchmul/quantizer";
import { type Command, Option } from "commander";
import { act, command } from "../command.js";
import { ratio } from "../format.js";
import { loadGraph, modelName, type Outputs, quantizeGraph, runFloat, runReference } from "../frontend.js";
import { countRight, type Images, modelInput, readImages } from "../images.js";
import { type QuantizeFlags, withQuantizeFlags } from "../options.js";
import type { Terminal } from "../terminal.js";

interface Flags extends QuantizeFlags {
  inputs: string;
  level: "graph" | "int8";
  output: string;
  calibration?: string;
}

/** `matchmul run`: a model's answers at one level, saved as a .npz. */
export function run(): Command {
  return withQuantizeFlags(
    command("run", "execute a model on images at one level")
      .argument("<model>", "an .onnx file; for --level int8 also a .safetensors of `matchmul quantize`")
      .requiredOption("--inputs <file>", "images, and labels where known: a .npz")
      .addOption(
        new Option("--level <level>", "the representation to execute")
          .choices(["graph", "int8"])
          .makeOptionMandatory(),
      )
      .requiredOption("--output <file>", "the .npz to write: logits and classes")
      .option("--calibration <file>", "for --level int8 of an .onnx file; the inputs unless given"),
  ).action(act(execute));
}

async function execute(terminal: Terminal, path: string, flags: Flags): Promise<undefined> {
  const { images, outputs } =
    flags.level === "graph" ? await float(terminal, path, flags) : await int8(terminal, path, flags);
  const { classes, logits, width } = outputs;
  writeFileAtomically(
    flags.output,
    formatNpz({
      logits: { shape: [images.count, width], data: logits },
      classes: { shape: [images.count], data: classes },
    }),
  );
  const right = countRight(images, classes);
  const facts = {
    level: flags.level,
    images: images.count,
    ...(right === undefined ? {} : { right, accuracy: right / images.count }),
    output: flags.output,
  };
  terminal.result(facts, () => {
    const accuracy = right === undefined ? "no labels" : `${ratio(right, images.count)} right`;
    return `${flags.level}: ${images.count} images, ${accuracy}\n${flags.output}: logits, classes`;
  });
}

async function float(
  terminal: Terminal,
  path: string,
  flags: Flags,
): Promise<{ images: Images; outputs: Outputs<Float32Array> }> {
  const graph = await loadGraph(terminal, path);
  const images = readImages(flags.inputs, modelInput(graph));
  return { images, outputs: await terminal.step("run", () => runFloat(terminal, graph, images), ran) };
}

async function int8(
  terminal: Terminal,
  path: string,
  flags: Flags,
): Promise<{ images: Images; outputs: Outputs<Int32Array> }> {
  let model: QuantizedModel;
  if (path.endsWith(".safetensors")) model = loadQuantizedModel(readFileOrFail(path), path);
  else {
    const graph = await loadGraph(terminal, path);
    if (flags.calibration === undefined)
      terminal.note(`calibrating on ${flags.inputs}, since no --calibration is given`);
    ({ model } = await quantizeGraph(terminal, graph, flags.calibration ?? flags.inputs, {
      ...flags,
      name: modelName(path),
    }));
  }
  const { shape, name } = model.tensors[model.input];
  const images = readImages(flags.inputs, { name, shape });
  return { images, outputs: await terminal.step("run", () => runReference(terminal, model, images), ran) };
}

function ran({ classes, width }: Outputs<Float32Array | Int32Array>): string {
  return `${classes.length} images, ${width} logits each`;
}
