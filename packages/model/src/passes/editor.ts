import type { Dim, Graph, Node } from "../graph.js";
import { inferShapes } from "../infer.js";
import type { InferredValue } from "../operators/operator.js";
import type { Tensor } from "../tensor.js";

/** A rewriting rule: looks at one node and may change the graph around it, keeping the graph's results. */
export interface Pass {
  name: string;
  /** True when it changed something. */
  rewrite(edit: GraphEditor, node: Node): boolean;
}

/** A graph being rewritten, with its edges at hand and what inference knows of its values. */
export class GraphEditor {
  readonly #producers = new Map<string, Node>();
  readonly #readers = new Map<string, Set<Node>>();
  readonly #outputs: Set<string>;
  #known: Map<string, InferredValue>;

  constructor(readonly graph: Graph) {
    this.#outputs = new Set(graph.outputs.map((o) => o.name));
    for (const node of graph.nodes) this.#link(node);
    this.#known = inferShapes(graph);
  }

  /** Applies a pass to every node until it finds nothing more, then infers shapes anew. */
  apply(pass: Pass): boolean {
    let changed = false;
    for (let again = true; again; ) {
      again = false;
      for (const node of [...this.graph.nodes])
        if (this.#isLive(node) && pass.rewrite(this, node)) again = true;
      if (again) {
        changed = true;
        this.#known = inferShapes(this.graph);
      }
    }
    return changed;
  }

  #isLive(node: Node): boolean {
    return node.outputs.some((name) => this.#producers.get(name) === node);
  }

  #link(node: Node): void {
    for (const name of node.outputs) if (name !== "") this.#producers.set(name, node);
    for (const name of node.inputs) {
      if (name === "") continue;
      const readers = this.#readers.get(name);
      if (readers === undefined) this.#readers.set(name, new Set([node]));
      else readers.add(node);
    }
  }

  #unlink(node: Node): void {
    for (const name of node.outputs) if (this.#producers.get(name) === node) this.#producers.delete(name);
    for (const name of node.inputs) this.#readers.get(name)?.delete(node);
  }

  producer(name: string): Node | undefined {
    return this.#producers.get(name);
  }

  readers(name: string): Node[] {
    return [...(this.#readers.get(name) ?? [])];
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  /** True when a value is read by at most one node, and is no output of the graph: then it may disappear. */
  isPrivate(name: string): boolean {
    return !this.isOutput(name) && (this.#readers.get(name)?.size ?? 0) <= 1;
  }

  /** The node of ONNX's own operator set and the given type that makes a value nothing else reads. */
  privateProducer(name: string, ...ops: string[]): Node | undefined {
    const node = this.#producers.get(name);
    return node !== undefined && isOp(node, ...ops) && this.isPrivate(name) ? node : undefined;
  }

  /** The value where it is a constant of the file (initializers) or computed from constants alone. */
  constant(name: string | undefined): Tensor | undefined {
    if (name === undefined || name === "") return undefined;
    return this.graph.initializers.get(name) ?? this.#known.get(name)?.constant;
  }

  known(name: string): InferredValue | undefined {
    return this.#known.get(name);
  }

  shape(name: string): readonly Dim[] | undefined {
    return this.#known.get(name)?.shape;
  }

  /** A name nothing has yet. */
  fresh(base: string): string {
    let name = base;
    for (let i = 2; this.#taken(name); i++) name = `${base}_${i}`;
    return name;
  }

  #taken(name: string): boolean {
    return this.#known.has(name) || this.#producers.has(name) || this.graph.initializers.has(name);
  }

  /** Adds a constant, named after what it came from. */
  define(base: string, value: Tensor): string {
    const name = this.fresh(base);
    this.graph.initializers.set(name, value);
    this.#known.set(name, { dtype: value.dtype, shape: value.shape, constant: value });
    return name;
  }

  /** Puts new nodes where the last of the old ones stood. */
  replace(old: readonly Node[], by: readonly Node[]): void {
    const at = Math.max(...old.map((node) => this.graph.nodes.indexOf(node)));
    for (const node of old) this.#unlink(node);
    for (const node of by) this.#link(node);
    const gone = new Set(old);
    const after = this.graph.nodes.slice(at + 1);
    this.graph.nodes = [...this.graph.nodes.slice(0, at + 1), ...by, ...after].filter((n) => !gone.has(n));
  }

  /** Changes some parts of a node. */
  update(node: Node, changes: Partial<Node>): Node {
    const changed = { ...node, ...changes };
    this.replace([node], [changed]);
    return changed;
  }

  /** Takes out a node whose only used output equals `value`. False where both are fixed by the graph's ends. */
  bypass(node: Node, value: string): boolean {
    const output = node.outputs[0];
    if (!this.isOutput(output)) {
      for (const reader of this.readers(output))
        this.update(reader, { inputs: reader.inputs.map((name) => (name === output ? value : name)) });
      this.replace([node], []);
      return true;
    }
    const maker = this.producer(value);
    if (maker === undefined || this.isOutput(value)) return false;
    // The output keeps its name: the maker of the value takes it over, and so do the value's readers.
    const others = this.readers(value).filter((reader) => reader !== node);
    this.replace([node], []);
    this.update(maker, { outputs: maker.outputs.map((name) => (name === value ? output : name)) });
    for (const reader of others)
      this.update(reader, { inputs: reader.inputs.map((name) => (name === value ? output : name)) });
    return true;
  }
}

/** Whether a node is one of ONNX's own operators of these types. */
export function isOp(node: Node, ...ops: string[]): boolean {
  return node.domain === "" && ops.includes(node.op);
}
