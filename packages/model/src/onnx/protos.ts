import { error } from "../diagnostics.js";
import { ByteList, MessageReader } from "./protobuf.js";

/**
 * The messages of onnx.proto as far as they are used, decoded without interpretation. Field numbers are those
 * of onnx/onnx.proto (ONNX 1.22); unknown fields are passed over, as protobuf asks.
 */
export interface ModelProto {
  irVersion: number;
  producer: string;
  opsets: { domain: string; version: number }[];
  graph: GraphProto | undefined;
  functions: FunctionProto[];
}

export interface GraphProto {
  name: string;
  nodes: NodeProto[];
  initializers: TensorProto[];
  sparseInitializers: number;
  inputs: ValueInfoProto[];
  outputs: ValueInfoProto[];
  valueInfos: ValueInfoProto[];
}

export interface NodeProto {
  name: string;
  op: string;
  domain: string;
  overload: string;
  inputs: string[];
  outputs: string[];
  attributes: AttributeProto[];
}

export interface AttributeProto {
  name: string;
  /** AttributeProto.AttributeType; 0 in files older than IR version 2. */
  type: number;
  /** Set inside functions: the function's attribute whose value this one takes. */
  reference: string;
  f: number | undefined;
  i: number | undefined;
  s: string | undefined;
  t: TensorProto | undefined;
  floats: number[];
  ints: number[];
  strings: string[];
}

/** The type and shape of a tensor value; `elementType` 0 for sequences and other types that are no tensor. */
export interface ValueInfoProto {
  name: string;
  /** TensorProto.DataType. */
  elementType: number;
  /** Numbers, symbols, or undefined for a dimension left open; undefined without a rank. */
  shape: (number | string | undefined)[] | undefined;
}

export interface TensorProto {
  name: string;
  dims: number[];
  dataType: number;
  raw: Uint8Array | undefined;
  /** Little-endian float32, int32, int64, float64 and uint64 elements of the typed fields. */
  floatData: ByteList | undefined;
  int32Data: ByteList | undefined;
  int64Data: ByteList | undefined;
  doubleData: ByteList | undefined;
  uint64Data: ByteList | undefined;
  external: Map<string, string> | undefined;
}

export interface FunctionProto {
  name: string;
  domain: string;
  overload: string;
  inputs: string[];
  outputs: string[];
  nodes: NodeProto[];
  /** Default values of attributes. */
  attributes: AttributeProto[];
  opsets: { domain: string; version: number }[];
}

/** Bounds on what one file may hold, far above any model that is meant for a switch. */
const most = {
  nodes: 200_000,
  initializers: 200_000,
  values: 400_000,
  attributes: 256,
  arity: 4096,
  rank: 64,
};

function push<T>(list: T[], item: T, limit: number, what: string, source: string): void {
  if (list.length >= limit) throw error("onnx-too-large", source, what, list.length + 1, limit);
  list.push(item);
}

export function readModel(bytes: Uint8Array, source: string): ModelProto {
  const model: ModelProto = { irVersion: 0, producer: "", opsets: [], graph: undefined, functions: [] };
  let producer = "";
  let version = "";
  const r = new MessageReader(bytes, source);
  while (r.next()) {
    if (r.field === 1) model.irVersion = r.int();
    else if (r.field === 2) producer = r.string();
    else if (r.field === 3) version = r.string();
    else if (r.field === 7) model.graph = readGraph(r.message(), source);
    else if (r.field === 8) push(model.opsets, readOpset(r.message()), 1000, "operator sets", source);
    else if (r.field === 25)
      push(model.functions, readFunction(r.message(), source), 10_000, "functions", source);
    else r.skip();
  }
  model.producer = `${producer} ${version}`.trim();
  return model;
}

function readOpset(r: MessageReader): { domain: string; version: number } {
  const opset = { domain: "", version: 0 };
  while (r.next()) {
    if (r.field === 1) opset.domain = r.string();
    else if (r.field === 2) opset.version = r.int();
    else r.skip();
  }
  return opset;
}

function readGraph(r: MessageReader, source: string): GraphProto {
  const graph: GraphProto = {
    name: "",
    nodes: [],
    initializers: [],
    sparseInitializers: 0,
    inputs: [],
    outputs: [],
    valueInfos: [],
  };
  while (r.next()) {
    if (r.field === 1) push(graph.nodes, readNode(r.message(), source), most.nodes, "nodes", source);
    else if (r.field === 2) graph.name = r.string();
    else if (r.field === 5)
      push(graph.initializers, readTensor(r.message(), source), most.initializers, "initializers", source);
    else if (r.field === 11)
      push(graph.inputs, readValueInfo(r.message(), source), most.values, "inputs", source);
    else if (r.field === 12)
      push(graph.outputs, readValueInfo(r.message(), source), most.values, "outputs", source);
    else if (r.field === 13)
      push(graph.valueInfos, readValueInfo(r.message(), source), most.values, "values", source);
    else {
      if (r.field === 15) graph.sparseInitializers++;
      r.skip();
    }
  }
  return graph;
}

function readNode(r: MessageReader, source: string): NodeProto {
  const node: NodeProto = {
    name: "",
    op: "",
    domain: "",
    overload: "",
    inputs: [],
    outputs: [],
    attributes: [],
  };
  while (r.next()) {
    if (r.field === 1) push(node.inputs, r.string(), most.arity, "inputs of a node", source);
    else if (r.field === 2) push(node.outputs, r.string(), most.arity, "outputs of a node", source);
    else if (r.field === 3) node.name = r.string();
    else if (r.field === 4) node.op = r.string();
    else if (r.field === 5)
      push(
        node.attributes,
        readAttribute(r.message(), source),
        most.attributes,
        "attributes of a node",
        source,
      );
    else if (r.field === 7) node.domain = r.string();
    else if (r.field === 8) node.overload = r.string();
    else r.skip();
  }
  return node;
}

