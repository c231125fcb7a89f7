import { MatchMulError, noProgress, type Progress } from "@matchmul/common";
import { type HardwareProfile, loadProfile, type Topology } from "@matchmul/profiles";
import { error } from "../pipeline/diagnostics.js";
import { DoesNotFit } from "../pipeline/explain.js";
import { placePipeline } from "../pipeline/place.js";
import { SERVE_HEADER_BYTES } from "../serving/wire.js";
import { makeSolver, type SolverName } from "../solver/index.js";
import { explainFabric } from "./explain.js";
import { multiplyAccumulates } from "./layers.js";
import { mergeTile } from "./merge-program.js";
import { networkOf } from "./network.js";
import { pipeModel } from "./pipe-model.js";
import { type Entrance, FabricSearch, type Found } from "./search.js";
import { lanes } from "./tile-program.js";
import { type FabricLayer, type FabricPlan, keyWidths, type Objective, type PipeModel } from "./types.js";

export interface FabricOptions {
  /** What is made small; default `latency`. */
  minimise?: Objective;
  /** Switches that may be used; default all. */
  maxSwitches?: number;
  solver?: SolverName;
  /** Activations of a key for all layers, or by a layer's name, of `keyWidths`; default the planner's choice. */
  g?: number | Readonly<Record<string, number>>;
  /** For all of it; default 30,000. */
  timeLimitMs?: number;
  progress?: Progress;
  signal?: AbortSignal;
  /** Profiles by the names the topology uses; default `loadProfile`. */
  profileOf?: (name: string) => HardwareProfile;
}

/** Bytes of a packet that carries a finished tile to the next layer. */
export const tileBytes = SERVE_HEADER_BYTES + 4 * lanes;

/** Equal switches of a topology, and what one of their pipes can do. */
interface SwitchKind {
  profile: HardwareProfile;
  pipe: PipeModel;
  /** Can a pipe of this kind hold the merge program? */
  merges: boolean;
  isMember: (at: Topology["switches"][number]) => boolean;
}

/**
 * Chooses for every layer how it is computed and on which pipes, so that the objective is smallest: an integer program
 * chooses options under the pipes' memory, for every size of a cluster of switches that could be best; the chosen are
 * then put on pipes. The bound is that of the programs, whose links are those no cluster can beat.
 *
 * A plan uses switches of one kind (profile, pipes, loopback); of several kinds the best plan is returned.
 *
 * @throws MatchMulError does-not-fit (a DoesNotFit), pipeline-undecided, placement-cancelled, key-width
 */
export async function planFabric(
  layers: readonly FabricLayer[],
  topology: Topology,
  options: FabricOptions = {},
): Promise<FabricPlan> {
  const started = performance.now();
  checkKeys(layers, options);
  const kinds = await switchKinds(topology, options);
  const plan = await planOnKinds(layers, topology, kinds, options, started);
  if (!(plan instanceof Refusal)) return plan;
  const solver = makeSolver(options.solver ?? "glpk");
  try {
    throw await explainFabric(layers, plan.kind.pipe, plan.switches, {
      solver,
      signal: options.signal,
      keyBits: (layer) => keyBitsOf(layer, options),
      merges: plan.kind.merges,
    });
  } finally {
    await solver.close();
  }
}

/** Proven: the layers do not fit so many switches of a kind. */
class Refusal {
  constructor(
    readonly kind: SwitchKind,
    readonly switches: number,
  ) {}
}

function keyBitsOf(layer: FabricLayer, { g }: FabricOptions): number | undefined {
  return typeof g === "object" ? g[layer.name] : g;
}

/** @throws MatchMulError key-width */
function checkKeys(layers: readonly FabricLayer[], options: FabricOptions): void {
  for (const layer of layers) {
    const g = keyBitsOf(layer, options);
    if (g !== undefined && !keyWidths.includes(g)) throw error("key-width", layer.name, g, keyWidths);
  }
}

/** The switch at which the first host is: where requests enter. */
export function entranceOf({ hosts, switches }: Topology): Entrance | undefined {
  const [host] = hosts;
  if (host === undefined) return undefined;
  const at = switches.findIndex((s) => s.name === host.switch);
  return { at, cableNs: host.delayNs + (8 * tileBytes) / host.gbps };
}

/** @param started when the time limit began, of performance.now() */
async function planOnKinds(
  layers: readonly FabricLayer[],
  topology: Topology,
  kinds: readonly SwitchKind[],
  options: FabricOptions,
  started: number,
): Promise<FabricPlan | Refusal> {
  const { minimise = "latency", timeLimitMs = 30_000, progress = noProgress, signal } = options;
  const solver = makeSolver(options.solver ?? "glpk");
  const statistics = { solver: solver.name, programs: 0, nodes: 0, variables: 0, timeMs: 0 };
  const found: { kind: SwitchKind; result: Found }[] = [];
  const refusals: SwitchKind[] = [];
  let undecided = false;
  try {
    for (const kind of kinds) {
      const network = networkOf(topology, kind.profile, tileBytes, kind.isMember);
      const search = new FabricSearch(layers, kind.pipe, kind.merges, network, minimise, {
        solver,
        entrance: entranceOf(topology),
        tileBytes,
        keyBits: (layer) => keyBitsOf(layer, options),
        deadline: started + timeLimitMs,
        maxSwitches: options.maxSwitches ?? Number.POSITIVE_INFINITY,
        progress,
        signal,
        statistics,
      });
      const result = await search.run();
      if (result !== undefined) found.push({ kind, result });
      else if (search.undecided) undecided = true;
      else refusals.push(kind);
    }
    if (found.length === 0) {
      if (undecided) throw error("pipeline-undecided", topology.name, timeLimitMs);
      const members = topology.switches.filter(refusals[0].isMember).length;
      return new Refusal(refusals[0], Math.min(options.maxSwitches ?? members, members));
    }
  } finally {
    await solver.close();
  }
  const best = found.reduce((a, b) => (b.result.value < a.result.value ? b : a));
  // Of all kinds the least bound: another kind might still be better.
  const bound = Math.min(...found.map((f) => f.result.bound));
  statistics.timeMs = performance.now() - started;
  return describe(layers, topology, best.kind, best.result, bound, minimise, statistics);
}

