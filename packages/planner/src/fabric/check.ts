import type { Topology } from "@matchmul/profiles";
import type { PipeAt } from "./assign.js";
import { type Flow, layerFlows, mergeShares, requestFlows, routeFlows } from "./links.js";
import type { Network } from "./network.js";
import { layerOption, requestPackets } from "./options.js";
import type { FabricLayer, FabricPlan, PipeModel, PipeName } from "./types.js";

/** Links and switches between two switches, by relaxation over the whole topology: slow and simple. */
function ways(topology: Topology, bytes: number, transitNs: number): Map<string, Map<string, number>> {
  const names = topology.switches.map((s) => s.name);
  const all = new Map<string, Map<string, number>>();
  for (const from of names) {
    const way = new Map([[from, 0]]);
    for (let changed = true; changed; ) {
      changed = false;
      for (const link of topology.links)
        for (const [a, b] of [
          [link.from, link.to],
          [link.to, link.from],
        ]) {
          const before = way.get(a);
          if (before === undefined) continue;
          const ns = before + (a === from ? 0 : transitNs) + link.delayNs + (8 * bytes) / link.gbps;
          if (ns < (way.get(b) ?? Number.POSITIVE_INFINITY) - 1e-9) {
            way.set(b, ns);
            changed = true;
          }
        }
    }
    all.set(from, way);
  }
  return all;
}

/**
 * How much longer than its passes a layer takes because of its links. Ways that the flows are sent on are followed link
 * by link, and what each direction carries is added up again.
 */
function linkWait(
  plan: FabricPlan,
  l: number,
  layer: FabricLayer,
  network: Network,
  topology: Topology,
  pipe: PipeModel,
  bytes: number,
  faults: string[],
): number {
  const place = ({ switch: at, pipe: number }: PipeName): PipeAt => [network.names.indexOf(at), number];
  const { option, pipes } = plan.layers[l];
  const next = plan.layers[l + 1]?.pipes ?? [];
  const flows = layerFlows(
    layer,
    option,
    pipe.lanes,
    pipes.map(place),
    next.map(place),
    plan.mergers.map(place),
  );
  const busiest = (of: readonly Flow[]): number => {
    const bits = new Map<string, number>();
    for (const { flow, hops } of routeFlows(network, of, bytes).flows) {
      const reached = new Set([network.names[flow.from[0]]]);
      for (let left = hops.length; left > 0; left--)
        for (const { direction } of hops) {
          const { from, to } = topology.links[direction >> 1];
          if (reached.has(direction % 2 === 0 ? from : to)) reached.add(direction % 2 === 0 ? to : from);
        }
      for (const at of flow.to)
        if (!reached.has(network.names[at]))
          faults.push(`${layer.name} sends to ${network.names[at]}, which no link on its way reaches`);
      for (const { direction } of hops) {
        const key = String(direction);
        bits.set(key, (bits.get(key) ?? 0) + 8 * flow.packets * (bytes + 24));
      }
    }
    const times = [...bits].map(([direction, n]) => {
      const { gbps, count = 1 } = topology.links[Number(direction) >> 1];
      return n / (gbps * count);
    });
    return Math.max(0, ...times);
  };
  const entrance = topology.switches.findIndex((s) => s.name === topology.hosts[0]?.switch);
  const request =
    l > 0 || entrance < 0
      ? []
      : requestFlows(entrance, requestPackets(layer, option, pipe), pipes.map(place));
  return busiest(flows.merging) + busiest(flows.tiles) + busiest(request);
}

/**
 * Checks a plan from the layers, the topology and what a pipe can do: options recomputed, pipes that exist, room for
 * rows and stores, mergers apart, links that carry what is sent, latencies added up. Empty when all is in order.
 */
