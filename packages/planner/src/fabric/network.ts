import type { HardwareProfile, Topology } from "@matchmul/profiles";

/** One direction of a link. */
export interface Hop {
  to: number;
  /** What a packet takes over it. */
  ns: number;
  /** Number of the direction: twice the link's place in the topology, and 1 more from its end to its start. */
  direction: number;
  /** Of all links side by side. */
  gbps: number;
}

/** Switches as numbers, with the time a packet takes from one to the next. */
export interface Network {
  names: readonly string[];
  neighbours: readonly (readonly Hop[])[];
  /** What a packet takes to pass through a switch that only forwards it. */
  transitNs: number;
  /** Switches that can hold layers; the others only forward. */
  members: ReadonlySet<number>;
}

/**
 * @param bytes size of a packet between layers
 * @param profile of the switches that forward
 * @param isMember can a switch hold layers?
 */
export function networkOf(
  topology: Topology,
  profile: HardwareProfile,
  bytes: number,
  isMember: (at: Topology["switches"][number]) => boolean,
): Network {
  const names = topology.switches.map((s) => s.name);
  const index = new Map(names.map((n, i) => [n, i]));
  const neighbours = names.map((): Hop[] => []);
  topology.links.forEach(({ from, to, gbps, delayNs, count = 1 }, link) => {
    const [a, b] = [index.get(from)!, index.get(to)!];
    const hop = { ns: delayNs + (8 * bytes) / gbps, gbps: gbps * count };
    neighbours[a].push({ ...hop, to: b, direction: 2 * link });
    neighbours[b].push({ ...hop, to: a, direction: 2 * link + 1 });
  });
  const { latencyNs, pipeline, rates } = profile;
  const stages =
    pipeline === undefined ? 0 : (pipeline.stages * pipeline.cycles.action) / (rates.clockGhz ?? 1);
  return {
    names,
    neighbours,
    members: new Set(topology.switches.flatMap((at, i) => (isMember(at) ? [i] : []))),
    transitNs: latencyNs.pass ?? latencyNs.parser + latencyNs.deparser + latencyNs.trafficManager + stages,
  };
}

/** Members by distance from a switch, nearest first, at most `count` of them; itself with 0 if it is one. */
export function nearest(network: Network, from: number, count: number): { at: number; ns: number }[] {
  const best = new Map<number, number>([[from, 0]]);
  const settled: { at: number; ns: number }[] = [];
  const open: { at: number; ns: number }[] = [{ at: from, ns: 0 }];
  const done = new Set<number>();
  while (open.length > 0 && settled.length < count) {
    // Few are open at a time, and few are wanted.
    let next = 0;
    for (let i = 1; i < open.length; i++)
      if (open[i].ns < open[next].ns || (open[i].ns === open[next].ns && open[i].at < open[next].at))
        next = i;
    const { at, ns } = open[next];
    open[next] = open[open.length - 1];
    open.pop();
    if (done.has(at)) continue;
    done.add(at);
    if (network.members.has(at)) settled.push({ at, ns });
    const through = at === from ? 0 : network.transitNs;
    for (const link of network.neighbours[at]) {
      const total = ns + through + link.ns;
      if (total >= (best.get(link.to) ?? Number.POSITIVE_INFINITY)) continue;
      best.set(link.to, total);
      open.push({ at: link.to, ns: total });
    }
  }
  return settled;
}

/** A set of switches close together. */
export interface Cluster {
  /** Numbers of the switches, the centre first. */
  switches: number[];
  /** Longest way between two of them. */
  widestNs: number;
  distance: (a: number, b: number) => number;
}

/** Centres whose clusters are measured exactly. */
const mostCentres = 24;

/**
 * Switches close to each other, and what no choice can beat.
 *
 * @returns the cluster of `count` switches with the shortest longest way among those around single switches; and
 * `radiusNs`, which for any `count` switches is a lower bound of the longest way from one more switch to them all
 */
export function clusterOf(
  network: Network,
  count: number,
): { cluster: Cluster; radiusNs: number } | undefined {
  const balls = [...network.members]
    .map((from) => nearest(network, from, count))
    .filter((ball) => ball.length === count)
    .map((ball) => ({ switches: ball.map((b) => b.at), radiusNs: ball[count - 1].ns }))
    .sort((a, b) => a.radiusNs - b.radiusNs || a.switches[0] - b.switches[0]);
  if (balls.length === 0) return undefined;
  let best: Cluster | undefined;
  for (const { switches } of balls.slice(0, mostCentres)) {
    const cluster = measured(network, switches);
    if (best === undefined || cluster.widestNs < best.widestNs) best = cluster;
  }
  return { cluster: best!, radiusNs: balls[0].radiusNs };
}

function measured(network: Network, switches: number[]): Cluster {
  const members = new Set(switches);
  const distances = new Map<number, Map<number, number>>();
  let widestNs = 0;
  for (const from of switches) {
    const row = new Map<number, number>();
    // Far enough to have met all members; a cluster is small beside the network around it.
    let count = 4 * switches.length;
    do {
      row.clear();
      for (const { at, ns } of nearest(network, from, count)) if (members.has(at)) row.set(at, ns);
      count *= 4;
    } while (row.size < switches.length && count <= 16 * network.names.length);
    distances.set(from, row);
    widestNs = Math.max(widestNs, ...row.values());
  }
  return { switches, widestNs, distance: (a, b) => distances.get(a)!.get(b)! };
}
