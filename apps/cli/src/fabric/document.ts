import {
  type Baseline,
  type FabricLayer,
  type FabricPlan,
  type LayerOption,
  type LinkLoad,
  linkLoads,
  mergeTile,
  multiplyAccumulates,
  networkOf,
  type Objective,
  type PipeModel,
  type PipeName,
  pipeModel,
  placePipeline,
  tileBytes,
  tileProgramOf,
  weightsOf,
} from "@matchmul/planner";
import type { HardwareProfile, Topology } from "@matchmul/profiles";
import { error } from "../diagnostics.js";
import { type PlacementDocument, placementDocument, revive } from "../plan-document.js";
import { jsonNumbers } from "../terminal.js";
import type { NetworkSizes } from "./sizes.js";

/** A plan on a fabric, as `--json` and `--out` give it: docs/schemas/fabric-plan.schema.json. */
export interface FabricDocument {
  format: "matchmul-fabric-plan";
  version: 1;
  model: { name: string; weights: number; multiplyAccumulates: number; layers: FabricLayer[] };
  topology: Topology;
  profile: { name: string; description: string };
  objective: Objective;
  /** Of the objective: ns, passes, bytes or switches. */
  value: number;
  /** No plan of the options that were enumerated has a smaller value. */
  bound: number;
  gap: number;
  optimal: boolean;
  baseline: Baseline | null;
  latencyNs: number;
  /** No schedule of passes on the used pipes is faster. */
  passBoundNs: number;
  passes: number;
  sramBytes: number;
  switches: number;
  /** Of the rows that the used pipes have. */
  utilisation: number;
  layers: PlannedLayerDocument[];
  pipes: PipeDocument[];
  /** What a pipe can do. */
  pipe: Omit<PipeModel, "placement">;
  /** The programs of the pipes, placed; none on a target without stages. */
  programs: { role: PipeDocument["role"]; placement: PlacementDocument }[];
  /** Best value for each number of switches, with --pareto. */
  pareto?: ParetoPoint[];
  statistics: Omit<FabricPlan["statistics"], "timeMs"> & { timeMs?: number };
}

export interface PlannedLayerDocument extends Omit<LayerOption, "pipes"> {
  name: string;
  pipes: PipeName[];
  linkNs: number;
  links: Omit<LinkLoad, "layer">;
}

/** One pipe in use. */
export interface PipeDocument extends PipeName {
  role: "lookup" | "merge";
  /** Of every lookup table. */
  rows: number;
  rowsAvailable: number;
  sramBytes: number;
  storeBits: number;
  passes: number;
  /** Passes over the rate of passes: for so long an inference keeps the pipe busy. */
  busyNs: number;
  layers: { name: string; rows: number; passes: number; sramBytes: number }[];
}

export type ParetoPoint = Pick<
  FabricPlan,
  "switches" | "value" | "bound" | "gap" | "optimal" | "latencyNs" | "passes" | "sramBytes" | "utilisation"
> & { pipes: number };

/** The document of a plan. @param profileOf profiles by the names that the topology uses */
export async function fabricDocument(
  model: NetworkSizes,
  topology: Topology,
  plan: FabricPlan,
  front: readonly FabricPlan[] | undefined,
  profileOf: (name: string) => HardwareProfile,
): Promise<FabricDocument> {
  const { layers } = model;
  const at = topology.switches.find((s) => s.name === plan.layers[0].pipes[0].switch)!;
  const profile = profileOf(at.profile);
  const { placement, ...pipe } = await pipeModel(profile, at.loopbackPorts ?? 0, at.pipes ?? profile.pipes);
  const program = tileProgramOf({ ...pipe, placement });
  const programs: FabricDocument["programs"] = [];
  if (program !== undefined && placement !== undefined)
    programs.push({ role: "lookup", placement: placementDocument(program, placement, profile) });
  if (plan.mergers.length > 0 && profile.pipeline !== undefined) {
    const merge = mergeTile();
    const placed = await placePipeline(merge, profile);
    programs.push({ role: "merge", placement: placementDocument(merge, placed, profile) });
  }
  const network = networkOf(topology, profile, tileBytes, () => true);
  const loads = linkLoads(plan, layers, topology, network, pipe, tileBytes);
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const { objective, value, bound, gap, optimal, latencyNs, passBoundNs, passes, sramBytes } = plan;
  return {
    format: "matchmul-fabric-plan",
    version: 1,
    model: {
      name: model.name,
      weights: sum(layers.map(weightsOf)),
      multiplyAccumulates: sum(layers.map(multiplyAccumulates)),
      layers,
    },
    topology,
    profile: { name: profile.name, description: profile.description },
    ...{ objective, value, bound, gap, optimal, latencyNs, passBoundNs, passes, sramBytes },
    baseline: plan.baseline ?? null,
    switches: plan.switches,
    utilisation: plan.utilisation,
    layers: plan.layers.map(({ name, option, pipes, linkNs }, l) => {
      const { layer: _, ...links } = loads[l];
      const { pipes: __, ...rest } = option;
      return { name, ...rest, pipes: [...pipes], linkNs, links };
    }),
    pipes: pipesOf(plan, pipe),
    pipe,
    programs,
    ...(front && { pareto: front.map(paretoPoint) }),
    statistics: plan.statistics,
  };
}

