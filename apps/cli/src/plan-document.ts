import type { Choice, MicroProgram, Pass, PipelinePlacement } from "@matchmul/planner";
import type { QuantizedModel } from "@matchmul/quantizer";

/**
 * plan.json: everything decided about a model on a profile, without the table contents. docs/schemas/plan.schema.json
 * is its JSON Schema. Numbers that are infinite in memory (a resource without a limit) are null in the file.
 */
export interface PlanDocument {
  format: "matchmul-plan";
  version: 1;
  model: {
    name: string;
    inputFeatures: number;
    classes: number;
    /** Weights without biases; also the multiply-accumulates of one inference. */
    weights: number;
    layers: { name: string; inFeatures: number; outFeatures: number; activation: string }[];
  };
  profile: { name: string; description: string };
  targets: string[];
  /** What the planner chose; with the int8 model it determines the program. */
  choice: Choice;
  program: {
    slots: number;
    input: MicroProgram["input"];
    passes: Pass[];
    /** Lookup tables' pages: rowsUsed of 256 are reached by some key. */
    pages: { slot: number; page: number; layer: string; label: string; rowsUsed: number }[];
  };
  pipes: { name: string; placement: PipelinePlacement | null }[];
  performance: Performance | null;
}

/** The latency model's answer for one inference; its parameters are the profile's. */
export interface Performance {
  passesPerInference: number;
  passLatencyNs: number;
  latencyNs: number;
  inferencesPerSecond: number;
  limitedBy: string;
}

/** The parts of the document that describe the model. */
export function describeModel(model: QuantizedModel): PlanDocument["model"] {
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

/** The parts of the document that describe the microcode. */
export function describeProgram(program: MicroProgram): PlanDocument["program"] {
  return {
    slots: program.slots,
    input: program.input,
    passes: program.passes,
    pages: program.pages.flatMap((pages, slot) =>
      pages.flatMap((page, number) =>
        page === null
          ? []
          : [
              {
                slot,
                page: number,
                layer: page.layer,
                label: page.label,
                rowsUsed: page.used.reduce((sum, used) => sum + used, 0),
              },
            ],
      ),
    ),
  };
}
