import {
  divideMergers,
  layerCost,
  MOST_WORKERS,
  POOL_LANES,
  type ServePrograms,
  type ServeShape,
} from "../serving/cost.js";
import { shapeOf } from "./layers.js";
import { type FabricLayer, keyWidths, type LayerOption, type PipeModel } from "./types.js";

const splits = [1, 2, 4, 8, 16, 32, 64];

/**
 * Numbers of pipes worth trying, up to `most`: the fewest for each share of the `work`, as long as they are few; beyond
 * that steps of a quarter.
 */
function pipeCounts(work: number, most: number): number[] {
  const counts: number[] = [];
  for (let n = 1; n <= most; ) {
    counts.push(n);
    const share = Math.ceil(work / n);
    if (share === 1) break;
    n = Math.max(Math.ceil(work / (share - 1)), n < fewPipes ? n + 1 : Math.ceil(n * 1.25));
  }
  return counts;
}
const fewPipes = 12;

/** Rows are handed out in large blocks, so that what fits by count nearly always fits by place. */
const roundRows = (rows: number): number =>
  rows > rowBlock / 2 ? rowBlock * Math.ceil(rows / rowBlock) : 2 ** Math.ceil(Math.log2(Math.max(16, rows)));
const rowBlock = 1024;

/** The programs of a pipe, as the lowering asks for them. */
export function programsOf({ slots, bankedSlots }: PipeModel): ServePrograms {
  return { lookups: slots, mostLookups: bankedSlots, poolLanes: POOL_LANES, workers: MOST_WORKERS };
}

/**
 * Passes and memory of one layer in one way, on pipes of one kind: what `lowerServing` makes of it.
 * @param mergers pipes that merge; 0 allows neither split inputs nor parallel pooling
 */
export function layerOption(
  layer: FabricLayer,
  pipe: PipeModel,
  mergers: number,
  way: Pick<LayerOption, "kernel" | "g" | "tilePipes" | "replicas" | "splitK" | "pooling">,
): LayerOption {
  const shape = shapeOf(layer);
  const cost = layerCost(shape, way, programsOf(pipe));
  const pipes = way.tilePipes * way.replicas;
  const divided = divideMergers(shape, way, mergers);
  const mergePasses = cost.addPasses + cost.maxPasses;
  const sharers = { pipe: 1, adding: divided?.adding ?? 0, maxima: divided?.maxima ?? 0 };
  const time = (passes: number, depth: number): number =>
    Math.max((passes / pipe.passesPerSecond) * 1e9, depth * pipe.passNs);
  // All that a merger returns to a pipe goes by one of its loopback ports, in the passes that follow as well.
  let ports = pipe.loopbacks;
  let workNs = 0;
  for (const { at, passes, depth } of cost.phases)
    if (at === "pipe") workNs += time((passes * pipe.loopbacks) / ports, depth);
    else {
      if (sharers[at] > 0) workNs += time(passes / sharers[at], depth);
      ports = Math.min(pipe.loopbacks, Math.max(1, sharers[at]));
    }
  return {
    ...way,
    pipes,
    // No number of rows would do where too few pipes merge.
    rows: divided === undefined ? Number.POSITIVE_INFINITY : roundRows(cost.rows),
    sramBytes: pipes * cost.rows * pipe.slots * pipe.lanes * 4,
    // A layer whose shape is not known stores its inputs without gaps.
    storeBits: shape === layer.shape ? cost.storeRows * 8 * pipe.slots : layer.inputs * layer.planes,
    passes: pipes * cost.storePasses + cost.workPasses + mergePasses,
    pipePasses: cost.storePasses + cost.busiestPasses,
    depth: cost.storeDepth + cost.workDepth,
    storePasses: cost.storePasses,
    storeDepth: cost.storeDepth,
    mergePasses,
    latencyNs: time(cost.storePasses, cost.storeDepth) + workNs,
  };
}

/** Packets of a request to a first layer that is computed so. */
export function requestPackets(layer: FabricLayer, option: LayerOption, pipe: PipeModel): number {
  return layerCost(shapeOf(layer), option, programsOf(pipe)).requestPackets;
}

/** Can the layer be divided so at all? */
export function isWay(
  shape: ServeShape,
  way: Pick<LayerOption, "g" | "splitK" | "pooling">,
  pipe: PipeModel,
): boolean {
  if (way.splitK === 1) return true;
  if (shape.windows !== null && way.pooling === "serial") return false;
  return way.splitK * pipe.slots * way.g <= 2 * shape.kernel[0] * shape.kernel[1] * shape.input.channels;
}

/**
 * The ways to compute a layer that could be part of a best plan: none of them is matched by another that takes no more
 * pipes, rows, passes and time.
 * @param only activations of a key, where they are given: one of keyWidths
 */
export function layerOptions(
  layer: FabricLayer,
  pipe: PipeModel,
  mostPipes: number,
  mergers: number,
  only?: number,
): LayerOption[] {
  const tiles = Math.ceil(layer.outputs / pipe.lanes);
  const shape = shapeOf(layer);
  const positions = shape.windows?.length ?? shape.outSize[0] * shape.outSize[1];
  const poolings =
    shape.windows !== null && mergers > 0 ? (["serial", "parallel"] as const) : (["serial"] as const);
  const found: LayerOption[] = [];
  for (const g of only === undefined ? keyWidths : [only])
    for (const tilePipes of pipeCounts(tiles, mostPipes))
      for (const replicas of pipeCounts(positions, Math.floor(mostPipes / tilePipes)))
        for (const splitK of mergers > 0 ? splits : [1])
          for (const pooling of poolings) {
            const way = { kernel: "bit-serial", g, tilePipes, replicas, splitK, pooling } as const;
            if (!isWay(shape, way, pipe)) continue;
            const option = layerOption(layer, pipe, mergers, way);
            if (option.rows <= pipe.rows && option.storeBits <= pipe.storeBits) found.push(option);
          }
  return undominated(found);
}

/** Options that no other beats or equals in pipes, rows, passes and latency; of equals the first. */
function undominated(options: LayerOption[]): LayerOption[] {
  const better = (a: LayerOption, b: LayerOption) =>
    a.pipes <= b.pipes &&
    a.pipes * a.rows <= b.pipes * b.rows &&
    a.passes <= b.passes &&
    a.latencyNs <= b.latencyNs;
  const kept: LayerOption[] = [];
  const byLatency = [...options].sort(
    (a, b) =>
      a.latencyNs - b.latencyNs ||
      a.pipes * a.rows - b.pipes * b.rows ||
      a.passes - b.passes ||
      a.pipes - b.pipes,
  );
  for (const option of byLatency) if (!kept.some((k) => better(k, option))) kept.push(option);
  return kept;
}
