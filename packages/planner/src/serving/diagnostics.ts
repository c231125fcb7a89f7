import { defineDiagnostics } from "@matchmul/common";

/** Diagnostics of the lowering to many pipes. */
export const error = defineDiagnostics("planner", {
  "serving-too-large": (what: string, needed: number, most: number) => ({
    message: `${what}: ${needed} are needed, and there are ${most}`,
    hint: "fewer requests in flight (--slots), more pipes, or a smaller network",
  }),
  "topology-too-small": (at: string, why: string) => ({
    message: `switch ${at} cannot be connected: ${why}`,
    hint: "put fewer ports in loopback, or link fewer switches to it",
  }),
  "plan-mismatch": (why: string) => ({
    message: `the plan is not one of this model and topology: ${why}`,
    hint: "plan again with `matchmul plan`",
  }),
});
