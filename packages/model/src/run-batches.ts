import { noProgress, type Progress } from "@matchmul/common";
import { error } from "./diagnostics.js";
import { runGraph } from "./execute.js";
import type { Graph } from "./graph.js";
import { sizeOf, type Tensor } from "./tensor.js";

export interface BatchOptions {
  /** Samples a run, where the model leaves the batch open; 16 unless given. */
  batch?: number;
  progress?: Progress;
}

/**
 * Runs any number of samples through a model a batch at a time, so that memory stays bounded and models exported
 * for a fixed batch take any number too (the last batch is filled up by repeating its last sample). The first
 * dimension of every input and output counts samples.
 * @throws MatchMulError as runGraph does
 */
export function runBatches(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  options: BatchOptions = {},
): Record<string, Tensor> {
  const entries = Object.entries(inputs);
  const total = entries[0]?.[1].shape[0] ?? 0;
  for (const [name, t] of entries)
    if (t.shape.length === 0 || t.shape[0] !== total)
      throw error("input-mismatch", name, `${t.shape[0] ?? "no"} samples where another input has ${total}`);
  const fixed = graph.inputs.map((i) => i.shape?.[0]).find((d) => typeof d === "number");
  const batch =
    typeof fixed === "number" && fixed > 0 ? fixed : Math.min(options.batch ?? 16, Math.max(1, total));
  if (total === 0) return runGraph(graph, inputs);
  const parts: Record<string, Tensor>[] = [];
  const progress = options.progress ?? noProgress;
  for (let start = 0; start < total; start += batch) {
    const count = Math.min(batch, total - start);
    const size = typeof fixed === "number" ? batch : count;
    const given = entries.map(([name, t]) => [name, samples(t, start, count, size)] as const);
    const outputs = runGraph(graph, Object.fromEntries(given));
    parts.push(
      Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, samples(t, 0, count, count)])),
    );
    progress.update("run", start + count, total);
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, joined(parts.map((p) => p[name]))]));
}

/** Samples from `start` on, `count` of them, the last repeated up to `size`. */
function samples(t: Tensor, start: number, count: number, size: number): Tensor {
  if (start === 0 && t.shape[0] === size) return t;
  const each = sizeOf(t.shape.slice(1));
  const source = (t.data as Float32Array).subarray(start * each, (start + count) * each);
  const shape = [size, ...t.shape.slice(1)];
  if (size === count) return { dtype: t.dtype, shape, data: source };
  const data = new (t.data.constructor as Float32ArrayConstructor)(size * each);
  data.set(source);
  for (let i = count; i < size; i++) data.copyWithin(i * each, (count - 1) * each, count * each);
  return { dtype: t.dtype, shape, data };
}

function joined(parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0];
  const [first] = parts;
  const data = new (first.data.constructor as Float32ArrayConstructor)(
    parts.reduce((n, t) => n + t.data.length, 0),
  );
  let at = 0;
  for (const t of parts) {
    data.set(t.data as Float32Array, at);
    at += t.data.length;
  }
  return {
    dtype: first.dtype,
    shape: [parts.reduce((n, t) => n + t.shape[0], 0), ...first.shape.slice(1)],
    data,
  };
}
