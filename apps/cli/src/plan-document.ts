import { readFileOrFail } from "@matchmul/common";
import type { Choice, Latency, MicroProgram, Pass, Plan } from "@matchmul/planner";
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
  model: {
    name: string;
    inputFeatures: number;
    classes: number;
    /** Weights without biases, which is also the multiply-accumulates of one inference. */
    weights: number;
    layers: { name: string; inFeatures: number; outFeatures: number; activation: string }[];
  };
  profile: { name: string; description: string };
  /** What the planner chose: with the int8 model, it determines the program. */
  choice: Choice;
  /** Choices enumerated, and how many were placed until one fitted. */
  search: Plan["search"];
  program: {
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

type PipelinePlacement = Plan["placement"];
type StageVector = PipelinePlacement["limits"];
export type StageResource = keyof StageVector;
export type PlacedTable = PipelinePlacement["tables"][number];

/** A placement without the time it took: the same inputs give the same bytes. */
export type PlacementDocument = Omit<PipelinePlacement, "statistics"> & {
  statistics: Omit<PipelinePlacement["statistics"], "timeMs">;
};

/** The document of a plan. */
export function planDocument(model: QuantizedModel, profile: HardwareProfile, plan: Plan): PlanDocument {
  const { timeMs: _, ...statistics } = plan.placement.statistics;
  return {
    format: "matchmul-plan",
    version: 1,
    model: describeModel(model),
    profile: { name: profile.name, description: profile.description },
    choice: plan.choice,
    search: plan.search,
    program: describeProgram(plan.program),
    pipes: [{ name: "pipe0", pipeline: plan.pipeline, placement: { ...plan.placement, statistics } }],
    latency: plan.latency,
  };
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
function revive(placement: PlacementDocument): PlacementDocument {
  const limits = Object.fromEntries(
    Object.entries(placement.limits).map(([resource, limit]) => [
      resource,
      limit ?? Number.POSITIVE_INFINITY,
    ]),
  ) as StageVector;
  return { ...placement, limits };
}

function describeModel(model: QuantizedModel): PlanDocument["model"] {
  const layers = model.layers
    .filter((layer) => layer.kind === "fully-connected")
    .map(({ name, inFeatures, outFeatures, activation }) => ({ name, inFeatures, outFeatures, activation }));
  return {
    name: model.name,
    inputFeatures: layers[0].inFeatures,
    classes: layers[layers.length - 1].outFeatures,
    weights: layers.reduce((sum, layer) => sum + layer.inFeatures * layer.outFeatures, 0),
    layers,
  };
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
    slots: program.slots,
    input: program.input,
    passes: program.passes,
    verdicts: program.verdicts,
    pages,
  };
}
