import { error } from "../diagnostics.js";
import type { AttributeProto, FunctionProto, GraphProto, NodeProto } from "./protos.js";

/** Bounds on what expanding a model's functions may give, which calls of calls could make exponentially large. */
const mostNodes = 200_000;
const deepest = 32;

/**
 * Replaces calls of the model's own functions, as PyTorch's newer exporter writes them, by the functions' nodes.
 * @throws MatchMulError graph-invalid for recursion and for functions of another operator set
 */
export function inlineFunctions(
  graph: GraphProto,
  functions: readonly FunctionProto[],
  opsets: readonly { domain: string; version: number }[],
  source: string,
): void {
  if (functions.length === 0) return;
  const byName = new Map(functions.map((f) => [`${f.domain}:${f.name}:${f.overload}`, f]));
  const nodes: NodeProto[] = [];
  let calls = 0;
  const expand = (node: NodeProto, depth: number): void => {
    const f = byName.get(`${node.domain}:${node.op}:${node.overload}`);
    if (f === undefined) {
      if (nodes.length >= mostNodes)
        throw error("onnx-too-large", source, "nodes", nodes.length + 1, mostNodes);
      nodes.push(node);
      return;
    }
    if (depth > deepest || calls > mostNodes)
      throw error("graph-invalid", `function ${f.name} calls itself, or calls go deeper than ${deepest}`);
    checkOpset(f, opsets);
    for (const inner of instantiate(f, node, `${f.name}_${calls++}`)) expand(inner, depth + 1);
  };
  for (const node of graph.nodes) expand(node, 0);
  graph.nodes = nodes;
}

function checkOpset(f: FunctionProto, opsets: readonly { domain: string; version: number }[]): void {
  const version = (list: readonly { domain: string; version: number }[]) =>
    list.find((o) => o.domain === "" || o.domain === "ai.onnx")?.version;
  const [own, model] = [version(f.opsets), version(opsets)];
  if (own !== undefined && model !== undefined && own !== model)
    throw error(
      "graph-invalid",
      `function ${f.name} is written for operator set ${own}, the model for ${model}`,
    );
}

/** The function's nodes with the call's values and attributes, and names of their own. */
function instantiate(f: FunctionProto, call: NodeProto, prefix: string): NodeProto[] {
  const names = new Map<string, string>([["", ""]]);
  f.inputs.forEach((name, i) => {
    names.set(name, call.inputs[i] ?? "");
  });
  f.outputs.forEach((name, i) => {
    if (call.outputs[i]) names.set(name, call.outputs[i]);
  });
  const rename = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const fresh = `${prefix}/${name}`;
    names.set(name, fresh);
    return fresh;
  };
  const given = new Map([...f.attributes, ...call.attributes].map((a) => [a.name, a]));
  const label = call.name === "" ? prefix : call.name;
  return f.nodes.map((node, i) => ({
    ...node,
    name: `${label}/${node.name === "" ? `${node.op}_${i}` : node.name}`,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: node.attributes.flatMap((a): AttributeProto[] => {
      if (a.reference === "") return [a];
      const value = given.get(a.reference);
      return value === undefined ? [] : [{ ...value, name: a.name }];
    }),
  }));
}