async function switchKinds(topology: Topology, options: FabricOptions): Promise<SwitchKind[]> {
  const profileOf = options.profileOf ?? loadProfile;
  const kinds = new Map<string, SwitchKind>();
  const keyOf = (at: Topology["switches"][number]) =>
    `${at.profile} ${at.pipes ?? "all"} ${at.loopbackPorts ?? 0}`;
  for (const at of topology.switches) {
    const key = keyOf(at);
    if (kinds.has(key)) continue;
    const profile = profileOf(at.profile);
    const place = { signal: options.signal, timeLimitMs: options.timeLimitMs };
    const pipe = await pipeModel(profile, at.loopbackPorts ?? 0, at.pipes ?? profile.pipes, place);
    const merges = await placePipeline(mergeTile(), profile, place).then(
      () => true,
      (cause) => {
        if (cause instanceof DoesNotFit) return false;
        throw cause;
      },
    );
    kinds.set(key, { profile, pipe, merges, isMember: (other) => keyOf(other) === key });
  }
  return [...kinds.values()];
}

function describe(
  layers: readonly FabricLayer[],
  topology: Topology,
  { pipe }: SwitchKind,
  result: Found,
  bound: number,
  objective: Objective,
  statistics: FabricPlan["statistics"],
): FabricPlan {
  const name = ([at, p]: readonly [number, number]) => ({ switch: topology.switches[at].name, pipe: p });
  const lookupPipes = new Set(result.pipes.flat().map(String));
  const used = new Set([...result.pipes.flat(), ...result.mergers].map(([at]) => at));
  const rows = result.options.reduce((sum, o) => sum + o.pipes * o.rows, 0);
  const least = Math.min(result.value, bound);
  // Every lookup of every pass adds 12 products of a bit in each lane: the widest key there is.
  const products = pipe.slots * pipe.lanes * 12;
  const bits = layers.reduce((sum, l) => sum + multiplyAccumulates(l) * l.planes, 0);
  return {
    topology: topology.name,
    profile: pipe.profile,
    objective,
    layers: layers.map((layer, l) => ({
      name: layer.name,
      option: result.options[l],
      pipes: result.pipes[l].map(name),
      linkNs: result.linkNs[l],
    })),
    mergers: result.mergers.map(name),
    latencyNs: result.latencyNs,
    passes: result.options.reduce((sum, o) => sum + o.passes, 0),
    sramBytes: result.options.reduce((sum, o) => sum + o.sramBytes, 0),
    switches: used.size,
    pipes: lookupPipes.size + result.mergers.length,
    utilisation: rows / (lookupPipes.size * pipe.rows),
    value: result.value,
    bound: least,
    gap: result.value === 0 ? 0 : (result.value - least) / result.value,
    optimal: result.value <= least * (1 + 1e-5),
    baseline: result.baseline,
    passBoundNs: (bits / products / (lookupPipes.size * pipe.passesPerSecond)) * 1e9,
    statistics,
  };
}

/**
 * The best value for each number of switches, as far as more of them make it less: latency if not said otherwise. The
 * time limit is for all plans together; where it ends the front, what was found by then is returned.
 */
export async function paretoFabric(
  layers: readonly FabricLayer[],
  topology: Topology,
  options: FabricOptions = {},
): Promise<FabricPlan[]> {
  const started = performance.now();
  checkKeys(layers, options);
  const kinds = await switchKinds(topology, options);
  const front: FabricPlan[] = [];
  const most = Math.min(options.maxSwitches ?? Number.POSITIVE_INFINITY, topology.switches.length);
  for (let switches = 1; switches <= most; switches++) {
    let plan: FabricPlan | Refusal;
    try {
      plan = await planOnKinds(layers, topology, kinds, { ...options, maxSwitches: switches }, started);
    } catch (cause) {
      if (cause instanceof MatchMulError && cause.code === "pipeline-undecided" && front.length > 0) break;
      throw cause;
    }
    if (plan instanceof Refusal) continue;
    if (front.length === 0 || plan.value < front[front.length - 1].value) front.push(plan);
    // With no more to gain from any number of switches, larger numbers need not be tried.
    else if (switches >= 2 * front[front.length - 1].switches + 4) break;
  }
  // Says why nothing fits.
  if (front.length === 0) return [await planFabric(layers, topology, options)];
  return front;
}
