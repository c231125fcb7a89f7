import { Random } from "@matchmul/common";
import {
  Attributes,
  type DType,
  type Graph,
  inferShapes,
  type Node,
  type Tensor,
  tensor,
} from "@matchmul/model";

/** Builds float graphs for tests, one call a node. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();

  constructor(
    readonly input: string,
    readonly shape: (number | string)[],
    readonly dtype: DType = "float32",
  ) {}

  constant(name: string, shape: number[], values: ArrayLike<number>): string {
    this.#initializers.set(name, tensor(shape, Float32Array.from(values)));
    return name;
  }

  /** A constant of any element type. */
  tensor(name: string, value: Tensor): string {
    this.#initializers.set(name, value);
    return name;
  }

  /** A constant of values uniform in [-1, 1). */
  random(name: string, shape: number[], seed: number): string {
    const random = new Random(seed);
    return this.constant(
      name,
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.next() * 2 - 1),
    );
  }

  /** Multiplies each element of a constant by a factor of its index. */
  scale(name: string, factor: (index: number) => number): string {
    const { shape, data } = this.#initializers.get(name)!;
    return this.constant(
      name,
      [...shape],
      Array.from(data as Float32Array, (v, i) => v * factor(i)),
    );
  }

  /** Adds a node with one output, named after the node. */
  node(
    op: string,
    name: string,
    inputs: string[],
    attributes: Parameters<typeof Attributes.of>[0] = {},
    domain = "",
  ): string {
    this.#nodes.push({
      name,
      op,
      domain,
      inputs,
      outputs: [name],
      attributes: Attributes.of(attributes),
    });
    return name;
  }

  graph(...outputs: string[]): Graph {
    const graph: Graph = {
      name: "test",
      opset: 17,
      producer: "",
      inputs: [{ name: this.input, dtype: this.dtype, shape: this.shape }],
      outputs: [],
      nodes: this.#nodes,
      initializers: this.#initializers,
      values: new Map(),
    };
    inferShapes(graph);
    graph.outputs = outputs.map(
      (name) => graph.values.get(name) ?? { name, dtype: "float32", shape: undefined },
    );
    return graph;
  }
}

/** Seeded images of a shape, uniform in [low, high). */
export function randomImages(
  count: number,
  length: number,
  low: number,
  high: number,
  seed = 1,
): Float32Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length }, () => low + (high - low) * random.next()),
  );
}
