import { loadProfile } from "@matchmul/profiles";
import { DoesNotFit, type Explanation } from "../pipeline/explain.js";
import { assignPipes } from "./assign.js";
import { chooseOptions } from "./choose.js";
import { layerOption, layerOptions } from "./options.js";
import { pipeModel } from "./pipe-model.js";
import type { SearchContext } from "./search.js";
import { type FabricLayer, keyWidths, type LayerOption, type PipeModel } from "./types.js";

/** A change with which the layers have been planned, and fit. */
export type FabricChange =
  | { kind: "switches"; profile: string; switches: number; more: number }
  | { kind: "g"; layers: { name: string; from: number; to: number }[] }
  | { kind: "profile"; profile: string; switches: number };

/** Why layers do not fit a topology. `needed` and `available` are bytes of memory, or bits of activation store. */
export interface FabricExplanation extends Explanation {
  resource: "sram" | "mapRam";
  layer: string;
  /** needed - available; 0 where there is enough, but not in pieces of the sizes that are asked for. */
  missing: number;
  unit: "bytes" | "bits";
  /** Smallest changes, each solved again before it is said. */
  changes: FabricChange[];
}

/** The error `does-not-fit` for layers on a topology. */
export class FabricDoesNotFit extends DoesNotFit {
  constructor(
    message: string,
    override readonly explanation: FabricExplanation,
  ) {
    super(message, explanation);
  }
}

type Asked = Pick<SearchContext, "solver" | "signal" | "keyBits"> & {
  /** Can a pipe of this kind hold the merge program? */
  merges: boolean;
};

/** Most switches that are proposed. */
const mostSwitches = 4096;
/** Pipes over which a layer's options are looked for. */
const mostPipes = 1024;
const solveMs = 5000;

/** Why no plan exists on so many switches: what binds, which layer, what is missing, and what would be enough. */
export async function explainFabric(
  layers: readonly FabricLayer[],
  pipe: PipeModel,
  switches: number,
  asked: Asked,
): Promise<FabricDoesNotFit> {
  const smallest = layers.map((layer) => smallestOption(layer, pipe, asked));
  const impossible = smallest.indexOf(undefined);
  if (impossible >= 0) return explainLayer(layers, impossible, pipe, switches, asked);

  const bytesOf = (rows: number) => rows * pipe.slots * pipe.lanes * 4;
  const memory = smallest.map((o) => bytesOf(o!.pipes * o!.rows));
  const needed = memory.reduce((a, b) => a + b, 0);
  const available = bytesOf(switches * pipe.pipes * pipe.rows);
  const worst = memory.indexOf(Math.max(...memory));
  const changes = await changesThatFit(layers, worst, pipe, switches, asked);
  const missing = Math.max(0, needed - available);
  const have = `${plural(switches, `${pipe.profile} switch`)} ${switches === 1 ? "has" : "have"} ${megabytes(available)}`;
  const share = `most of it: ${layers[worst].name}, ${megabytes(memory[worst])}`;
  return new FabricDoesNotFit(
    missing > 0
      ? `the tables need at least ${megabytes(needed)} of lookup memory (${share}); ${have}, ${megabytes(missing)} too few`
      : `the tables need ${megabytes(needed)} of lookup memory in larger pieces than pipes have left (${share}); ${have}`,
    {
      resource: "sram",
      needed,
      available,
      missing,
      unit: "bytes",
      layer: layers[worst].name,
      changes,
      change: changes.map(changeInWords).join("; ") || undefined,
    },
  );
}

/** A layer that no number of pipes of this kind holds. */
async function explainLayer(
  layers: readonly FabricLayer[],
  index: number,
  pipe: PipeModel,
  switches: number,
  asked: Asked,
): Promise<FabricDoesNotFit> {
  const layer = layers[index];
  const way = { kernel: "bit-serial", replicas: 1, splitK: 1, pooling: "serial" } as const;
  const least = layerOption(layer, pipe, 0, {
    ...way,
    g: asked.keyBits(layer) ?? keyWidths[0],
    tilePipes: Math.ceil(layer.outputs / pipe.lanes),
  });
  const changes = await changesThatFit(layers, index, pipe, switches, asked);
  const store = least.storeBits > pipe.storeBits || least.rows <= pipe.rows;
  const bytesOf = (rows: number) => rows * pipe.slots * pipe.lanes * 4;
  const [needed, available] = store
    ? [least.storeBits, pipe.storeBits]
    : [bytesOf(least.rows), bytesOf(pipe.rows)];
  const size = (n: number) => (store ? `${(n / 1e6).toFixed(2)} Mbit` : megabytes(n));
  return new FabricDoesNotFit(
    store
      ? `${layer.name} stores its whole input, ${size(needed)}, on each of its pipes; a pipe of ${pipe.profile} has ${size(available)} of registers, ${size(needed - available)} too few`
      : `${layer.name} needs at least ${size(needed)} of lookup memory for ${pipe.lanes} outputs on one pipe; a pipe of ${pipe.profile} has ${size(available)}, ${size(needed - available)} too few`,
    {
      resource: store ? "mapRam" : "sram",
      needed,
      available,
      missing: needed - available,
      unit: store ? "bits" : "bytes",
      layer: layer.name,
      changes,
      change:
        changes.map(changeInWords).join("; ") ||
        "no number of switches of this kind is enough, nor one other change",
    },
  );
}

export function changeInWords(change: FabricChange): string {
  switch (change.kind) {
    case "switches":
      return `${plural(change.switches, `${change.profile} switch`)} would be enough (${change.more} more)`;
    case "g":
      return `${keysInWords(change.layers)} would fit`;
    case "profile":
      return `${plural(change.switches, `${change.profile} switch`)} would be enough`;
  }
}

