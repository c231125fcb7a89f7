import { type HardwareProfile, loadProfile, type Topology } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import type { FabricPlan } from "../fabric/types.js";
import { Cabling } from "./cabling.js";
import { serveLayers } from "./chain.js";
import { MOST_WORKERS, POOL_LANES } from "./cost.js";
import { error } from "./diagnostics.js";
import { LayerLowering } from "./layer-lowering.js";
import { GroupNumbers, ParseTable, PipeBuilder } from "./pipe-builder.js";
import { servingLookups } from "./programs.js";
import { schemeOf } from "./scheme.js";
import { rowBytesOf } from "./store-layout.js";
import type { RequestLayout, ServeNetwork } from "./types.js";

export interface LowerServingOptions {
  /** Requests in flight at most. */
  slots: number;
  /** Lookup tables of a pipe; default what its profile has room for. */
  lookups?: number;
  /** The same of a pipe whose first layer has few channels; default what its profile has room for. */
  mostLookups?: number;
  /** Lanes whose maxima are kept in one pass; default 16: what a Tofino's 16-bit containers hold twice. */
  poolLanes?: number;
  /** Workers of a layer on a pipe, at most; default 1024. */
  workers?: number;
  /** Hosts that send requests; by default as many of the topology's, in order, as there are slots. */
  hosts?: string[];
  /** Profiles by the names the topology uses; default `loadProfile`. */
  profileOf?: (name: string) => HardwareProfile;
}

/**
 * A model on the pipes that a plan gives its layers: what every pipe's tables hold.
 *
 * @throws MatchMulError layer-not-lowered, layer-order, accumulator-too-large, plan-mismatch, serving-too-large,
 * topology-too-small
 */
export function lowerServing(
  model: QuantizedModel,
  plan: FabricPlan,
  topology: Topology,
  options: LowerServingOptions,
): ServeNetwork {
  const { slots, poolLanes = POOL_LANES, workers = MOST_WORKERS, profileOf = loadProfile } = options;
  const layers = serveLayers(model);
  if (layers.length !== plan.layers.length)
    throw error("plan-mismatch", `it has ${plan.layers.length} layers, the model ${layers.length}`);
  const hosts = options.hosts ?? topology.hosts.slice(0, slots).map((h) => h.name);
  if (hosts.length === 0) throw error("plan-mismatch", `${topology.name} has no host`);
  const placed = [...plan.layers.flatMap((l) => l.pipes), ...plan.mergers];
  for (const at of placed)
    if (!topology.switches.some((s) => s.name === at.switch))
      throw error("plan-mismatch", `${topology.name} has no switch ${at.switch}`);
  const cabling = new Cabling(topology, new Set(placed.map((p) => p.switch)), hosts, profileOf);
  const parses = new ParseTable();
  const numbers = new GroupNumbers();
  const builders = new Map(
    cabling.pipes.map((ports) => {
      const lookups = options.lookups ?? servingLookups(ports.profile).lookups;
      return [ports.name, new PipeBuilder(ports, lookups, parses, numbers)];
    }),
  );
  const builderOf = ({ switch: at, pipe }: { switch: string; pipe: number }): PipeBuilder => {
    const ports = cabling.at(at, pipe);
    if (ports === undefined) throw error("plan-mismatch", `switch ${at} has no pipe ${pipe}`);
    return builders.get(ports.name)!;
  };

  const lookups = Math.min(...plan.layers.flatMap((l) => l.pipes.map((p) => builderOf(p).lookups)));
  const mostLookups =
    options.mostLookups ??
    Math.min(...plan.layers[0].pipes.map((p) => servingLookups(builderOf(p).ports.profile).banked));
  const mergers = plan.mergers.map(builderOf);
  const lowerings = plan.layers.map(({ option, pipes, name }, number) => {
    const layer = layers[number];
    if (option.kernel !== "bit-serial" || ![2, 4, 8].includes(option.g))
      throw error("plan-mismatch", `${name} has keys of ${option.g} bits; they are 2, 4 or 8`);
    if (pipes.length !== option.tilePipes * option.replicas)
      throw error("plan-mismatch", `${name} is on ${pipes.length} pipes`);
    const divided = option.splitK > 1;
    const scheme = schemeOf(layer, option.g, number === 0, divided, lookups, mostLookups);
    const builtOn = pipes.map(builderOf);
    for (const builder of builtOn) {
      builder.lookups = Math.max(builder.lookups, scheme.lookups);
      builder.banked ||= scheme.banked;
    }
    const context = { poolLanes, workers, keys: rowBytesOf(lookups), cabling };
    return new LayerLowering(number, layer, scheme, option, builtOn, mergers, context);
  });
  const [first] = lowerings;
  const { rowBytes, packets } = first.scheme.request!.make();
  for (const [i, lowering] of lowerings.entries())
    lowering.addStores(slots, i === 0 ? packets.length : lowerings[i - 1].arrivals);
  // Pages are aligned to more rows than blocks, and blocks of large keys to more than those of small ones.
  for (const [i, lowering] of lowerings.entries()) lowering.addPages(lowerings[i + 1]);
  for (const lowering of [...lowerings].sort((a, b) => b.scheme.align - a.scheme.align)) lowering.addBlocks();
  for (const lowering of lowerings) lowering.addBiases();
  // From the last: a layer has to know how the next one stores, and that one whom it spawns.
  for (let l = lowerings.length - 1; l >= 0; l--) {
    lowerings[l].addWork(lowerings[l + 1]);
    if (l > 0) lowerings[l].addTileStores();
  }
  const entries = first.addRequestStores(
    rowBytes,
    packets.map((p) => p.rows),
  );
  const request: RequestLayout = {
    packets: packets.map(({ address, rows, bits }, index) => ({
      index,
      address,
      ...entries.get(rows)!,
      bits,
    })),
  };

  const clients = cabling.hosts.map((host, h) => ({
    ...host,
    slots: Array.from({ length: slots }, (_, slot) => slot).filter(
      (slot) => slot % cabling.hosts.length === h,
    ),
  }));
  const pipes = [...builders.values()].map((builder) => {
    const { ports } = builder;
    const here = clients.filter((c) => c.switch === ports.switch && c.pipe === ports.pipe);
    const admissions = here.flatMap(({ node, port, slots: own }) =>
      own.map((slot) => ({ port, slot, reply: node })),
    );
    /** The parts of a request by all ports in turn, so that none is longer on its way than it has to be. */
    const groupOf = (index: number): number =>
      builder.group(
        first.pipes.map(({ ports: to }, i) => {
          const rid = cabling.loopbackOf(to.node, index + i);
          return { port: cabling.port(ports.switch, rid, index + i), rid };
        }),
      );
    return builder.build({
      routes: cabling.destinations.map((destination) => ({
        destination,
        port: cabling.port(ports.switch, destination, destination + ports.node),
      })),
      admissions,
      clients: here.flatMap(({ port, address }) => (address === undefined ? [] : [{ port, address }])),
      requests:
        admissions.length === 0
          ? []
          : request.packets.map(({ index, address, pc, parse }) => ({
              index,
              address,
              pc,
              parse,
              group: groupOf(index),
            })),
    });
  });
  return {
    name: model.name,
    topology: topology.name,
    pipes,
    hosts: clients.map(({ node, name, switch: at, port, slots: own, address }) => ({
      node,
      name,
      switch: at,
      port,
      slots: own,
      ...(address && { address }),
    })),
    links: cabling.cables,
    request,
    logits: layers.at(-1)!.outputs,
    slots,
    layers: layers.map((l) => l.name),
  };
}
