import { MatchMulError, noProgress, type Progress } from "@matchmul/common";
import type { HardwareProfile } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import { type Latency, latencyOf } from "./cost/latency.js";
import { error } from "./diagnostics.js";
import { type Candidate, chooseCandidates } from "./lowering/choose.js";
import { lower } from "./lowering/lower.js";
import { type Choice, isShiftAdd, type Kernel } from "./lowering/options.js";
import { tilePipeline } from "./lowering/tile-pipeline.js";
import type { MicroProgram } from "./microcode/types.js";
import { placePipeline } from "./pipeline/place.js";
import type { PipelinePlacement, PipelineProgram } from "./pipeline/types.js";

export interface PlanOptions {
  /** `auto` takes bit-serial: it needs fewer passes (docs/kernels.md). */
  kernel?: "auto" | Kernel;
  /** `auto`: the switch makes the bit planes where it can. */
  encoding?: "auto" | "bytes" | "planes";
  /** Lookup tables a pass; left out, the planner chooses. */
  slots?: number;
  /** What the switch does with a class, where that is not to answer the client. */
  verdicts?: MicroProgram["verdicts"];
  /** `auto`: glpk.js, then HiGHS for what it leaves open. */
  solver?: "auto" | "glpk" | "highs";
  timeLimitMs?: number;
  progress?: Progress;
  signal?: AbortSignal;
}

/** Everything decided for one model on one profile: what emission, verification and explanation start from. */
export interface Plan {
  choice: Choice;
  program: MicroProgram;
  /** The pipe's tables and what each asks for; `placement` says where they went. */
  pipeline: PipelineProgram;
  placement: PipelinePlacement;
  latency: Latency;
  /**
   * Choices enumerated in order of passes, how many were placed until one fitted, and how many of those the
   * solver left open in its time (a plan with fewer passes might exist only if there are any).
   */
  search: { candidates: number; tried: number; undecided: number };
}

/** Most lookup tables a pass could need on any target: the chain of lookups takes a stage each. */
const MOST_SLOTS = 17;
/** Address bits of a lookup whose rows of 128 bytes still fit one stage (64 blocks on Tofino). */
const MOST_ADDRESS_BITS = 13;

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
): Promise<Plan> {
  const progress = options.progress ?? noProgress;
  const stages = profile.pipeline?.stages ?? MOST_SLOTS + 1;
  const enumerate = (mostSlots: number): Candidate[] =>
    chooseCandidates(model, {
      mostSlots,
      mostAddressBits: MOST_ADDRESS_BITS,
      encoding: options.encoding ?? "auto",
    }).filter((c) => options.slots === undefined || c.choice.slots === options.slots);
  let candidates =
    options.kernel === "shift-add" || options.kernel === "shift-add-constants"
      ? [shiftAddCandidate(model, options.kernel)]
      : enumerate(options.slots ?? Math.max(1, Math.min(MOST_SLOTS, stages - 1)));
  // With too few stages for any choice, the smallest that would do is placed to say what is missing.
  if (candidates.length === 0)
    candidates = enumerate(options.slots ?? MOST_SLOTS)
      .sort((a, b) => a.choice.slots - b.choice.slots)
      .slice(0, 1);
  if (candidates.length === 0) throw noCandidate(model, options);
  let refusal: unknown;
  let undecided = 0;
  for (const [tried, candidate] of candidates.entries()) {
    progress.update("place", tried, candidates.length, describe(candidate));
    const { choice } = candidate;
    const program = lower(model, choice, options.verdicts);
    const pipeline = tilePipeline(program);
    try {
      const placement = await placePipeline(pipeline, profile, options);
      const latency = latencyOf(program, profile, placement.latencyCycles.ingress);
      return {
        choice,
        program,
        pipeline,
        placement,
        latency,
        search: { candidates: candidates.length, tried: tried + 1, undecided },
      };
    } catch (cause) {
      const { code } = cause as { code?: string };
      if (code === "pipeline-undecided") undecided++;
      else if (code !== "does-not-fit") throw cause;
      refusal = cause;
    }
  }
  throw refusal;
}

/** Why no choice was worth placing: what `lower` says of the plainest one, or that its pages are too many. */
function noCandidate(model: QuantizedModel, options: PlanOptions): MatchMulError {
  const layers = model.layers.map(() => ({ g: 8, planesPerPass: 1 }));
  const slots = options.slots ?? MOST_SLOTS;
  const encoding = options.encoding === "planes" ? "planes" : "bytes";
  try {
    const { pages } = lower(model, { slots, encoding, layers });
    return error(
      "too-many-pages",
      model.name,
      Math.max(...pages.map((p) => p.length)),
      2 ** (MOST_ADDRESS_BITS - 8),
    );
  } catch (cause) {
    if (cause instanceof MatchMulError) return cause;
    throw cause;
  }
}

function shiftAddCandidate(model: QuantizedModel, kernel: Kernel): Candidate {
  const choice: Choice = { kernel, slots: 0, encoding: "bytes", layers: [] };
  return { choice, passes: lower(model, choice).passes.length, pages: 0 };
}

function describe({ choice, passes }: Candidate): string {
  if (isShiftAdd(choice.kernel)) return `shift-and-add, ${passes} passes`;
  return `${choice.slots} lookups, g ${choice.layers.map((l) => l.g).join("/")}, ${passes} passes`;
}
