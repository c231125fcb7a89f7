import type { HardwareProfile } from "@matchmul/profiles";
import { containerWidths, type PhvCluster, type PhvField, type PhvUse } from "./types.js";

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

/** Clusters that the groups of one width cannot take. */
export interface GroupExcess {
  gress: PhvField["gress"];
  containerBits: PhvUse["containerBits"];
  /** The field with the largest cluster, and that cluster. */
  field: PhvField;
  cluster: PhvCluster;
  groups: number;
  perGroup: number;
}

/** The first width and gress whose clusters do not fit its groups, or undefined. */
export function groupExcess(fields: readonly PhvField[], profile: HardwareProfile): GroupExcess | undefined {
  for (const { containerBits, perGress, perGroup, sourcesPerGroup = 0 } of profile.phv ?? [])
    for (const gress of ["ingress", "egress"] as const) {
      if (perGroup === undefined) continue;
      const here = fields.filter((f) => f.gress === gress && f.containerBits === containerBits);
      const clusters = here.flatMap((field) =>
        (field.clusters ?? []).map((cluster) => ({
          field,
          cluster,
          size: cluster.computed + cluster.sources,
        })),
      );
      clusters.sort((a, b) => b.size - a.size);
      const groups = Math.floor(perGress / perGroup);
      const free = Array.from({ length: groups }, () => ({ computed: perGroup, sources: sourcesPerGroup }));
      if (
        clusters.length > 0 &&
        !fitGroups(
          clusters.map((c) => c.cluster),
          free,
        )
      )
        return { gress, containerBits, ...clusters[0], groups, perGroup };
    }
  return undefined;
}

/** Can every cluster from `next` on be given a group? Sources take the containers that compute when the others are full. */
function fitGroups(
  clusters: readonly PhvCluster[],
  free: readonly { computed: number; sources: number }[],
  next = 0,
): boolean {
  if (next === clusters.length) return true;
  const { computed, sources } = clusters[next];
  const tried = new Set<string>();
  return free.some((group, g) => {
    const key = `${group.computed} ${group.sources}`;
    if (tried.has(key)) return false;
    tried.add(key);
    const aside = Math.min(sources, group.sources);
    const left = { computed: group.computed - computed - (sources - aside), sources: group.sources - aside };
    return left.computed >= 0 && fitGroups(clusters, free.with(g, left), next + 1);
  });
}