function readAttribute(r: MessageReader, source: string): AttributeProto {
  const a: AttributeProto = {
    name: "",
    type: 0,
    reference: "",
    f: undefined,
    i: undefined,
    s: undefined,
    t: undefined,
    floats: [],
    ints: [],
    strings: [],
  };
  while (r.next()) {
    if (r.field === 1) a.name = r.string();
    else if (r.field === 2) a.f = r.float();
    else if (r.field === 3) a.i = r.int();
    else if (r.field === 4) a.s = r.string();
    else if (r.field === 5) a.t = readTensor(r.message(), source);
    else if (r.field === 7) r.pushFloats(a.floats);
    else if (r.field === 8) r.pushInts(a.ints);
    else if (r.field === 9) push(a.strings, r.string(), most.values, "strings of an attribute", source);
    else if (r.field === 20) a.type = r.int();
    else if (r.field === 21) a.reference = r.string();
    else r.skip();
  }
  return a;
}

function readValueInfo(r: MessageReader, source: string): ValueInfoProto {
  const info: ValueInfoProto = { name: "", elementType: 0, shape: undefined };
  while (r.next()) {
    if (r.field === 1) info.name = r.string();
    else if (r.field === 2) readType(r.message(), info, source);
    else r.skip();
  }
  return info;
}

function readType(r: MessageReader, info: ValueInfoProto, source: string): void {
  while (r.next()) {
    if (r.field !== 1) {
      r.skip();
      continue;
    }
    const tensor = r.message();
    while (tensor.next()) {
      if (tensor.field === 1) info.elementType = tensor.int();
      else if (tensor.field === 2) info.shape = readShape(tensor.message(), source);
      else tensor.skip();
    }
  }
}

function readShape(r: MessageReader, source: string): (number | string | undefined)[] {
  const shape: (number | string | undefined)[] = [];
  while (r.next()) {
    if (r.field !== 1) {
      r.skip();
      continue;
    }
    let dim: number | string | undefined;
    const d = r.message();
    while (d.next()) {
      if (d.field === 1) dim = d.int();
      else if (d.field === 2) dim = d.string() || undefined;
      else d.skip();
    }
    push(shape, dim, most.rank, "dimensions of a value", source);
  }
  return shape;
}

/** Reads one TensorProto message, such as a whole input_0.pb of a test case. */
export function readTensorProto(bytes: Uint8Array, source: string): TensorProto {
  return readTensor(new MessageReader(bytes, source), source);
}

function readTensor(r: MessageReader, source: string): TensorProto {
  const t: TensorProto = {
    name: "",
    dims: [],
    dataType: 0,
    raw: undefined,
    floatData: undefined,
    int32Data: undefined,
    int64Data: undefined,
    doubleData: undefined,
    uint64Data: undefined,
    external: undefined,
  };
  let location = 0;
  const entries = new Map<string, string>();
  while (r.next()) {
    if (r.field === 1) {
      r.pushInts(t.dims);
      if (t.dims.length > most.rank)
        throw error("onnx-too-large", source, "dimensions of a tensor", t.dims.length, most.rank);
    } else if (r.field === 2) t.dataType = r.int();
    else if (r.field === 4) r.pushFixed((t.floatData ??= new ByteList()), 4);
    else if (r.field === 5) r.pushVarints((t.int32Data ??= new ByteList()), 4);
    else if (r.field === 7) r.pushVarints((t.int64Data ??= new ByteList()), 8);
    else if (r.field === 8) t.name = r.string();
    else if (r.field === 9) t.raw = r.bytes();
    else if (r.field === 10) r.pushFixed((t.doubleData ??= new ByteList()), 8);
    else if (r.field === 11) r.pushVarints((t.uint64Data ??= new ByteList()), 8);
    else if (r.field === 13) {
      const entry = readEntry(r.message());
      if (entries.size < 64) entries.set(entry[0], entry[1]);
    } else if (r.field === 14) location = r.int();
    else r.skip();
  }
  if (location === 1) t.external = entries;
  return t;
}

function readEntry(r: MessageReader): [string, string] {
  const entry: [string, string] = ["", ""];
  while (r.next()) {
    if (r.field === 1 || r.field === 2) entry[r.field - 1] = r.string();
    else r.skip();
  }
  return entry;
}

function readFunction(r: MessageReader, source: string): FunctionProto {
  const f: FunctionProto = {
    name: "",
    domain: "",
    overload: "",
    inputs: [],
    outputs: [],
    nodes: [],
    attributes: [],
    opsets: [],
  };
  while (r.next()) {
    if (r.field === 1) f.name = r.string();
    else if (r.field === 4) push(f.inputs, r.string(), most.arity, "inputs of a function", source);
    else if (r.field === 5) push(f.outputs, r.string(), most.arity, "outputs of a function", source);
    else if (r.field === 7) push(f.nodes, readNode(r.message(), source), most.nodes, "nodes", source);
    else if (r.field === 9) push(f.opsets, readOpset(r.message()), 1000, "operator sets", source);
    else if (r.field === 10) f.domain = r.string();
    else if (r.field === 11)
      push(f.attributes, readAttribute(r.message(), source), most.attributes, "attributes", source);
    else if (r.field === 13) f.overload = r.string();
    else r.skip();
  }
  return f;
}
