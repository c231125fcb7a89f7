import type { Attribute } from "./attributes.js";
import { type DType, dtypes } from "./dtypes.js";
import type { Graph, ValueInfo } from "./graph.js";
import type { Tensor } from "./tensor.js";

const widened = new Set<DType>(["float16", "bfloat16", "float64"]);

/**
 * Makes float16, bfloat16 and float64 values float32, in place: inputs, outputs, constants and casts. Results
 * change by the rounding of the narrower type.
 */
export function toFloat32(graph: Graph): void {
  const value = (v: ValueInfo): ValueInfo => (widened.has(v.dtype) ? { ...v, dtype: "float32" } : v);
  graph.inputs = graph.inputs.map(value);
  graph.outputs = graph.outputs.map(value);
  for (const [name, t] of graph.initializers) graph.initializers.set(name, constant(t));
  const codes = new Set([...widened].map((type) => dtypes[type].onnx));
  graph.nodes = graph.nodes.map((node) => {
    const changes: Record<string, Attribute> = {};
    for (const [name, a] of node.attributes.map) {
      if (a.type === "tensor" && widened.has(a.value.dtype))
        changes[name] = { type: "tensor", value: constant(a.value) };
      const isType = name === "to" || name === "output_dtype";
      if (isType && a.type === "int" && codes.has(a.value))
        changes[name] = { type: "int", value: dtypes.float32.onnx };
    }
    return Object.keys(changes).length === 0 ? node : { ...node, attributes: node.attributes.with(changes) };
  });
}

function constant(t: Tensor): Tensor {
  if (!widened.has(t.dtype)) return t;
  return {
    dtype: "float32",
    shape: t.shape,
    data: t.data instanceof Float32Array ? t.data : Float32Array.from(t.data as Float64Array),
  };
}
