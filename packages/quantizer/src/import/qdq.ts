import { type Graph, type Node, numberData, runGraph, tensor } from "@matchmul/model";
import { pushLookup } from "../lower/activation.js";
import type { QuantizedTensor } from "../quantized-model.js";
import type { ImportContext, Quantization, State } from "./context.js";

/** QuantizeLinear gives the value before it its integers: the input image, a waiting layer, or a function. */
export function importQuantize(node: Node, context: ImportContext): void {
  const [value, , zero] = node.inputs;
  const [output] = node.outputs;
  const quantization = context.quantization(node, 1, 2, zero ? "int8" : "uint8");
  const state = context.states.get(value);
  let made: QuantizedTensor;
  if (state === undefined && context.graph.inputs.some((input) => input.name === value)) {
    made = context.tensor(output, context.shapeOf(output, node), quantization);
    context.input = made;
  } else if (state?.kind === "pending") made = state.pending.quantized(output, quantization);
  else if (state?.kind === "function") made = evaluate(state, node, output, quantization, context);
  else throw context.fail(node, `its input ${value} is not a float activation`);
  context.states.set(output, { kind: "integers", tensor: made });
}

/** DequantizeLinear of activations begins a function of their integers; of constants it gives them meaning. */
export function importDequantize(node: Node, context: ImportContext): void {
  const [value] = node.inputs;
  const [output] = node.outputs;
  const constant = context.constant(value);
  if (constant !== undefined) {
    if (node.attributes.int("block_size", 0) !== 0)
      throw context.fail(node, "its weights have a scale per block; one per output is compiled");
    const axis = node.attributes.int("axis", 1);
    const rank = constant.shape.length;
    const scale = context.scales(node, 1, 2, axis < 0 ? axis + rank : axis);
    context.states.set(output, {
      kind: "constant",
      integers: numberData(constant),
      shape: constant.shape,
      scale,
    });
    return;
  }
  const integers = context.integers(value, node);
  if (integers.dtype === "int32") throw context.fail(node, "its input is int32");
  context.states.set(output, {
    kind: "function",
    tensor: integers,
    quantization: context.quantization(node, 1, 2, integers.dtype),
    nodes: [node],
  });
}

export type FunctionState = Extract<State, { kind: "function" }>;

/** Runs a function's nodes, QuantizeLinear last, on all 256 values its integers can have. */
export function evaluate(
  state: FunctionState,
  node: Node,
  output: string,
  quantization: Quantization,
  context: ImportContext,
): QuantizedTensor {
  const { graph } = context;
  const nodes = [...state.nodes, node];
  const [first] = state.nodes[0].inputs;
  const used = new Set(nodes.flatMap((n) => n.inputs));
  const part: Graph = {
    ...graph,
    inputs: [{ name: first, dtype: state.tensor.dtype as "int8" | "uint8", shape: undefined }],
    outputs: [{ name: output, dtype: quantization.dtype, shape: undefined }],
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
    values: new Map(),
  };
  const outputs = (values: number[]): number[] => {
    const data = state.tensor.dtype === "int8" ? Int8Array.from(values) : Uint8Array.from(values);
    const shape = [values.length, ...new Array<number>(state.tensor.shape.length).fill(1)];
    return Array.from(numberData(runGraph(part, { [first]: tensor(shape, data) })[output]));
  };
  const [low, high] = state.tensor.range;
  const reached = outputs(Array.from({ length: high - low + 1 }, (_, i) => low + i));
  if (
    quantization.dtype === state.tensor.dtype &&
    quantization.scale === state.tensor.scale &&
    quantization.zeroPoint === state.tensor.zeroPoint &&
    reached.every((q, i) => q === low + i)
  )
    return state.tensor;
  const made = context.tensor(output, state.tensor.shape, quantization, [
    Math.min(...reached),
    Math.max(...reached),
  ]);
  const name =
    state.nodes
      .map((n) => n.op.toLowerCase())
      .slice(1)
      .join("+") || "rescale";
  // Values outside the tensor's range do not occur; their entries stay within the output's.
  const limited = (values: number[]) =>
    outputs(values).map((q) => Math.min(Math.max(q, made.range[0]), made.range[1]));
  pushLookup(context.freshName(state.nodes.at(-1)!.name), state.tensor, made, name, context, limited);
  return made;
}

/** An element-wise operator between DequantizeLinear and QuantizeLinear. */
export function importElementwise(node: Node, context: ImportContext): void {
  const activations = node.inputs.filter((name) => name !== "" && context.constant(name) === undefined);
  const states = activations.map((name) => context.state(name, node));
  const [state] = states;
  const [output] = node.outputs;
  if (state.kind === "pending") {
    followPending(node, state, context);
    context.states.set(output, state);
    return;
  }
  if (state.kind !== "function" || states.some((s) => s.kind !== "function" || s.tensor !== state.tensor))
    throw context.fail(node, `${node.op} of these inputs is not compiled`);
  const constant = node.inputs.find((name) => (context.constant(name)?.data.length ?? 1) !== 1);
  if (constant !== undefined) throw context.fail(node, `its constant ${constant} is not one number`);
  // In the order they were reached, which is the graph's; every function begins with its DequantizeLinear.
  const nodes = new Set(states.flatMap((s) => (s as FunctionState).nodes)).add(node);
  context.states.set(output, { ...state, nodes: [...nodes] });
}

/** Gives an element-wise operator to the layer that waits before it. */
function followPending(
  node: Node,
  { pending }: Extract<State, { kind: "pending" }>,
  context: ImportContext,
): void {
  const refuse = () =>
    context.fail(node, "it stands between a layer and its QuantizeLinear, where Relu, Clip, Add and Mul may");
  if (context.readers(node.inputs.find((name) => context.states.has(name))!).length > 1)
    throw context.fail(node, "its input is read elsewhere before it is quantized");
  const number = (input: number, attribute: string, fallback: number): number => {
    const constant = context.constant(node.inputs[input]);
    return constant === undefined ? node.attributes.float(attribute, fallback) : Number(constant.data[0]);
  };
  if (node.op === "Relu") pending.clamp(0, Number.POSITIVE_INFINITY);
  else if (node.op === "Clip")
    pending.clamp(number(1, "min", Number.NEGATIVE_INFINITY), number(2, "max", Number.POSITIVE_INFINITY));
  else {
    const name = node.inputs.find((v) => context.constant(v) !== undefined);
    const operand = context.constant(name);
    if (operand === undefined) throw refuse();
    const values = numberData(operand);
    const taken =
      node.op === "Add" ? pending.add(values) : node.op === "Mul" ? pending.multiply(values) : false;
    if (!taken) throw refuse();
  }
}
