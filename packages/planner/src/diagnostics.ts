import { defineDiagnostics } from "@matchmul/common";

/** Diagnostics of the lowering; those of the placement are in pipeline/. */
export const error = defineDiagnostics("planner", {
  "layer-too-wide": (layer: string, outputs: number, most: number) => ({
    message: `layer ${layer} needs ${outputs} accumulators at once; the packet carries ${most} lanes`,
    hint: `at most ${most} classes, and at most ${most} elements in a pooling window`,
  }),
  "layer-too-large": (layer: string, features: number, rows: number) =>
    `layer ${layer} is a matrix of ${rows} x ${features} weights: too large to be carried through by one packet`,
  "accumulator-too-large": (layer: string, bound: number) => ({
    message: `the accumulators of ${layer} can reach ${bound}, which needs more than 32 bits`,
    hint: "quantize with per-tensor weights (--weights per-tensor)",
  }),
  "layer-not-lowered": (layer: string, kind: string) => ({
    message: `layer ${layer} (${kind}) has no lowering to match-action tables`,
    hint: "chains of fully connected layers, small convolutions and pooling that end in arg-max are lowered",
  }),
  "layer-order": (layer: string, why: string) => ({
    message: `layer ${layer} cannot be lowered where it stands: ${why}`,
    hint: "a chain of layers that ends in arg-max is lowered",
  }),
  "queue-too-long": (layer: string, bytes: number, most: number) => ({
    message: `the inputs of layer ${layer} need ${bytes} key bytes; the lanes hold ${most} while they are made`,
    hint: "let the client send bit planes (--input-encoding planes) or make the layer before it narrower",
  }),
  "logits-too-large": (layer: string, bound: number, most: number) => ({
    message: `the logits of ${layer} can reach ${bound}; beside the class index there is room for ${most}`,
    hint: "fewer inputs or smaller weights in the last layer leave room for the index bits",
  }),
  "too-many-pages": (model: string, pages: number, most: number) => ({
    message: `${model} needs ${pages} pages in a lookup table; one stage holds ${most}`,
    hint: "fewer inputs or layers need fewer pages",
  }),
  "shift-too-large": (layer: string, shift: number) => `layer ${layer} asks for a shift by ${shift}`,
});