function paretoPoint(plan: FabricPlan): ParetoPoint {
  const { switches, pipes, value, bound, gap, optimal, latencyNs, passes, sramBytes, utilisation } = plan;
  return { switches, pipes, value, bound, gap, optimal, latencyNs, passes, sramBytes, utilisation };
}

/** Every pipe in use, in the order of switches, with what each layer takes of it. */
function pipesOf({ layers, mergers }: FabricPlan, pipe: FabricDocument["pipe"]): PipeDocument[] {
  const pipes = new Map<string, PipeDocument>();
  const use = (at: PipeName, role: PipeDocument["role"]) => {
    const key = `${at.switch}/${at.pipe}`;
    const fresh = { ...at, role, rows: 0, rowsAvailable: role === "lookup" ? pipe.rows : 0 };
    if (!pipes.has(key))
      pipes.set(key, { ...fresh, sramBytes: 0, storeBits: 0, passes: 0, busyNs: 0, layers: [] });
    return pipes.get(key)!;
  };
  for (const { name, option, pipes: places } of layers) {
    const { rows, pipePasses: passes, mergePasses } = option;
    const sramBytes = option.sramBytes / places.length;
    for (const at of places) {
      const here = use(at, "lookup");
      here.rows += rows;
      here.sramBytes += sramBytes;
      here.storeBits += option.storeBits;
      here.passes += passes;
      here.layers.push({ name, rows, passes, sramBytes });
    }
    if (mergePasses === 0) continue;
    for (const at of mergers) {
      const here = use(at, "merge");
      const share = Math.ceil(mergePasses / mergers.length);
      here.passes += share;
      here.layers.push({ name, rows: 0, passes: share, sramBytes: 0 });
    }
  }
  for (const here of pipes.values()) here.busyNs = (here.passes / pipe.passesPerSecond) * 1e9;
  return [...pipes.values()].sort(
    (a, b) => a.switch.localeCompare(b.switch, "en", { numeric: true }) || a.pipe - b.pipe,
  );
}

/** The document as the text of a file: without the time it took, so that equal plans are equal files. */
export function formatFabricPlan({
  statistics: { timeMs: _, ...statistics },
  ...rest
}: FabricDocument): string {
  return `${JSON.stringify({ ...rest, statistics }, jsonNumbers, 2)}\n`;
}

/** Takes the text of a plan on a fabric; undefined where it is another plan, or none. @throws MatchMulError plan-invalid */
export function parseFabricPlan(text: string, path: string): FabricDocument | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if ((parsed as { format?: unknown } | null)?.format !== "matchmul-fabric-plan") return undefined;
  const plan = parsed as Partial<FabricDocument>;
  if (plan.version !== 1) throw error("plan-invalid", path, `it is of version ${plan.version}, not 1`);
  const lists = [plan.model?.layers, plan.topology?.switches, plan.layers, plan.pipes, plan.programs];
  if (!lists.every(Array.isArray))
    throw error("plan-invalid", path, "it lacks the model, the topology, the layers or the pipes");
  const document = plan as FabricDocument;
  const unlimited = { ...document.pipe, storeBits: document.pipe.storeBits ?? Number.POSITIVE_INFINITY };
  return {
    ...document,
    pipe: unlimited,
    programs: document.programs.map((p) => ({ ...p, placement: revive(p.placement) })),
  };
}
