/**
 * Makes the int8 file of one of the project's models, and measures it:
 *
 *     npx tsx --conditions=@matchmul/source models/quantize.ts digits-cnn
 *     npx tsx --conditions=@matchmul/source models/quantize.ts netnn
 *     npx tsx --conditions=@matchmul/source models/quantize.ts mini-alexnet \
 *       --onnx mini-alexnet.onnx --calibration cifar10-calibration.npz --test test_batch.bin
 *
 * --limit N measures the first N test samples, --out FILE.safetensors writes elsewhere, --check writes nothing and fails
 * where the committed file has other bytes.
 */
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { MatchMulError, readFileOrFail, writeFileAtomically } from "@matchmul/common";
import { importOnnx, normalise } from "@matchmul/model";
import { saveQuantizedModel } from "@matchmul/quantizer";
import { linearFacts } from "./tools/facts.js";
import { makeInt8 } from "./tools/make.js";
import { type Measured, measure } from "./tools/measure.js";
import { sourceOf, sources } from "./tools/sources.js";

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

const decimal = (n: number): string => n.toLocaleString("en");

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      onnx: { type: "string" },
      calibration: { type: "string" },
      test: { type: "string" },
      limit: { type: "string" },
      out: { type: "string" },
      check: { type: "boolean" },
    },
  });
  const source = sourceOf(positionals[0]);
  if (source === undefined || positionals.length !== 1)
    fail(
      `usage: quantize.ts ${sources.map(({ name }) => name).join("|")} [--onnx FILE] [--calibration FILE] ...`,
    );
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) fail("--limit is a number of samples");
  const {
    onnx = source.files.onnx,
    calibration = source.files.calibration,
    test = source.files.test,
  } = values;
  if (onnx === undefined || calibration === undefined)
    fail(
      `${source.name} needs --onnx and --calibration; models/${source.name}/README.md says where they come from`,
    );

  const graph = normalise(importOnnx(onnx));
  const model = makeInt8(graph, source.name, source.read(calibration, graph), source.byteInput);
  const bytes = saveQuantizedModel(model);
  const path = values.out ?? source.files.int8;
  if (values.check) {
    if (!readFileOrFail(path).every((b, i) => b === bytes[i]) || readFileOrFail(path).length !== bytes.length)
      fail(`${path} is not what this command makes`);
    console.log(`${relative("", path)}: the same ${decimal(bytes.length)} bytes`);
  } else {
    writeFileAtomically(path, bytes);
    console.log(`${relative("", path)}: ${decimal(bytes.length)} bytes`);
  }
  const { weights, multiplyAccumulates } = linearFacts(model);
  console.log(`${decimal(weights)} weights, ${decimal(multiplyAccumulates)} multiply-accumulates`);
  if (test === undefined) return;
  const samples = source.read(test, graph);
  report(measure(graph, model, { ...samples, values: samples.values.slice(0, limit) }));
}

function report({ count, floatRight, int8Right, same, snrDb }: Measured): void {
  const percent = (n: number) => `${n}/${count} = ${((100 * n) / count).toFixed(2)} %`;
  if (floatRight !== undefined) console.log(`float  ${percent(floatRight)}`);
  if (int8Right !== undefined) console.log(`int8   ${percent(int8Right)}`);
  console.log(`same class ${percent(same)}; logits ${snrDb.toFixed(1)} dB signal to noise`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof MatchMulError)) throw error;
  fail(`error[${error.code}]: ${error.message}${error.hint === undefined ? "" : `\nhint: ${error.hint}`}`);
}
