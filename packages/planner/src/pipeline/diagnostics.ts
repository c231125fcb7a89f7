import { defineDiagnostics } from "@matchmul/common";

export const error = defineDiagnostics("pipeline", {
  "pipeline-invalid": (program: string, why: string) => ({
    message: `the pipeline program ${program} cannot be placed as it is described: ${why}`,
    hint: "this is a description no target accepts, not a lack of resources",
  }),
  // Made by the class DoesNotFit, which adds the explanation.
  "does-not-fit": (message: string, change: string) => ({ message, hint: change }),
  "pipeline-undecided": (program: string, limitMs: number) => ({
    message: `no placement of ${program} was found within ${limitMs / 1000} s, nor a proof that there is none`,
    hint: "raise --time-limit, or choose the other solver with --solver",
  }),
  "key-width": (layer: string, g: number, widths: readonly number[]) => ({
    message: `${layer} is asked to have ${g} activations in a key; keys hold ${widths.join(", ")}`,
    hint: "give one of these with --g, or leave the choice to the planner",
  }),
  "placement-cancelled": (program: string) => `the placement of ${program} was cancelled`,
});
