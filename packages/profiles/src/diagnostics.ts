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
});
