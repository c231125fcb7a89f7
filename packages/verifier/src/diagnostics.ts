import { defineDiagnostics } from "@matchmul/common";

export const error = defineDiagnostics("verifier", {
  "tool-missing": (names: readonly string[]) => ({
    message: `not on PATH: ${names.join(", ")}`,
    hint: "install p4c and behavioral-model, or verify on the embedded engine (leave out --on)",
  }),
  "tool-failed": (tool: string, why: string) => ({
    message: `${tool} failed: ${why}`,
    hint: "run it by hand on the bundle's files, as the bundle's README shows",
  }),
});
