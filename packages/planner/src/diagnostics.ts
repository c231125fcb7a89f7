import { defineDiagnostics } from "@matchmul/common";

/** Diagnostics of the lowering; those of the placement are in pipeline/. */
export const error = defineDiagnostics("planner", {
  "layer-too-wide": (layer: string, outputs: number, most: number) => ({
    message: `layer ${layer} has ${outputs} outputs; the packet carries ${most} accumulator lanes`,
    hint: `train it with at most ${most} outputs`,
  }),
  "layer-not-lowered": (layer: string, kind: string) => ({
    message: `layer ${layer} (${kind}) has no lowering to match-action tables`,
    hint: "fully connected layers with ReLU and a final arg-max are lowered",
  }),
  "layer-order": (layer: string, why: string) => ({
    message: `layer ${layer} cannot be lowered where it stands: ${why}`,
    hint: "a chain of fully connected layers that ends in arg-max is lowered",
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
