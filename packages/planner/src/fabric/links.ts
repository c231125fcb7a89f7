import type { Topology } from "@matchmul/profiles";
import { FRAMING_BYTES } from "../cost/latency.js";
import type { PipeAt } from "./assign.js";
import type { Hop, Network } from "./network.js";
import { requestPackets } from "./options.js";
import type { FabricLayer, FabricPlan, LayerOption, PipeModel, PipeName } from "./types.js";

/** Packets of one layer that leave a pipe for some switches; a switch on the way would copy them, were they several. */
export interface Flow {
  from: PipeAt;
  to: readonly number[];
  packets: number;
}

/** What a layer's packets do to the links. */
export interface LayerLinks {
  flows: readonly { flow: Flow; hops: readonly RoutedHop[] }[];
  /** Bytes over all links together. */
  bytes: number;
  /** How long the busiest direction of a link sends; 0 where nothing leaves a switch. */
  busiestNs: number;
  /** Number of that direction; see Hop. */
  busiest?: number;
}

interface RoutedHop extends Hop {
  from: number;
}

/** What share of a layer's merging goes from a pipe to a merger. */
export interface MergeShare {
  pipe: PipeAt;
  merger: PipeAt;
  share: number;
}

/**
 * Divides a layer's merging: every pipe has as much of it as the others, every merger does as much as the others, and
 * as much as can stays within a switch. What cannot is spread over all mergers, so that no link has all of it.
 */
export function mergeShares(pipes: readonly PipeAt[], mergers: readonly PipeAt[]): MergeShare[] {
  const left = pipes.map((pipe) => ({ pipe, share: 1 / pipes.length }));
  const room = mergers.map((merger) => ({ merger, share: 1 / mergers.length }));
  const shares: MergeShare[] = [];
  for (const from of left)
    for (const to of room) {
      if (from.pipe[0] !== to.merger[0]) continue;
      const share = Math.min(from.share, to.share);
      if (share < 1e-9) continue;
      from.share -= share;
      to.share -= share;
      shares.push({ pipe: from.pipe, merger: to.merger, share });
    }
  const rest = room.reduce((sum, to) => sum + to.share, 0);
  for (const from of left)
    for (const to of room) {
      const share = rest < 1e-9 ? 0 : (from.share * to.share) / rest;
      if (share >= 1e-9) shares.push({ pipe: from.pipe, merger: to.merger, share });
    }
  return shares;
}

/** A layer's packets between switches, in the two phases that follow each other. */
export interface LayerFlows {
  /** Where it merges: partial sums to the mergers, and merged tiles back. */
  merging: Flow[];
  /** Finished tiles from each of its pipes to every pipe of the next layer, a copy for each. */
  tiles: Flow[];
}

/** What stays in its switch takes no link. */
const leaving = (flows: readonly Flow[]): Flow[] =>
  flows
    .map((flow) => ({ ...flow, to: flow.to.filter((at) => at !== flow.from[0]) }))
    .filter((flow) => flow.to.length > 0 && flow.packets > 0);

/** Copies for each of some pipes: those of one switch as one flow. */
function copies(from: PipeAt, to: readonly PipeAt[], packets: number): Flow[] {
  const pipesOf = new Map<number, number>();
  for (const [at] of to) pipesOf.set(at, (pipesOf.get(at) ?? 0) + 1);
  return [...pipesOf].map(([at, pipes]) => ({ from, to: [at], packets: packets * pipes }));
}

/** A request's packets from the switch where they enter to the pipes of the first layer. */
export function requestFlows(entrance: number, packets: number, first: readonly PipeAt[]): Flow[] {
  return leaving(copies([entrance, 0], first, packets));
}

/** The packets of a layer between switches. */
export function layerFlows(
  layer: FabricLayer,
  option: LayerOption,
  lanes: number,
  pipes: readonly PipeAt[],
  next: readonly PipeAt[],
  mergers: readonly PipeAt[],
): LayerFlows {
  const tiles = Math.ceil(layer.outputs / lanes);
  const pooled = Math.ceil(layer.positions / layer.window);
  const perPipe = Math.ceil(tiles / option.tilePipes) * Math.ceil(pooled / option.replicas);
  const finished = pipes.flatMap((from) => copies(from, next, perPipe));
  const flows: Flow[] = [];
  if (option.mergePasses > 0) {
    const sums = option.splitK > 1 ? tiles * layer.positions : 0;
    const maxima = option.pooling === "parallel" ? tiles * pooled : 0;
    for (const { pipe, merger, share } of mergeShares(pipes, mergers)) {
      // Two passes of a merger for each packet that comes to it.
      flows.push({ from: pipe, to: [merger[0]], packets: Math.ceil((option.mergePasses / 2) * share) });
      flows.push({ from: merger, to: [pipe[0]], packets: Math.ceil((sums + maxima) * share) });
    }
  }
  return { merging: leaving(flows), tiles: leaving(finished) };
}

/**
 * Sends flows over shortest ways, each over a tree of links whose directions carry least so far.
 *
 * @param bytes of a packet, framing left out
 */
