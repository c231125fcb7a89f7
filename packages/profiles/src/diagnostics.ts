import { defineDiagnostics } from "@matchmul/common";

export const error = defineDiagnostics("profiles", {
  "profile-not-found": (name: string, known: string[], nearest?: string) => ({
    message: `there is no hardware profile ${name}`,
    hint: `${nearest === undefined ? "" : `did you mean ${nearest}? `}known profiles: ${known.join(", ")}; or give the path of a .yaml file`,
  }),
  "profile-invalid": (issues: string[]) => ({
    message:
      issues.length === 1 ? issues[0] : `${issues[0]} (and ${issues.length - 1} more in the same file)`,
    hint: "`matchmul profiles check PATH` lists everything that is wrong",
  }),
  "topology-not-found": (name: string, known: string[], nearest?: string) => ({
    message: `there is no topology ${name}`,
    hint: `${nearest === undefined ? "" : `did you mean ${nearest}? `}known topologies: ${known.join(", ")}; or give the path of a .yaml file, or make one with \`matchmul topology\``,
  }),
  "topology-invalid": (issues: string[]) => ({
    message:
      issues.length === 1 ? issues[0] : `${issues[0]} (and ${issues.length - 1} more in the same file)`,
    hint: "`matchmul topology check PATH` lists everything that is wrong",
  }),
  "topology-size": (kind: string, why: string) => ({
    message: `a ${kind} topology cannot be made: ${why}`,
    hint: "`matchmul topology --help` lists each kind with its sizes",
  }),
});
