import type { Random } from "@matchmul/common";
import {
  type Choice,
  chooseCandidates,
  lower,
  type MicroProgram,
  type PipelinePlacement,
  type PipelineProgram,
  placePipeline,
  tilePipeline,
} from "@matchmul/planner";
import { randomConvolutional, randomModel } from "@matchmul/planner/testing";
import { type HardwareProfile, loadProfile } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import type { TofinoTarget } from "../../src/index.js";

/** A program for a Tofino, and what the planner says of it. */
export interface Case {
  model: QuantizedModel;
  choice: Choice;
  program: MicroProgram;
  target: TofinoTarget;
  profile: HardwareProfile;
  pipeline: PipelineProgram;
  /** Null: it does not fit. */
  placement: PipelinePlacement | null;
  /** Why not. */
  refusal?: string;
}

/** A random model of 1 to 4 layers: convolutions and pooling, wide layers of several tiles, or plain ones. */
function someModel(random: Random, number: number): QuantizedModel {
  if (number % 2 === 0) return randomConvolutional(random);
  const hidden = Array.from({ length: random.integer(0, 3) }, () => random.integer(4, 32));
  // Wider than a packet's lanes: several tiles.
  if (hidden.length > 0 && random.next() < 0.4) hidden[0] = random.integer(33, 80);
  return randomModel(random, [random.integer(8, 60), ...hidden, random.integer(2, 16)], random.next() < 0.5);
}

/** Choices of which only one is the planner's: it takes the fewest passes, these are to see every kernel and g. */
function someChoice(random: Random, model: QuantizedModel, mostSlots: number): Choice | undefined {
  const kind = random.next();
  if (kind < 0.15) return { kernel: "shift-add", slots: 1, encoding: "bytes", layers: [] };
  const slots = random.next() < 0.5 ? mostSlots : random.integer(2, mostSlots);
  const candidates = chooseCandidates(model, { mostSlots: slots, mostAddressBits: 13, encoding: "auto" });
  if (candidates.length === 0) return undefined;
  const { choice } = candidates[random.integer(0, Math.min(3, candidates.length - 1))];
  if (kind < 0.6) return choice;
  return {
    ...choice,
    layers: choice.layers.map(() => ({ g: random.integer(1, 12), planesPerPass: random.integer(1, 2) })),
  };
}

function someVerdicts(random: Random): MicroProgram["verdicts"] {
  if (random.next() < 0.5) return {};
  return { 0: { kind: "drop" }, 1: { kind: "forward", port: random.integer(1, 63) } };
}

/** Case `number` of a series: the same random numbers give the same case. */
export async function makeCase(random: Random, number: number): Promise<Case> {
  for (;;) {
    const target: TofinoTarget = random.next() < 0.5 ? "tna" : "t2na";
    const profile = loadProfile(target === "tna" ? "tofino" : "tofino2");
    const model = someModel(random, number);
    // One more than fits is drawn as well.
    const choice = someChoice(random, model, target === "tna" ? 11 : 18);
    if (choice === undefined) continue;
    let program: MicroProgram;
    try {
      program = lower(model, choice, someVerdicts(random));
    } catch (cause) {
      // This model cannot be lowered with that choice: too many pages, or too wide.
      if (typeof (cause as { code?: unknown }).code === "string") continue;
      throw cause;
    }
    const pipeline = tilePipeline(program);
    const common = { model, choice, program, target, profile, pipeline };
    try {
      const placement = await placePipeline(pipeline, profile, { timeLimitMs: 20_000 });
      return { ...common, placement };
    } catch (cause) {
      const { code, message } = cause as { code?: string; message: string };
      if (code === "does-not-fit") return { ...common, placement: null, refusal: message };
      if (code !== "pipeline-undecided") throw cause;
    }
  }
}
