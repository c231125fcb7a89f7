import { dirname } from "node:path";
import { readFileOrFail } from "@matchmul/common";
import { type Attribute, Attributes } from "../attributes.js";
import { checkWeights } from "../check-weights.js";
import { error } from "../diagnostics.js";
import { dtypeOfOnnx, onnxTypeName } from "../dtypes.js";
import { type Dim, type Graph, type Node, nodeTitle, type ValueInfo } from "../graph.js";
import { inferShapes } from "../infer.js";
import { findOperator, supportedOperators } from "../operators/registry.js";
import { int64s, type Tensor, tensor } from "../tensor.js";
import { sortNodes } from "../topology.js";
import { inlineFunctions } from "./functions.js";
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from "./protos.js";
import { readModel } from "./protos.js";
import { refuseForeign } from "./sniff.js";
import { decodeTensor } from "./tensors.js";

export interface ImportOptions {
  /** What to call the model in messages; the path unless given. */
  source?: string;
  /** Folder of external data files; the path's folder unless given. */
  folder?: string;
  /** Let nodes of unsupported operators stand, for inspection; running the graph then fails at them. */
  allowUnsupported?: boolean;
  /** Let weights be NaN or infinite, and scales zero or negative. */
  allowNonFinite?: boolean;
}

/** Oldest version of ONNX's operator set that is read; nodes of older files mean other things. */
const oldestOpset = 1;

/**
 * Reads an ONNX model, from a file or from its bytes, checks it and infers its shapes. Large weights are not
 * copied where the file has them aligned.
 * @throws MatchMulError file-not-found, onnx-*, opset-unsupported, operator-*, graph-*, tensor-*,
 *   external-data-*, shape-conflict, weights-not-finite, scale-invalid, variance-negative
 */
export function importOnnx(model: string | Uint8Array, options: ImportOptions = {}): Graph {
  const bytes = typeof model === "string" ? readFileOrFail(model) : model;
  const source = options.source ?? (typeof model === "string" ? model : "the model");
  const folder = options.folder ?? (typeof model === "string" ? dirname(model) : undefined);
  refuseForeign(bytes, source);
  const proto = readModel(bytes, source);
  if (proto.graph === undefined) throw error("onnx-not-onnx", source, "it holds no graph");
  const opset = proto.opsets.find((o) => o.domain === "" || o.domain === "ai.onnx")?.version;
  if (opset === undefined && proto.graph.nodes.some((n) => n.domain === ""))
    throw error("onnx-invalid", source, "it does not say which operator set it is written for");
  if (opset !== undefined && opset < oldestOpset)
    throw error("opset-unsupported", source, opset, oldestOpset);
  inlineFunctions(proto.graph, proto.functions, proto.opsets, source);
  const builder = new GraphBuilder(proto.graph, opset ?? 22, folder, source);
  const graph = builder.build(proto.producer);
  if (!options.allowUnsupported) requireSupported(graph);
  if (!options.allowNonFinite) checkWeights(graph);
  inferShapes(graph, builder.declared);
  return graph;
}

/** @throws MatchMulError operator-unsupported for the first node whose operator is not known */
export function requireSupported(graph: Graph): void {
  for (const node of graph.nodes) {
    if (findOperator(node.op, node.domain) !== undefined) continue;
    const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
    throw error(
      "operator-unsupported",
      nodeTitle(node),
      op,
      adviceFor(node),
      supportedOperators().join(", "),
    );
  }
}

/** What to do about an operator that is not supported. */
export function adviceFor(node: Node): string {
  if (node.domain === "com.microsoft" && /^Q|Quant/.test(node.op))
    return "quantize in ONNX Runtime's QDQ format, or give the float model: it is quantized here";
  if (node.domain !== "") return `${node.domain} is not ONNX's own operator set: export without it`;
  if (["If", "Loop", "Scan"].includes(node.op))
    return "control flow has no place in a switch: export the model traced, for fixed decisions";
  if (["LSTM", "GRU", "RNN"].includes(node.op)) return "recurrent networks are not compiled";
  return "replace it in the model, or cut the graph before it with onnx.utils.extract_model";
}

class GraphBuilder {
  readonly declared = new Map<string, ValueInfo>();
  readonly #initializers = new Map<string, Tensor>();

  constructor(
    readonly proto: GraphProto,
    readonly opset: number,
    readonly folder: string | undefined,
    readonly source: string,
  ) {}

