import { readFileOrFail } from "@matchmul/common";
import {
  blocksOf,
  type Choice,
  type Latency,
  type MicroProgram,
  type Pass,
  type Plan,
  partUse,
} from "@matchmul/planner";
import type { HardwareProfile } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import { error } from "./diagnostics.js";
import { jsonNumbers } from "./terminal.js";

/**
 * plan.json: everything decided about a model on a profile, without the tables' contents. Its JSON Schema is
 * docs/schemas/plan.schema.json. A resource without a limit is Infinity in memory and null in the file.
 */
export interface PlanDocument {
  format: "matchmul-plan";
  version: 1;
  model: ModelDescription;
  profile: { name: string; description: string };
  /** What the planner chose: with the int8 model, it determines the program. */
  choice: Omit<Choice, "layers"> & { layers: (Choice["layers"][number] & { name: string })[] };
  /** Choices enumerated, and how many were placed until one fitted. */
  search: Plan["search"];
  program: {
    /** Accumulators in the packet. */
    lanes: number;
    slots: number;
    input: MicroProgram["input"];
    passes: Pass[];
    /** By class, what the switch does with a packet that it does not simply answer. */
    verdicts: MicroProgram["verdicts"];
    /** Pages of the lookup tables: of 256 rows, `rowsUsed` are reached by some key. */
    pages: { slot: number; page: number; layer: string; label: string; rowsUsed: number }[];
  };
  pipes: { name: string; pipeline: Plan["pipeline"]; placement: PlacementDocument }[];
  /** The latency model's answer; its parameters are the profile's. */
  latency: Latency;
}

export interface LayerDescription {
  name: string;
  /** As in the int8 model: fully-connected, convolution, max-pool ... */
  kind: string;
  activation: string;
  /** Without the batch; channels first. */
  outputShape: number[];
  weights: number;
  multiplyAccumulates: number;
}

export interface ModelDescription {
  name: string;
  inputShape: number[];
  classes: number;
  /** Without biases. */
  weights: number;
  /** Of one inference. */
  multiplyAccumulates: number;
  layers: LayerDescription[];
}

type PipelinePlacement = Plan["placement"];
type StageVector = PipelinePlacement["limits"];
export type StageResource = keyof StageVector;
/** What a part of a table takes of its stage. Crossbar bytes, which tables of a stage may share, are left out. */
export type PartUse = Partial<Record<StageResource, number>>;
export type PlacedTable = Omit<PipelinePlacement["tables"][number], "parts"> & {
  parts: { stage: number; entries: number; used: PartUse }[];
};

/** A placement without the time it took: the same inputs give the same bytes. */
export type PlacementDocument = Omit<PipelinePlacement, "statistics" | "tables"> & {
  tables: PlacedTable[];
  statistics: Omit<PipelinePlacement["statistics"], "timeMs">;
};

/** The document of a plan. */
export function planDocument(model: QuantizedModel, profile: HardwareProfile, plan: Plan): PlanDocument {
  const names = blocksOf(model).map((block) => block.name);
  return {
    format: "matchmul-plan",
    version: 1,
    model: describeModel(model),
    profile: { name: profile.name, description: profile.description },
    choice: { ...plan.choice, layers: plan.choice.layers.map((layer, i) => ({ name: names[i], ...layer })) },
    search: plan.search,
    program: describeProgram(plan.program),
    pipes: [
      {
        name: "pipe0",
        pipeline: plan.pipeline,
        placement: placementDocument(plan.pipeline, plan.placement, profile),
      },
    ],
    latency: plan.latency,
  };
}