export function routeFlows(network: Network, flows: readonly Flow[], bytes: number): LayerLinks {
  const busy = new Map<number, number>();
  let all = 0;
  const routed = flows.map((flow) => {
    const into = waysFrom(network, flow.from[0], flow.to);
    const tree = new Map<number, RoutedHop>();
    for (const target of flow.to)
      for (let at = target; at !== flow.from[0]; ) {
        const known = [...tree.values()].find((hop) => hop.to === at);
        const load = (hop: RoutedHop) => busy.get(hop.direction) ?? 0;
        const hop = known ?? into.get(at)!.reduce((a, b) => (load(b) < load(a) ? b : a));
        tree.set(hop.direction, hop);
        at = hop.from;
      }
    const sent = flow.packets * (bytes + FRAMING_BYTES);
    for (const hop of tree.values()) {
      busy.set(hop.direction, (busy.get(hop.direction) ?? 0) + (8 * sent) / hop.gbps);
      all += sent;
    }
    return { flow, hops: [...tree.values()] };
  });
  let busiest: number | undefined;
  for (const [direction, ns] of busy)
    if (busiest === undefined || ns > busy.get(busiest)!) busiest = direction;
  return { flows: routed, bytes: all, busiestNs: busiest === undefined ? 0 : busy.get(busiest)!, busiest };
}

/** Ways known by where they start. */
const remembered = new WeakMap<
  Network,
  Map<number, { settled: Set<number>; into: Map<number, RoutedHop[]> }>
>();

/** Last hops of the shortest ways from a switch: of all shortest ones where there are several. */
function waysFrom(network: Network, from: number, to: readonly number[]): Map<number, RoutedHop[]> {
  let ofNetwork = remembered.get(network);
  if (ofNetwork === undefined) remembered.set(network, (ofNetwork = new Map()));
  const known = ofNetwork.get(from);
  if (known !== undefined && to.every((at) => known.settled.has(at))) return known.into;
  const best = new Map([[from, 0]]);
  const into = new Map<number, RoutedHop[]>();
  const settled = new Set<number>();
  const open = new Set([from]);
  const wanted = new Set(to);
  while (open.size > 0 && wanted.size > 0) {
    let at = -1;
    for (const candidate of open) if (at < 0 || best.get(candidate)! < best.get(at)!) at = candidate;
    open.delete(at);
    settled.add(at);
    wanted.delete(at);
    const start = best.get(at)! + (at === from ? 0 : network.transitNs);
    for (const hop of network.neighbours[at]) {
      if (settled.has(hop.to)) continue;
      const ns = start + hop.ns;
      const before = best.get(hop.to) ?? Number.POSITIVE_INFINITY;
      if (ns > before + 1e-6) continue;
      if (ns < before - 1e-6) into.set(hop.to, []);
      best.set(hop.to, Math.min(ns, before));
      into.get(hop.to)!.push({ ...hop, from: at });
      open.add(hop.to);
    }
  }
  ofNetwork.set(from, { settled, into });
  return into;
}

/** Phases of a layer in which links send, in their order. */
export type LinkPhase = "request" | "merging" | "tiles";

/** What a layer of a plan sends over links. */
export interface LinkLoad {
  layer: string;
  /** Bytes over all links together, for one inference. */
  bytes: number;
  /** How long the busiest link of each phase sends, all phases together: what is left of the layer's linkNs is the way. */
  sendNs: number;
  /** The direction of a link that sends longest, and when; undefined where nothing leaves a switch. */
  busiest?: { phase: LinkPhase; from: string; to: string; ns: number };
}

/** What each layer of a plan sends over the links of its network; with the first layer's, the request. */
export function linkLoads(
  plan: FabricPlan,
  layers: readonly FabricLayer[],
  topology: Topology,
  network: Network,
  pipe: PipeModel,
  bytes: number,
): LinkLoad[] {
  const numbers = new Map(network.names.map((name, i) => [name, i]));
  const place = ({ switch: at, pipe: number }: PipeName): PipeAt => [numbers.get(at)!, number];
  return plan.layers.map(({ name, option, pipes }, l) => {
    const here = pipes.map(place);
    const next = plan.layers[l + 1]?.pipes ?? [];
    const mergers = plan.mergers.map(place);
    const sent = layerFlows(layers[l], option, pipe.lanes, here, next.map(place), mergers);
    const [host] = topology.hosts;
    const request =
      l === 0 && host !== undefined
        ? requestFlows(numbers.get(host.switch)!, requestPackets(layers[l], option, pipe), here)
        : [];
    const load: LinkLoad = { layer: name, bytes: 0, sendNs: 0 };
    const phases: [LinkPhase, Flow[]][] = [
      ["request", request],
      ["merging", sent.merging],
      ["tiles", sent.tiles],
    ];
    for (const [phase, flows] of phases) {
      const { bytes: ofPhase, busiest, busiestNs: ns } = routeFlows(network, flows, bytes);
      load.bytes += ofPhase;
      load.sendNs += ns;
      if (busiest === undefined || ns <= (load.busiest?.ns ?? 0)) continue;
      const { from, to } = topology.links[busiest >> 1];
      load.busiest = { phase, ...(busiest % 2 === 0 ? { from, to } : { from: to, to: from }), ns };
    }
    return load;
  });
}