  build(producer: string): Graph {
    const { proto } = this;
    if (proto.sparseInitializers > 0)
      throw error("graph-invalid", "it has sparse initializers; store the weights dense");
    for (const t of proto.initializers) {
      if (t.name === "") throw error("graph-invalid", "an initializer has no name");
      this.#define(t.name, decodeTensor(t, this.folder));
    }
    for (const info of proto.valueInfos) {
      const type = this.#valueInfo(info);
      if (type !== undefined) this.declared.set(info.name, type);
    }
    const inputs = proto.inputs
      .filter((i) => !this.#initializers.has(i.name))
      .map((i) => this.#required(i, "input"));
    const names = new Set<string>();
    for (const { name } of inputs) {
      if (names.has(name)) throw error("graph-value-duplicate", name, "the inputs", "the inputs");
      names.add(name);
    }
    const nodes = this.#nodes();
    if (proto.outputs.length === 0) throw error("graph-invalid", "it has no outputs");
    const given = [...names, ...this.#initializers.keys()];
    const sorted = sortNodes(
      nodes,
      given,
      proto.outputs.map((o) => o.name),
    );
    const outputs = proto.outputs.map((o) => this.#output(o, sorted));
    return {
      name: proto.name,
      opset: this.opset,
      producer,
      inputs,
      outputs,
      nodes: sorted,
      initializers: this.#initializers,
      values: new Map(),
    };
  }

  #define(name: string, value: Tensor): void {
    if (this.#initializers.has(name)) throw error("graph-value-duplicate", name, "an initializer", "another");
    this.#initializers.set(name, value);
  }

  #valueInfo(info: ValueInfoProto): ValueInfo | undefined {
    const dtype = dtypeOfOnnx(info.elementType);
    if (dtype === undefined) return undefined;
    const shape = info.shape?.map((d, i): Dim => {
      if (d === undefined || (typeof d === "number" && d < 0)) return `?${info.name}:${i}`;
      if (typeof d === "number" && !Number.isSafeInteger(d))
        throw error("graph-invalid", `dimension ${i} of ${info.name} is ${d}`);
      return d;
    });
    return { name: info.name, dtype, shape };
  }

  #required(info: ValueInfoProto, what: string): ValueInfo {
    const type = this.#valueInfo(info);
    if (type !== undefined) return type;
    const kind =
      info.elementType === 0 ? "none (a sequence, a map or an optional)" : onnxTypeName(info.elementType);
    throw error("tensor-dtype", `${what} ${info.name}`, kind);
  }

  /** ZipMap's output is declared as a sequence of maps; here it is the tensor that goes in. */
  #output(info: ValueInfoProto, nodes: readonly Node[]): ValueInfo {
    if (info.elementType === 0 && nodes.some((n) => n.op === "ZipMap" && n.outputs[0] === info.name))
      return { name: info.name, dtype: "float32", shape: undefined };
    return this.#required(info, "output");
  }

  /** The nodes with unique names; Constant nodes become initializers. */
  #nodes(): Node[] {
    const nodes: Node[] = [];
    const taken = new Set<string>();
    this.proto.nodes.forEach((n, i) => {
      let name = n.name === "" ? `${n.op}_${i}` : n.name;
      if (taken.has(name)) name = `${name}#${i}`;
      taken.add(name);
      const node: Node = {
        name,
        op: n.op,
        domain: n.domain === "ai.onnx" ? "" : n.domain,
        inputs: n.inputs,
        outputs: n.outputs,
        attributes: this.#attributes(n, `${n.op} node ${name}`),
      };
      if (node.op === "Constant" && node.domain === "")
        this.#define(node.outputs[0] || node.name, constantOf(node));
      else nodes.push(node);
    });
    return nodes;
  }

  #attributes(node: NodeProto, title: string): Attributes {
    return new Attributes(node.attributes.map((a) => [a.name, this.#attribute(a, title)] as const));
  }

  #attribute(a: AttributeProto, title: string): Attribute {
    const missing = () => error("operator-invalid", title, `attribute ${a.name} has no value`);
    switch (a.type === 0 ? guessType(a) : a.type) {
      case 1:
        return { type: "float", value: a.f ?? 0 };
      case 2:
        return { type: "int", value: a.i ?? 0 };
      case 3:
        return { type: "string", value: a.s ?? "" };
      case 4:
        if (a.t === undefined) throw missing();
        return {
          type: "tensor",
          value: decodeTensor(a.t.name === "" ? { ...a.t, name: `${a.name} of ${title}` } : a.t, this.folder),
        };
      case 6:
        return { type: "floats", value: a.floats };
      case 7:
        return { type: "ints", value: a.ints };
      case 8:
        return { type: "strings", value: a.strings };
      default:
        return { type: "other", value: `attribute type ${a.type}` };
    }
  }
}

/** Files older than IR version 2 do not say an attribute's type: it is that of the field that is there. */
function guessType(a: AttributeProto): number {
  if (a.f !== undefined) return 1;
  if (a.i !== undefined) return 2;
  if (a.s !== undefined) return 3;
  if (a.t !== undefined) return 4;
  if (a.floats.length > 0) return 6;
  if (a.ints.length > 0) return 7;
  return a.strings.length > 0 ? 8 : 0;
}

function constantOf(node: Node): Tensor {
  const { attributes } = node;
  const value = attributes.tensor("value");
  if (value !== undefined) return value;
  const float = attributes.float("value_float");
  if (float !== undefined) return tensor([], [float]);
  const int = attributes.int("value_int");
  if (int !== undefined) return int64s([int], []);
  const floats = attributes.floats("value_floats");
  if (floats !== undefined) return tensor([floats.length], floats);
  const ints = attributes.ints("value_ints");
  if (ints !== undefined) return int64s(ints);
  const kinds = [...attributes.map.keys()].join(", ");
  throw error("operator-invalid", nodeTitle(node), `a constant by ${kinds || "no attribute"} is not read`);
}
