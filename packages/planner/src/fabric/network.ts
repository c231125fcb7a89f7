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

/** A switch that has been met, and the shortest way to it so far. */
interface Met {
  at: number;
  ns: number;
}

/** Switches from one of them outwards, nearest first: Dijkstra's algorithm with a binary heap. */
function* outwards(network: Network, from: number): Generator<Met> {
  const best = new Map<number, number>([[from, 0]]);
  const done = new Set<number>();
  const heap: Met[] = [{ at: from, ns: 0 }];
  const before = (a: Met, b: Met) => a.ns < b.ns || (a.ns === b.ns && a.at < b.at);
  const push = (met: Met) => {
    let i = heap.push(met) - 1;
    for (let up = (i - 1) >> 1; i > 0 && before(met, heap[up]); i = up, up = (i - 1) >> 1) heap[i] = heap[up];
    heap[i] = met;
  };
  const pop = (): Met => {
    const top = heap[0];
    const last = heap.pop()!;
    let i = 0;
    while (2 * i + 1 < heap.length) {
      let down = 2 * i + 1;
      if (down + 1 < heap.length && before(heap[down + 1], heap[down])) down++;
      if (!before(heap[down], last)) break;
      heap[i] = heap[down];
      i = down;
    }
    if (heap.length > 0) heap[i] = last;
    return top;
  };
  while (heap.length > 0) {
    const { at, ns } = pop();
    if (done.has(at)) continue;
    done.add(at);
    yield { at, ns };
    const through = at === from ? 0 : network.transitNs;
    for (const link of network.neighbours[at]) {
      const total = ns + through + link.ns;
      if (total >= (best.get(link.to) ?? Number.POSITIVE_INFINITY)) continue;
      best.set(link.to, total);
      push({ at: link.to, ns: total });
    }
  }
}

/** Members by distance from a switch, nearest first, at most `count` of them; itself with 0 if it is one. */
export function nearest(network: Network, from: number, count: number): Met[] {
  const members: Met[] = [];
  if (count > 0)
    for (const met of outwards(network, from)) {
      if (network.members.has(met.at)) members.push(met);
      if (members.length === count) break;
    }
  return members;
}

/** So many members around each are remembered: the largest clusters that are built have as many. */
const rememberedMembers = 64;
const remembered = new WeakMap<Network, Map<number, Met[]>>();

/** As `nearest`, of a network that is asked again and again. */
function ballOf(network: Network, from: number, count: number): Met[] {
  if (count > rememberedMembers) return nearest(network, from, count);
  let known = remembered.get(network);
  if (known === undefined) remembered.set(network, (known = new Map()));
  let ball = known.get(from);
  if (ball === undefined) known.set(from, (ball = nearest(network, from, rememberedMembers)));
  return ball.slice(0, count);
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
    .map((from) => ballOf(network, from, count))
    .filter((ball) => ball.length === count)
    .map((ball) => ({ switches: ball.map((b) => b.at), radiusNs: ball[count - 1].ns }))
    .sort((a, b) => a.radiusNs - b.radiusNs || a.switches[0] - b.switches[0]);
  if (balls.length === 0) return undefined;
  let best: Cluster | undefined;
  for (const { switches } of balls.slice(0, mostCentres)) {
    const cluster = measured(network, switches);
    if (best === undefined || cluster.widestNs < best.widestNs) best = cluster;
    // No cluster is narrower than the least radius.
    if (best.widestNs <= balls[0].radiusNs) break;
  }
  return { cluster: best!, radiusNs: balls[0].radiusNs };
}

/** Networks of up to so many switches remember the ways from each switch to all others. */
const rememberedWays = 4096;
const ways = new WeakMap<Network, Map<number, Float64Array>>();

/** Ways from a switch to those that are wanted, and perhaps to others: by number. */
function waysTo(network: Network, from: number, wanted: ReadonlySet<number>): Float64Array {
  const small = network.names.length <= rememberedWays;
  let known = ways.get(network);
  if (known === undefined) ways.set(network, (known = new Map()));
  let row = known.get(from);
  if (row !== undefined) return row;
  row = new Float64Array(network.names.length).fill(Number.POSITIVE_INFINITY);
  let left = wanted.size;
  for (const { at, ns } of outwards(network, from)) {
    row[at] = ns;
    if (wanted.has(at) && --left === 0 && !small) break;
  }
  if (small) known.set(from, row);
  return row;
}

function measured(network: Network, switches: number[]): Cluster {
  const members = new Set(switches);
  const distances = new Map(switches.map((from) => [from, waysTo(network, from, members)]));
  let widestNs = 0;
  for (const row of distances.values()) for (const to of switches) widestNs = Math.max(widestNs, row[to]);
  return { switches, widestNs, distance: (a, b) => distances.get(a)![b] };
}
