import { error } from "./diagnostics.js";
import type { Tensor } from "./tensor.js";

/** A node's attribute. Integers are numbers; int64 values beyond 2^53 (such as "to the end") are rounded. */
export type Attribute =
  | { type: "float"; value: number }
  | { type: "int"; value: number }
  | { type: "string"; value: string }
  | { type: "floats"; value: number[] }
  | { type: "ints"; value: number[] }
  | { type: "strings"; value: string[] }
  | { type: "tensor"; value: Tensor }
  /** A subgraph, sequence, sparse tensor or reference, none of which is supported: the word for it. */
  | { type: "other"; value: string };

type ValueOf<T extends Attribute["type"]> = Extract<Attribute, { type: T }>["value"];

/** A node's attributes by name, read with their type and default value. */
export class Attributes {
  readonly map: ReadonlyMap<string, Attribute>;
  constructor(attributes: Iterable<readonly [string, Attribute]> = []) {
    this.map = new Map(attributes);
  }

  /** Attributes from plain values: whole arrays of numbers are ints, so give floats as full attributes. */
  static of(values: Record<string, number | string | number[] | Tensor | Attribute>): Attributes {
    return new Attributes(
      Object.entries(values).map(([name, value]): [string, Attribute] => {
        if (typeof value === "number") return [name, { type: "int", value }];
        if (typeof value === "string") return [name, { type: "string", value }];
        if (Array.isArray(value)) return [name, { type: "ints", value }];
        return [name, "dtype" in value ? { type: "tensor", value } : value];
      }),
    );
  }

  /** These with some replaced or added (undefined removes one). */
  with(changes: Record<string, Attribute | undefined>): Attributes {
    const map = new Map(this.map);
    for (const [name, attribute] of Object.entries(changes))
      if (attribute === undefined) map.delete(name);
      else map.set(name, attribute);
    return new Attributes(map);
  }

  has(name: string): boolean {
    return this.map.has(name);
  }

  #get<T extends Attribute["type"]>(name: string, type: T): ValueOf<T> | undefined {
    const attribute = this.map.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.type !== type)
      throw error("graph-invalid", `attribute ${name} is of type ${attribute.type}, not ${type}`);
    return attribute.value as ValueOf<T> | undefined;
  }

  int(name: string, fallback: number): number;
  int(name: string): number | undefined;
  int(name: string, fallback?: number): number | undefined {
    return this.#get(name, "int") ?? fallback;
  }
  float(name: string, fallback: number): number;
  float(name: string): number | undefined;
  float(name: string, fallback?: number): number | undefined {
    return this.#get(name, "float") ?? fallback;
  }
  string(name: string, fallback: string): string;
  string(name: string): string | undefined;
  string(name: string, fallback?: string): string | undefined {
    return this.#get(name, "string") ?? fallback;
  }
  ints(name: string, fallback: number[]): number[];
  ints(name: string): number[] | undefined;
  ints(name: string, fallback?: number[]): number[] | undefined {
    return this.#get(name, "ints") ?? fallback;
  }
  floats(name: string): number[] | undefined {
    return this.#get(name, "floats");
  }
  tensor(name: string): Tensor | undefined {
    return this.#get(name, "tensor");
  }
}
