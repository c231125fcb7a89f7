import type { FabricLayer } from "@matchmul/planner";
import { YamlFormat, type YamlIssue, type YamlSource } from "@matchmul/profiles";
import { error } from "../diagnostics.js";
import { chained, convolutionLayer, denseLayer, pooledLayer } from "./layer.js";

/** A network by its sizes, without weights: what a plan on a fabric depends on. docs/schemas has the JSON Schema. */
export interface ModelSizes {
  sizes: 1;
  name: string;
  description: string;
  input: { channels: number; height?: number; width?: number; signed?: boolean };
  layers: LayerSizes[];
}

export interface LayerSizes {
  name: string;
  kind: "convolution" | "dense";
  /** Channels of a convolution, features of a dense layer. */
  outputs: number;
  kernel?: number;
  stride?: number;
  padding?: number;
  groups?: number;
  /** Side of the max pooling that follows, which is also its stride. */
  pool?: number;
  activation?: Activation;
}

/** Activations whose results are never negative need no sign plane. */
const nonNegative = { relu: true, relu6: true, sigmoid: true, tanh: false, other: false, none: false };
type Activation = keyof typeof nonNegative;

const size = (maximum: number, description: string) =>
  ({ type: "integer", minimum: 1, maximum, description }) as const;

export const sizesSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://matchmul.dev/schemas/model-sizes-1.json",
  title: "MatchMul network by size",
  type: "object",
  additionalProperties: false,
  required: ["sizes", "name", "description", "input", "layers"],
  properties: {
    sizes: { const: 1, description: "version of this format" },
    name: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_.-]*$" },
    description: { type: "string", minLength: 1 },
    input: {
      type: "object",
      additionalProperties: false,
      required: ["channels"],
      properties: {
        channels: size(1 << 20, "channels, or the features of an input that is no image"),
        height: size(1 << 14, "default 1"),
        width: size(1 << 14, "default 1"),
        signed: { type: "boolean", description: "can values be negative? default true" },
      },
    },
    layers: {
      type: "array",
      minItems: 1,
      maxItems: 1000,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "kind", "outputs"],
        properties: {
          name: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_.-]*$", description: "unique" },
          kind: { enum: ["convolution", "dense"] },
          outputs: size(1 << 20, "channels, or features"),
          kernel: size(1 << 10, "side of the kernel"),
          stride: size(1 << 10, "default 1"),
          padding: { type: "integer", minimum: 0, maximum: 1 << 10, description: "on each side; default 0" },
          groups: size(1 << 20, "default 1"),
          pool: size(1 << 10, "side of the max pooling that follows, which is its stride too; default 1"),
          activation: {
            enum: Object.keys(nonNegative),
            description: "relu, relu6 and sigmoid leave no sign plane; default none",
          },
        },
      },
    },
  },
} as const;

const format = new YamlFormat<ModelSizes>(
  sizesSchema,
  (source, sizes) => {
    const issues: YamlIssue[] = [];
    layersOf(sizes, (path, message) => issues.push(source.issue(path, message)));
    return issues;
  },
  (issues) => error("sizes-invalid", issues),
);

/** Reads a network's sizes. @throws MatchMulError file-not-found, sizes-invalid */
export function readSizes(path: string): { name: string; layers: FabricLayer[] } {
  const sizes = format.read(path);
  return { name: sizes.name, layers: layersOf(sizes, () => {}) };
}

type Complain = (path: Parameters<YamlSource["issue"]>[0], message: string) => void;

/** The layers as the planner takes them; what does not go together is complained of. */
function layersOf({ input, layers }: ModelSizes, complain: Complain): FabricLayer[] {
  let { channels, height = 1, width = 1 } = input;
  let planes = (input.signed ?? true) ? 8 : 7;
  const names = new Set<string>();
  const planned: FabricLayer[] = [];
  for (const [l, layer] of layers.entries()) {
    const { name, kind, outputs, kernel, stride = 1, padding = 0, groups = 1, pool = 1 } = layer;
    if (names.has(name)) complain(["layers", l, "name"], `the name ${name} is taken`);
    names.add(name);
    if (kind === "dense") {
      for (const key of ["kernel", "stride", "padding", "groups", "pool"] as const)
        if (layer[key] !== undefined) complain(["layers", l, key], "a dense layer has none");
      planned.push(denseLayer(name, { channels, height, width }, outputs, planes));
      [channels, height, width] = [outputs, 1, 1];
    } else {
      const side = kernel ?? 1;
      if (kernel === undefined) complain(["layers", l], "a convolution needs the key `kernel`");
      const out = (n: number) => Math.floor((n + 2 * padding - side) / stride) + 1;
      const [high, wide] = [out(height), out(width)];
      if (high < 1 || wide < 1) {
        complain(["layers", l, "kernel"], `a kernel of ${side} does not fit ${height} x ${width} values`);
        return planned;
      }
      if (channels % groups !== 0 || outputs % groups !== 0)
        complain(
          ["layers", l, "groups"],
          `${groups} groups do not divide ${channels} and ${outputs} channels`,
        );
      if (pool > high || pool > wide) {
        complain(["layers", l, "pool"], `a pool of ${pool} does not fit ${high} x ${wide} values`);
        return planned;
      }
      const made = convolutionLayer({
        name,
        input: { channels, height, width },
        outputs,
        kernel: [side, side],
        stride: [stride, stride],
        dilation: [1, 1],
        padBefore: [padding, padding],
        outSize: [high, wide],
        groups,
        planes,
      });
      const pooled = Math.floor(high / pool) * Math.floor(wide / pool);
      planned.push(pool === 1 ? made : pooledLayer(made, pooled, pool * pool));
      [channels, height, width] = [outputs, Math.floor(high / pool), Math.floor(wide / pool)];
    }
    planes = nonNegative[layer.activation ?? "none"] ? 7 : 8;
  }
  return chained(planned);
}
