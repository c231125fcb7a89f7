import type { Progress } from "@matchmul/common";
import { noProgress } from "@matchmul/common";
import type { HardwareProfile } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import { type Latency, latencyOf } from "./cost/latency.js";
import { type Candidate, chooseCandidates } from "./lowering/choose.js";
import { lower } from "./lowering/lower.js";
import type { Choice } from "./lowering/options.js";
import { tilePipeline } from "./lowering/tile-pipeline.js";
import { type MicroProgram, pageBits } from "./microcode/types.js";
import { placePipeline } from "./pipeline/place.js";
import type { PipelinePlacement } from "./pipeline/types.js";

export interface PlanOptions {
  /** `auto`: the switch makes the bit planes where it can. */
  encoding?: "auto" | "bytes" | "planes";
  /** Lookup tables a pass; left out, the planner chooses. */
  slots?: number;
  solver?: "glpk" | "highs";
  timeLimitMs?: number;
  progress?: Progress;
  signal?: AbortSignal;
}

export interface PlanLayer {
  name: string;
  kernel: "bit-serial";
  inFeatures: number;
  outFeatures: number;
  /** Bits of a group's key. */
  g: number;
  planes: number;
  planesPerPass: number;
  passes: number;
}

/** Everything decided for one model on one profile: what emission, verification and explanation start from. */
export interface Plan {
  format: "matchmul-plan";
  version: 1;
  model: string;
  profile: string;
  choice: Choice;
  input: { encoding: "bytes" | "planes"; features: number; bytes: number };
  classes: number;
  layers: PlanLayer[];
  /** In order of the program counter. */
  passes: { pc: number; layer: string; label: string; kind: string; keys: number }[];
  /** Lookup tables: pages used by the fullest, bits that number them, rows of 32 words each table has. */
  lookups: { slots: number; pages: number; pageBits: number; rows: number };
  latency: Latency;
  placement: PipelinePlacement;
  /** Options weighed: choices placed until one fitted, of those enumerated in order of passes. */
  search: { candidates: number; tried: number };
}

/** Most lookup tables a pass could need on any target: the chain of lookups takes a stage each. */
const MOST_SLOTS = 17;
/** Address bits of a lookup whose rows of 128 bytes still fit one stage (64 blocks on Tofino). */
const MOST_ADDRESS_BITS = 13;

function planLayers(program: MicroProgram, model: QuantizedModel, choice: Choice): PlanLayer[] {
  const layers = model.layers.filter((layer) => layer.kind === "fully-connected");
  return layers.map((layer, i) => ({
    name: layer.name,
    kernel: "bit-serial",
    inFeatures: layer.inFeatures,
    outFeatures: layer.outFeatures,
    g: choice.layers[i].g,
    planes: Math.max(
      1,
      Math.ceil(
        Math.log2(model.tensors[layer.input].range[1] + 1 - Math.min(0, model.tensors[layer.input].range[0])),
      ),
    ),
    planesPerPass: choice.layers[i].planesPerPass,
    passes: program.passes.filter((pass) => pass.layer === layer.name).length,
  }));
}

/**
 * Chooses kernel parameters, lowers, and places the pipe's program: the first of the candidates, fewest
 * passes first, that fits the profile.
 *
 * @throws MatchMulError does-not-fit with an explanation, and what `lower` throws
 */
export async function makePlan(
  model: QuantizedModel,
  profile: HardwareProfile,
  options: PlanOptions = {},
): Promise<{ plan: Plan; program: MicroProgram }> {
  const progress = options.progress ?? noProgress;
  const stages = profile.pipeline?.stages ?? MOST_SLOTS + 1;
  const candidates = chooseCandidates(model, {
    mostSlots: options.slots ?? Math.min(MOST_SLOTS, stages - 1),
    mostAddressBits: MOST_ADDRESS_BITS,
    encoding: options.encoding ?? "auto",
  }).filter((c) => options.slots === undefined || c.choice.slots === options.slots);
  let refusal: unknown;
  // What is lowered must be lowerable at all: let `lower` say what is wrong.
  if (candidates.length === 0) lower(model, smallestChoice(model, options));
  for (const [tried, candidate] of candidates.entries()) {
    progress.update("place", tried, candidates.length, describe(candidate));
    const program = lower(model, candidate.choice);
    let placement: PipelinePlacement;
    try {
      placement = await placePipeline(tilePipeline(program), profile, options);
    } catch (cause) {
      if ((cause as { code?: string }).code !== "does-not-fit") throw cause;
      refusal = cause;
      continue;
    }
    return {
      plan: planOf(model, profile, candidate, program, placement, candidates.length, tried + 1),
      program,
    };
  }
  throw refusal;
}

function smallestChoice(model: QuantizedModel, options: PlanOptions): Choice {
  const layers = model.layers.map(() => ({ g: 8, planesPerPass: 1 }));
  return { slots: options.slots ?? 1, encoding: options.encoding === "planes" ? "planes" : "bytes", layers };
}

function describe({ choice, passes }: Candidate): string {
  return `${choice.slots} lookups, g ${choice.layers.map((l) => l.g).join("/")}, ${passes} passes`;
}

function planOf(
  model: QuantizedModel,
  profile: HardwareProfile,
  { choice }: Candidate,
  program: MicroProgram,
  placement: PipelinePlacement,
  candidates: number,
  tried: number,
): Plan {
  const { encoding, features, bytes } = program.input;
  return {
    format: "matchmul-plan",
    version: 1,
    model: model.name,
    profile: profile.name,
    choice,
    input: { encoding, features, bytes },
    classes: program.classes,
    layers: planLayers(program, model, choice),
    passes: program.passes.map(({ pc, layer, label, parse, step }) => ({
      pc,
      layer,
      label,
      kind: step.kind,
      keys: parse.keys,
    })),
    lookups: {
      slots: choice.slots,
      pages: Math.max(...program.pages.map((pages) => pages.length)),
      pageBits: pageBits(program),
      rows: 2 ** pageBits(program) * 256,
    },
    latency: latencyOf(program, profile, placement.latencyCycles.ingress),
    placement,
    search: { candidates, tried },
  };
}
