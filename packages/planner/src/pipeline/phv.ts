import type { HardwareProfile } from "@matchmul/profiles";
import { containerWidths, type PhvField, type PhvUse } from "./types.js";

/** Containers a program's fields take, of those the profile has, by width. */
export function phvUse(fields: readonly PhvField[], profile: HardwareProfile): PhvUse[] {
  return containerWidths.map((containerBits) => {
    const group = profile.phv?.find((g) => g.containerBits === containerBits);
    const sum = (gress: PhvField["gress"]) =>
      fields
        .filter((f) => f.gress === gress && f.containerBits === containerBits)
        .reduce((n, f) => n + f.containers, 0);
    const none = profile.phv === undefined ? Number.POSITIVE_INFINITY : 0;
    return {
      containerBits,
      ingress: sum("ingress"),
      egress: sum("egress"),
      ingressLimit: group?.perGress ?? none,
      egressLimit: group?.perGress ?? none,
      limit: group?.total ?? none,
    };
  });
}

/** By how many containers a use exceeds its limits, and which limit that is; undefined if it does not. */
export function phvExcess(
  use: PhvUse,
): { where: "ingress" | "egress" | "in all"; used: number; limit: number } | undefined {
  if (use.ingress > use.ingressLimit) return { where: "ingress", used: use.ingress, limit: use.ingressLimit };
  if (use.egress > use.egressLimit) return { where: "egress", used: use.egress, limit: use.egressLimit };
  if (use.ingress + use.egress > use.limit)
    return { where: "in all", used: use.ingress + use.egress, limit: use.limit };
  return undefined;
}