/** A placement with what each part of a table takes of its stage; nothing on a target without stages. */
export function placementDocument(
  pipeline: Plan["pipeline"],
  placement: PipelinePlacement,
  profile: HardwareProfile,
): PlacementDocument {
  const { timeMs: _, ...statistics } = placement.statistics;
  const definitions = new Map(pipeline.tables.map((table) => [table.name, table]));
  const tables = placement.tables.map((placed) => {
    const definition = definitions.get(placed.name)!;
    const parts = placed.parts.map(({ stage, entries }) => {
      const used = profile.pipeline === undefined ? {} : partUse(definition, entries, profile.pipeline);
      return {
        stage,
        entries,
        used: Object.fromEntries(Object.entries(used).filter(([, units]) => units > 0)),
      };
    });
    return { ...placed, parts };
  });
  return { ...placement, tables, statistics };
}

/** The document as the text of plan.json. */
export function formatPlan(document: PlanDocument): string {
  return `${JSON.stringify(document, jsonNumbers, 2)}\n`;
}

/** Reads plan.json. @throws MatchMulError file-not-found, plan-invalid */
export function readPlan(path: string): PlanDocument {
  return parsePlan(new TextDecoder().decode(readFileOrFail(path)), path);
}

/** Parses the text of a plan.json. @throws MatchMulError plan-invalid */
export function parsePlan(text: string, path: string): PlanDocument {
  let document: Partial<PlanDocument> | null;
  try {
    document = JSON.parse(text);
  } catch {
    throw error("plan-invalid", path, "it is not JSON");
  }
  if (document?.format !== "matchmul-plan") throw error("plan-invalid", path, "it is not a plan");
  if (document.version !== 1)
    throw error("plan-invalid", path, `it is of version ${document.version}, not 1`);
  const complete =
    Array.isArray(document.program?.passes) &&
    Array.isArray(document.choice?.layers) &&
    Array.isArray(document.pipes);
  if (!complete) throw error("plan-invalid", path, "it lacks the choice, the passes or the pipes");
  const plan = document as PlanDocument;
  return { ...plan, pipes: plan.pipes.map((pipe) => ({ ...pipe, placement: revive(pipe.placement) })) };
}

/** Puts back the infinite limits that JSON wrote as null. */
export function revive(placement: PlacementDocument): PlacementDocument {
  const limits = Object.fromEntries(
    Object.entries(placement.limits).map(([resource, limit]) => [
      resource,
      limit ?? Number.POSITIVE_INFINITY,
    ]),
  ) as StageVector;
  return { ...placement, limits };
}

/** What a plan says of the model it is for: two models with the same description take the same choices. */
export function describeModel(model: QuantizedModel): ModelDescription {
  const layers = model.layers
    .filter((layer) => layer.kind !== "arg-max")
    .map((layer): LayerDescription => {
      const { name, kind } = layer;
      const { shape } = model.tensors[layer.output];
      const weights = "weights" in layer ? layer.weights.length : 0;
      const positions = layer.kind === "convolution" ? layer.window.outSize[0] * layer.window.outSize[1] : 1;
      const activation = "activation" in layer ? layer.activation : "none";
      return {
        name,
        kind,
        activation,
        outputShape: shape,
        weights,
        multiplyAccumulates: weights * positions,
      };
    });
  const sum = (of: (layer: LayerDescription) => number) =>
    layers.reduce((total, layer) => total + of(layer), 0);
  return {
    name: model.name,
    inputShape: model.tensors[model.input].shape,
    classes: elements(model.tensors[model.logits].shape),
    weights: sum((layer) => layer.weights),
    multiplyAccumulates: sum((layer) => layer.multiplyAccumulates),
    layers,
  };
}

/** Elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function describeProgram(program: MicroProgram): PlanDocument["program"] {
  const pages = program.pages.flatMap((ofSlot, slot) =>
    ofSlot.flatMap((page, number) => {
      if (page === null) return [];
      const rowsUsed = page.used.reduce((sum, used) => sum + used, 0);
      return [{ slot, page: number, layer: page.layer, label: page.label, rowsUsed }];
    }),
  );
  return {
    lanes: program.lanes,
    slots: program.slots,
    input: program.input,
    passes: program.passes,
    verdicts: program.verdicts,
    pages,
  };
}