export function checkFabricPlan(
  plan: FabricPlan,
  layers: readonly FabricLayer[],
  topology: Topology,
  pipe: PipeModel,
  bytes: number,
  network: Network,
): string[] {
  const faults: string[] = [];
  const known = new Map(topology.switches.map((s) => [s.name, s.pipes ?? pipe.pipes]));
  const exists = (p: PipeName) => p.pipe >= 0 && p.pipe < (known.get(p.switch) ?? 0);
  const key = (p: PipeName) => `${p.switch}/${p.pipe}`;
  const rows = new Map<string, number>();
  const store = new Map<string, number>();
  const mergers = new Set(plan.mergers.map(key));
  const distances = ways(topology, bytes, network.transitNs);
  const widest = (from: readonly PipeName[], to: readonly PipeName[]) =>
    Math.max(0, ...from.flatMap((a) => to.map((b) => distances.get(a.switch)!.get(b.switch)!)));
  const [host] = topology.hosts;
  const toHost = (from: readonly PipeName[]): number => {
    if (host === undefined) return 0;
    const ns = Math.max(...from.map((p) => distances.get(host.switch)!.get(p.switch)!));
    return host.delayNs + (8 * bytes) / host.gbps + (ns > 0 ? ns + pipe.passNs : 0);
  };
  let latency = 0;
  plan.layers.forEach(({ name, option, pipes, linkNs }, l) => {
    if (name !== layers[l]?.name) faults.push(`layer ${l} is ${name}, not ${layers[l]?.name}`);
    const again = layerOption(layers[l], pipe, plan.mergers.length, option);
    // With fewer mergers than the search had, merging would take longer.
    for (const field of ["pipes", "rows", "passes", "depth", "latencyNs", "sramBytes", "storeBits"] as const)
      if (Math.abs(again[field] - option[field]) > 1e-6 * Math.abs(option[field]))
        faults.push(`${name} has ${field} ${option[field]}, not ${again[field]}`);
    if (new Set(pipes.map(key)).size !== option.pipes)
      faults.push(`${name} is on ${pipes.length} pipes, not on ${option.pipes} different ones`);
    for (const at of pipes) {
      if (!exists(at)) faults.push(`${name} is on ${key(at)}, which does not exist`);
      if (mergers.has(key(at))) faults.push(`${name} is on ${key(at)}, which merges`);
      rows.set(key(at), (rows.get(key(at)) ?? 0) + option.rows);
      store.set(key(at), (store.get(key(at)) ?? 0) + option.storeBits);
    }
    if (option.mergePasses > 0 && mergers.size === 0) faults.push(`${name} merges, and nothing does`);
    const next = plan.layers[l + 1];
    const place = ({ switch: at, pipe: number }: PipeName): PipeAt => [network.names.indexOf(at), number];
    const shares = option.mergePasses > 0 ? mergeShares(pipes.map(place), plan.mergers.map(place)) : [];
    for (const merger of plan.mergers.map(place)) {
      const done = shares.filter((s) => String(s.merger) === String(merger));
      if (done.reduce((sum, s) => sum + s.share, 0) > 1 / plan.mergers.length + 1e-6)
        faults.push(`${name} merges more on ${merger.join("/")} than elsewhere`);
    }
    const between = (a: number, b: number) => distances.get(network.names[a])!.get(network.names[b])!;
    const way = (ns: number) => (ns > 0 ? ns + pipe.passNs : 0);
    const links =
      (next === undefined ? 0 : way(widest(pipes, next.pipes))) +
      2 * way(Math.max(0, ...shares.map(({ pipe: [a], merger: [b] }) => between(a, b)))) +
      (l === 0 ? toHost(pipes) + (topology.hosts.length > 0 ? pipe.passNs : 0) : 0) +
      (next === undefined ? toHost(pipes) : 0) +
      linkWait(plan, l, layers[l], network, topology, pipe, bytes, faults);
    if (Math.abs(links - linkNs) > 1e-3) faults.push(`${name} has links of ${linkNs} ns, not ${links}`);
    latency += option.latencyNs + links;
  });
  for (const at of plan.mergers) if (!exists(at)) faults.push(`merger ${key(at)} does not exist`);
  for (const [at, n] of rows) if (n > pipe.rows) faults.push(`${at} holds ${n} rows of ${pipe.rows}`);
  for (const [at, n] of store)
    if (n > pipe.storeBits) faults.push(`${at} stores ${n} bits of ${pipe.storeBits}`);
  if (Math.abs(latency - plan.latencyNs) > 1e-3)
    faults.push(`latency is ${latency} ns, not ${plan.latencyNs}`);
  if (plan.bound > plan.value) faults.push(`the bound ${plan.bound} is above the value ${plan.value}`);
  return faults;
}
