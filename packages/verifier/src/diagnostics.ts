import { defineDiagnostics } from "@matchmul/common";

export const error = defineDiagnostics("verifier", {
  "tool-missing": (names: readonly string[]) => ({
    message: `not on PATH: ${names.join(", ")}`,
    hint: "install p4c and behavioral-model, or verify on the embedded engine (leave out --on)",
  }),
  "tofino-tool-missing": (names: readonly string[]) => ({
    message: `not on PATH: ${names.join(", ")}`,
    hint: "build p4c with its Tofino backend (compiler and assembler), or compile elsewhere and audit the logs",
  }),
  "logs-invalid": (path: string, why: string) => ({
    message: `the compiler's logs in ${path} cannot be read: ${why}`,
    hint: "compile the bundle's program with p4c-barefoot -g --verbose, and give its output folder",
  }),
  "not-traceable": () => ({
    message: "the program has no recirculate_preserving_field_list, so its passes cannot be seen on BMv2",
    hint: "compare the answers alone: --on bmv2",
  }),
  "tool-failed": (tool: string, why: string) => ({
    message: `${tool} failed: ${why}`,
    hint: "run it by hand on the bundle's files, as the bundle's README shows",
  }),
});
