import { defineDiagnostics } from "@matchmul/common";

export const error = defineDiagnostics("emitter", {
  "p4src-missing": () => ({
    message: "the folder p4src with the P4 templates is not found above the emitter",
    hint: "run from a complete checkout",
  }),
  "unknown-target": (target: string, known: readonly string[]) => ({
    message: `there is no target ${target}`,
    hint: `choose one of ${known.join(", ")}`,
  }),
});
