import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "@matchmul/common";
import { importOnnx, inspect, normalise, runGraph, sizeOf, tensor } from "@matchmul/model";

/**
 * How long a model takes to import and to run in float, and what memory that needs:
 * `npm run bench -w packages/model -- MODEL.onnx` (the digits model unless one is named).
 */
const given = process.argv[2];
const path =
  given === undefined
    ? fileURLToPath(new URL("../../../models/digits/digits-mlp.onnx", import.meta.url))
    : resolve(process.env.INIT_CWD ?? ".", given);

/** The least of several runs, in milliseconds. */
function best<T>(runs: number, work: () => T): { ms: number; value: T } {
  let ms = Infinity;
  let value: T | undefined;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    value = work();
    ms = Math.min(ms, performance.now() - start);
  }
  return { ms, value: value as T };
}

const imported = best(3, () => importOnnx(path));
const normalised = best(1, () => normalise(imported.value));
const graph = normalised.value;
const random = new Random(1);
const samples = (batch: number) =>
  Object.fromEntries(
    graph.inputs.map(({ name, shape }) => {
      const dims = shape!.map((d, i) => (typeof d === "number" ? d : i === 0 ? batch : 1));
      const data = Float32Array.from({ length: sizeOf(dims) }, () => random.next() * 2 - 1);
      return [name, tensor(dims, data)];
    }),
  );
const facts = inspect(graph);
const one = best(10, () => runGraph(graph, samples(1)));
const sixteen = best(5, () => runGraph(graph, samples(16)));
console.log(`${path}: ${facts.parameters} parameters, ${facts.multiplyAccumulates} multiply-accumulates`);
console.log(`import      ${imported.ms.toFixed(0)} ms`);
console.log(`normalise   ${normalised.ms.toFixed(0)} ms`);
console.log(`one sample  ${one.ms.toFixed(2)} ms`);
console.log(`16 samples  ${sixteen.ms.toFixed(2)} ms`);
console.log(`memory      ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
