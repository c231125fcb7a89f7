import {
  type FabricOptions,
  type FabricPlan,
  type Objective,
  paretoFabric,
  planFabric,
} from "@matchmul/planner";
import {
  type HardwareProfile,
  loadProfile,
  loadTopology,
  type Topology,
  topologyDirectory,
  topologyProfile,
  withProfile,
} from "@matchmul/profiles";
import { error } from "../diagnostics.js";
import { percent } from "../format.js";
import type { Terminal } from "../terminal.js";
import { type FabricDocument, fabricDocument } from "./document.js";
import { loadSizes, type NetworkSizes } from "./sizes.js";
import { inUnit } from "./words.js";

/** What a plan on a fabric can be told. */
export interface FabricFlags {
  topology: string;
  profile?: string;
  minimise: Objective;
  /** The objective whose front over numbers of switches is wanted. */
  pareto?: Objective;
  switches?: number;
  /** Activations of a key: for all layers as `*`, or by a layer's name. */
  g?: Record<string, number>;
  solver: "auto" | "glpk" | "highs";
  timeLimit: number;
}

/** Reads the model and the topology, and plans the one on the other. */
export async function planOnFabric(
  terminal: Terminal,
  path: string,
  flags: FabricFlags,
): Promise<FabricDocument> {
  const { topology, profileOf } = loadNetwork(flags.topology, flags.profile);
  const model = await loadSizes(terminal, path);
  const options: FabricOptions = {
    minimise: flags.pareto ?? flags.minimise,
    maxSwitches: flags.switches,
    g: keysOf(model, flags.g),
    solver: flags.solver === "auto" ? "glpk" : flags.solver,
    timeLimitMs: flags.timeLimit * 1000,
    progress: terminal.progress,
    profileOf,
  };
  const { plan, front } = await terminal.step(
    "plan",
    () => solve(model, topology, options, flags.pareto !== undefined),
    ({ plan: { objective, value, bound, gap, optimal, switches } }) =>
      `${inUnit({ objective }, value)} on ${switches} of ${topology.switches.length} switches, ` +
      `${optimal ? "proven best" : `at least ${inUnit({ objective }, bound)}: gap ${percent(gap, 1)}`}`,
  );
  return fabricDocument(model, topology, plan, front, profileOf);
}

async function solve(
  { layers }: NetworkSizes,
  topology: Topology,
  options: FabricOptions,
  pareto: boolean,
): Promise<{ plan: FabricPlan; front?: FabricPlan[] }> {
  if (!pareto) return { plan: await planFabric(layers, topology, options) };
  const front = await paretoFabric(layers, topology, options);
  return { plan: front[front.length - 1], front };
}

/** A topology with its profiles, or with all its switches of another one. */
export function loadNetwork(
  nameOrPath: string,
  profile: string | undefined,
): { topology: Topology; profileOf: (name: string) => HardwareProfile } {
  const loaded = loadTopology(nameOrPath);
  if (profile !== undefined)
    return { topology: withProfile(loaded, profile, loadProfile(profile)), profileOf: loadProfile };
  // A profile given by path is looked for from the topology's file.
  const file = /[/\\]|\.ya?ml$/.test(nameOrPath) ? nameOrPath : `${topologyDirectory()}${nameOrPath}.yaml`;
  return { topology: loaded, profileOf: (name) => topologyProfile(name, file) };
}

function keysOf(model: NetworkSizes, given: Record<string, number> | undefined): FabricOptions["g"] {
  if (given === undefined) return undefined;
  const names = model.layers.map((layer) => layer.name);
  for (const name of Object.keys(given))
    if (name !== "*" && !names.includes(name)) throw error("plan-layer", name, names);
  const { "*": all, ...some } = given;
  return all === undefined ? some : Object.fromEntries(names.map((name) => [name, some[name] ?? all]));
}
