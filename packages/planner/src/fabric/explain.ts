import { loadProfile, type Topology } from "@matchmul/profiles";
import { DoesNotFit } from "../pipeline/explain.js";
import type { Solver } from "../solver/index.js";
import { chooseOptions } from "./choose.js";
import { layerOption, layerOptions } from "./options.js";
import { pipeModel } from "./pipe-model.js";
import type { FabricLayer, LayerOption, PipeModel } from "./types.js";

/** Most switches, of the kind there is, that are proposed. */
const mostSwitches = 4096;

/** Why no plan exists: the layer whose tables take most, what all take at least, and what would be enough. */
export async function explainFabric(
  layers: readonly FabricLayer[],
  pipe: PipeModel,
  topology: Topology,
  maxSwitches: number | undefined,
  solver: Solver,
  signal?: AbortSignal,
): Promise<DoesNotFit> {
  const switches = Math.min(maxSwitches ?? Number.POSITIVE_INFINITY, topology.switches.length);
  const available = switches * pipe.pipes * pipe.rows;
  const smallest = layers.map((layer) => smallestOption(layer, pipe));
  const rows = (o: LayerOption) => o.pipes * o.rows;
  const needed = smallest.reduce((sum, o) => sum + rows(o), 0);
  const worst = smallest.reduce((a, b, l) => (rows(b) > rows(smallest[a]) ? l : a), 0);
  const megabytes = (r: number) => ((r * pipe.slots * pipe.lanes * 4) / 1e6).toFixed(1);
  const enough = await switchesEnough(layers, pipe, switches, solver, signal);
  const changes: string[] = [];
  if (enough !== undefined)
    changes.push(`${enough} ${pipe.profile} switches would be enough (${enough - switches} more)`);
  if (pipe.profile === "tofino") {
    const larger = await pipeModel(loadProfile("tofino2"), 0, pipe.pipes, { signal });
    if (await fits(layers, larger, switches * larger.pipes, solver, signal))
      changes.push(`${switches} tofino2 switches would be enough`);
  }
  return new DoesNotFit(
    `the tables need at least ${megabytes(needed)} MB of lookup memory; ${switches} switches of ${pipe.profile} have ${megabytes(available)} MB (most of it: ${layers[worst].name}, ${megabytes(rows(smallest[worst]))} MB)`,
    {
      resource: "sram",
      needed: needed * pipe.slots * pipe.lanes * 4,
      available: available * pipe.slots * pipe.lanes * 4,
      layer: layers[worst].name,
      change: changes.join("; ") || undefined,
    },
  );
}

/** The option that takes the fewest rows, on as many pipes as it needs. */
function smallestOption(layer: FabricLayer, pipe: PipeModel): LayerOption {
  const tiles = Math.ceil(layer.outputs / pipe.lanes);
  let best: LayerOption | undefined;
  for (const g of [1, 2, 4])
    for (let tilePipes = 1; tilePipes <= tiles; tilePipes = tilePipes < 8 ? tilePipes + 1 : tilePipes * 2) {
      const way = { kernel: "bit-serial", g, tilePipes, replicas: 1, splitK: 1, pooling: "serial" } as const;
      const option = layerOption(layer, pipe, 0, way);
      if (best === undefined || option.pipes * option.rows < best.pipes * best.rows) best = option;
    }
  return best!;
}

async function fits(
  layers: readonly FabricLayer[],
  pipe: PipeModel,
  pipes: number,
  solver: Solver,
  signal?: AbortSignal,
): Promise<boolean> {
  const options = layers.map((layer) => layerOptions(layer, pipe, Math.min(pipes, 1024), 0));
  if (options.some((o) => o.length === 0)) return false;
  const capacity = { pipes, rows: pipe.rows, pipesPerSwitch: pipe.pipes, linkNs: () => 0 };
  const choice = await chooseOptions(options, "memory", capacity, solver, 5000, signal);
  return typeof choice !== "string";
}

/** The fewest switches with which a choice of options fits. */
async function switchesEnough(
  layers: readonly FabricLayer[],
  pipe: PipeModel,
  too: number,
  solver: Solver,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let low = too;
  let high = too;
  do {
    if (high >= mostSwitches) return undefined;
    low = high;
    high = Math.min(mostSwitches, 2 * high);
  } while (!(await fits(layers, pipe, high * pipe.pipes, solver, signal)));
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await fits(layers, pipe, middle * pipe.pipes, solver, signal)) high = middle;
    else low = middle;
  }
  return high;
}
