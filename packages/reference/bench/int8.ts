import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "@matchmul/common";
import { importOnnx } from "@matchmul/model";
import { importQuantized, saveQuantizedModel } from "@matchmul/quantizer";
import { runInt8, runInt8Parallel } from "@matchmul/reference";
import { type Engine, nativeRuntime, webRuntime } from "./engines.js";
import { miniAlexnet } from "./mini-alexnet.js";
import { withTables } from "./tables.js";

/**
 * One image of mini-AlexNet's shape at int8, one thread each: this package, ONNX Runtime native and its WebAssembly build;
 * then images a second over all processors, and memory. `npm run bench -w packages/reference`
 */
const RUNS = 60;
/** Runs before the clock counts: V8 compiles WebAssembly well only after some calls, in the background. */
const WARM_UP = 60;

/** Best and median of several runs, in milliseconds, engines taking turns so that all meet the same conditions. */
async function race(engines: Map<string, Engine>, image: Uint8Array): Promise<Map<string, [number, number]>> {
  const times = new Map([...engines.keys()].map((name): [string, number[]] => [name, []]));
  for (let round = -WARM_UP; round < RUNS; round++)
    for (const [name, engine] of engines) {
      const start = performance.now();
      await engine(image);
      if (round >= 0) times.get(name)!.push(performance.now() - start);
    }
  return new Map(
    [...times].map(([name, list]) => {
      list.sort((a, b) => a - b);
      return [name, [list[0], list[list.length >> 1]]];
    }),
  );
}

const { model: onnx, output } = miniAlexnet();
const exact = importQuantized(importOnnx(onnx));
const tables = withTables(exact);
const random = new Random(2);
const image = Uint8Array.from({ length: 3072 }, () => random.integer(0, 255));
const dimmed = Int8Array.from(image, (v) => v >> 1);

const native = await nativeRuntime(onnx, output);
const web = await webRuntime(onnx, output);
const engines = new Map<string, Engine>([
  ["matchmul, shift and table", () => runInt8(tables, dimmed).logits],
  ["matchmul, thresholds", (x) => runInt8(exact, x).logits],
  ["onnxruntime-node, u8 x s8", native],
]);
if (web !== undefined) engines.set("onnxruntime-web, u8 x s8", web);

console.log(`mini-AlexNet's shape, one thread, ${cpus()[0].model}, Node ${process.version}`);
const times = await race(engines, image);
for (const [name, [best, median]] of times)
  console.log(`${name.padEnd(28)} ${best.toFixed(2)} ms at best, ${median.toFixed(2)} ms median`);
if (web === undefined) console.log("onnxruntime-web could not be installed");

const own = times.get("matchmul, shift and table")![0];
const ratio = (name: string) => times.get(name)![0] / own;
console.log(`onnxruntime-node takes ${ratio("onnxruntime-node, u8 x s8").toFixed(2)} of our time`);
if (web !== undefined)
  console.log(`onnxruntime-web takes ${ratio("onnxruntime-web, u8 x s8").toFixed(2)} of our time`);

const expected = Array.from(await native(image));
const logits = Array.from(runInt8(exact, image).logits);
const same = expected.filter((v, i) => v === logits[i]).length;
console.log(`thresholds against onnxruntime-node: ${same}/${expected.length} outputs equal`);

const images = new Array<Int8Array>(400).fill(dimmed);
const start = performance.now();
await runInt8Parallel(tables, images);
const seconds = (performance.now() - start) / 1000;
console.log(
  `${availableParallelism()} threads: ${(images.length / seconds).toFixed(0)} images/s, start included`,
);

const folder = mkdtempSync(join(tmpdir(), "matchmul-bench-"));
try {
  const path = join(folder, "mini-alexnet.safetensors");
  writeFileSync(path, saveQuantizedModel(tables));
  const script = fileURLToPath(new URL("./memory.ts", import.meta.url));
  const flags = ["--expose-gc", "--conditions=@matchmul/source", "--import", "tsx", script, path];
  const facts = JSON.parse(execFileSync(process.execPath, flags, { encoding: "utf8" })) as Record<
    string,
    number
  >;
  const mb = (n: number) => `${(n / 1e6).toFixed(1)} MB`;
  const times = (facts.resident / facts.file).toFixed(2);
  console.log(
    `memory: ${mb(facts.resident)} more once a model file of ${mb(facts.file)} is loaded and run: ${times} times the file`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