function keysInWords(layers: { name: string; from: number; to: number }[]): string {
  const [{ from, to }] = layers;
  if (layers.length > 1 && layers.every((l) => l.from === from && l.to === to))
    return `g = ${to} instead of ${from} in ${layers.map((l) => l.name).join(", ")}`;
  return layers.map((l) => `${l.name} with g = ${l.to} instead of ${l.from}`).join(", ");
}

/** Each kind of change in its smallest size, as far as one is found. */
async function changesThatFit(
  layers: readonly FabricLayer[],
  worst: number,
  pipe: PipeModel,
  switches: number,
  asked: Asked,
): Promise<FabricChange[]> {
  const changes: FabricChange[] = [];
  const enough = await switchesEnough(layers, pipe, switches, asked);
  if (enough !== undefined)
    changes.push({ kind: "switches", profile: pipe.profile, switches: enough, more: enough - switches });
  const lower = await lowerKey(layers, worst, pipe, switches, asked);
  if (lower !== undefined) changes.push(lower);
  if (pipe.profile === "tofino") {
    const larger = await pipeModel(loadProfile("tofino2"), 0, pipe.pipes, { signal: asked.signal });
    if (await fits(layers, larger, switches, asked))
      changes.push({ kind: "profile", profile: larger.profile, switches });
  }
  return changes;
}

/** Narrower keys where they are given: of one layer, the one that takes most first; or else of all layers. */
async function lowerKey(
  layers: readonly FabricLayer[],
  worst: number,
  pipe: PipeModel,
  switches: number,
  asked: Asked,
): Promise<FabricChange | undefined> {
  const given = layers.filter((layer) => (asked.keyBits(layer) ?? keyWidths[0]) > keyWidths[0]);
  if (given.length === 0) return undefined;
  const order = [layers[worst], ...layers.filter((_, l) => l !== worst)].filter((l) => given.includes(l));
  const lowered = (some: readonly FabricLayer[], less: number) => (layer: FabricLayer) => {
    const g = asked.keyBits(layer);
    return g === undefined || !some.includes(layer) ? g : keyWidths[Math.max(0, keyWidths.indexOf(g) - less)];
  };
  for (const groups of [order.map((layer) => [layer]), [order]])
    for (let less = 1; less < keyWidths.length; less++)
      for (const group of groups) {
        const keyBits = lowered(group, less);
        if (!(await fits(layers, pipe, switches, { ...asked, keyBits }))) continue;
        const changed = group.map((layer) => ({
          name: layer.name,
          from: asked.keyBits(layer)!,
          to: keyBits(layer)!,
        }));
        return { kind: "g", layers: changed };
      }
  return undefined;
}

/** Without mergers more pipes have tables; with them, tables can take fewer rows. */
const mergerCounts = ({ merges }: Asked): number[] => (merges ? [0, 1, 2] : [0]);

/** Are there options and pipes for all layers, wherever the switches are? */
async function fits(
  layers: readonly FabricLayer[],
  pipe: PipeModel,
  switches: number,
  asked: Asked,
): Promise<boolean> {
  for (const mergers of mergerCounts(asked))
    if (mergers < switches * pipe.pipes && (await fitsWith(mergers, layers, pipe, switches, asked)))
      return true;
  return false;
}

async function fitsWith(
  mergers: number,
  layers: readonly FabricLayer[],
  pipe: PipeModel,
  switches: number,
  { solver, signal, keyBits }: Asked,
): Promise<boolean> {
  const all = switches * pipe.pipes - mergers;
  const options = layers.map((layer) =>
    layerOptions(layer, pipe, Math.min(all, mostPipes), mergers, keyBits(layer)).filter(
      (o) => mergers > 0 || o.mergePasses === 0,
    ),
  );
  if (options.some((o) => o.length === 0)) return false;
  const cluster = { switches: Array.from({ length: switches }, (_, i) => i), widestNs: 0, distance: () => 0 };
  for (const share of [1, 0.95, 0.9, 0.8, 0.7]) {
    const pipes = Math.floor(share * all);
    const capacity = { pipes, rows: pipe.rows, pipesPerSwitch: pipe.pipes, linkNs: () => 0 };
    const choice = await chooseOptions(options, "memory", capacity, solver, solveMs, signal);
    if (typeof choice === "string") return false;
    if (assignPipes(choice.options, cluster, pipe.pipes, pipe.rows, pipe.storeBits, mergers) !== undefined)
      return true;
  }
  return false;
}

/** The fewest switches, more than there are, on which the layers find room. */
async function switchesEnough(
  layers: readonly FabricLayer[],
  pipe: PipeModel,
  tooFew: number,
  asked: Asked,
): Promise<number | undefined> {
  let low = tooFew;
  let high = tooFew;
  do {
    if (high >= mostSwitches || asked.signal?.aborted) return undefined;
    low = high;
    high = Math.min(mostSwitches, 2 * high);
  } while (!(await fits(layers, pipe, high, asked)));
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await fits(layers, pipe, middle, asked)) high = middle;
    else low = middle;
  }
  return high;
}

/** The option that takes the fewest rows; undefined where no number of pipes holds the layer. */
function smallestOption(layer: FabricLayer, pipe: PipeModel, asked: Asked): LayerOption | undefined {
  const options = mergerCounts(asked).flatMap((mergers) =>
    layerOptions(layer, pipe, mostPipes, mergers, asked.keyBits(layer)),
  );
  if (options.length === 0) return undefined;
  return options.reduce((a, b) => (b.pipes * b.rows < a.pipes * a.rows ? b : a));
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : noun.endsWith("ch") ? "es" : "s"}`;
