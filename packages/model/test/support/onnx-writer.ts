import { floatTable } from "../../src/float-formats.js";
import { type DType, dtypes, numbers, type Tensor } from "../../src/index.js";
import { MessageWriter } from "./protobuf-writer.js";

/** A value's name, element type (none for what is no tensor) and shape, if declared; strings are symbols. */
export type ValueSpec = [name: string, dtype: DType | undefined, shape: (number | string)[] | undefined];

export type AttributeSpec =
  | number
  | string
  | number[]
  | Tensor
  | { float: number }
  | { floats: number[] }
  /** Inside a function: the value of the call's attribute of this name, with its AttributeType. */
  | { reference: string; type: number };

export interface NodeSpec {
  op: string;
  name?: string;
  domain?: string;
  inputs: string[];
  outputs: string[];
  attributes?: Record<string, AttributeSpec>;
}

export interface ModelSpec {
  opset?: number;
  irVersion?: number;
  inputs: ValueSpec[];
  outputs: ValueSpec[];
  initializers?: Record<string, Tensor>;
  nodes: NodeSpec[];
  /** Further operator sets by domain. */
  domains?: Record<string, number>;
  functions?: FunctionSpec[];
}

export interface FunctionSpec {
  name: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes?: Record<string, AttributeSpec>;
  nodes: NodeSpec[];
}

/** The bytes of an .onnx file. */
export function onnxModel(spec: ModelSpec): Uint8Array {
  const model = new MessageWriter().int(1, spec.irVersion ?? 8).string(2, "matchmul-tests");
  model.message(7, (graph) => {
    for (const node of spec.nodes) graph.message(1, (w) => writeNode(w, node));
    graph.string(2, "test");
    for (const [name, t] of Object.entries(spec.initializers ?? {}))
      graph.message(5, (w) => writeTensor(w, t, name));
    for (const value of spec.inputs) graph.message(11, (w) => writeValue(w, value));
    for (const value of spec.outputs) graph.message(12, (w) => writeValue(w, value));
  });
  model.message(8, (w) => w.string(1, "").int(2, spec.opset ?? 17));
  for (const [domain, version] of Object.entries(spec.domains ?? {}))
    model.message(8, (w) => w.string(1, domain).int(2, version));
  for (const f of spec.functions ?? [])
    model.message(25, (w) => {
      w.string(1, f.name).string(10, f.domain);
      for (const name of f.inputs) w.string(4, name);
      for (const name of f.outputs) w.string(5, name);
      for (const node of f.nodes) w.message(7, (n) => writeNode(n, node));
      for (const [name, value] of Object.entries(f.attributes ?? {}))
        w.message(11, (a) => writeAttribute(a.string(1, name), value));
      w.message(9, (o) => o.string(1, "").int(2, spec.opset ?? 17));
    });
  return model.finish();
}

/** A TensorProto with raw_data; of the types that are held widened, those of 8 and 16 bits. */
export function writeTensor(w: MessageWriter, t: Tensor, name = ""): void {
  for (const d of t.shape) w.int(1, d);
  w.int(2, dtypes[t.dtype].onnx).string(8, name);
  const { bits, array } = dtypes[t.dtype];
  const data = bits === 8 * array.BYTES_PER_ELEMENT ? t.data : codesOf(t);
  w.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function codesOf(t: Tensor): Uint8Array | Uint16Array {
  const codes = new Map([...floatTable(t.dtype)].map((value, code) => [value, code]));
  const list = numbers(t).map((v) => codes.get(v)!);
  return dtypes[t.dtype].bits === 8 ? Uint8Array.from(list) : Uint16Array.from(list);
}

function writeValue(w: MessageWriter, [name, dtype, shape]: ValueSpec): void {
  w.string(1, name);
  if (dtype === undefined) return;
  w.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, dtypes[dtype].onnx);
      if (shape === undefined) return;
      tensor.message(2, (dims) => {
        for (const d of shape)
          dims.message(1, (dim) => (typeof d === "number" ? dim.int(1, d) : dim.string(2, d)));
      });
    }),
  );
}

function writeNode(w: MessageWriter, node: NodeSpec): void {
  for (const name of node.inputs) w.string(1, name);
  for (const name of node.outputs) w.string(2, name);
  w.string(3, node.name ?? "").string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    w.message(5, (a) => writeAttribute(a.string(1, name), value));
  if (node.domain !== undefined) w.string(7, node.domain);
}

function writeAttribute(w: MessageWriter, value: AttributeSpec): void {
  if (typeof value === "number") w.int(3, value).int(20, 2);
  else if (typeof value === "string") w.string(4, value).int(20, 3);
  else if (Array.isArray(value)) {
    for (const v of value) w.int(8, v);
    w.int(20, 7);
  } else if ("reference" in value) w.string(21, value.reference).int(20, value.type);
  else if ("float" in value) w.float(2, value.float).int(20, 1);
  else if ("floats" in value) {
    for (const v of value.floats) w.float(7, v);
    w.int(20, 6);
  } else w.message(5, (t) => writeTensor(t, value)).int(20, 4);
}
