import type { FabricKernel, FabricLayer, LayerOption, PipeModel } from "./types.js";

const keyWidths = [1, 2, 4, 8, 10, 12];
const splits = [1, 2, 4, 8, 16, 32, 64];
/** Passes of a finished tile beside its requantization lookups: shift and clamp, and sending it on. */
const tailPasses = 2;
/** Passes before a worker's first: it is spawned, and its layer's input was stored. */
const startPasses = 2;
/** Rows are handed out in blocks of a power of two, so that what fits by count fits by place. */
const leastRows = 16;

/** Numbers of pipes worth trying: powers of two and what lies half way between, up to all there are. */
function pipeCounts(most: number): number[] {
  const counts = new Set<number>([1, most]);
  for (let n = 1; n <= most; n *= 2) {
    counts.add(n);
    if (n + n / 2 <= most && n > 1) counts.add(n + n / 2);
  }
  return [...counts].filter((n) => n <= most).sort((a, b) => a - b);
}

/**
 * Passes and memory of one layer in one way, on pipes of one kind.
 * @param mergers pipes that merge; 0 allows neither split inputs nor parallel pooling
 */
export function layerOption(
  layer: FabricLayer,
  pipe: PipeModel,
  mergers: number,
  way: Pick<LayerOption, "kernel" | "g" | "tilePipes" | "replicas" | "splitK" | "pooling">,
): LayerOption {
  const { g, tilePipes, replicas, splitK, pooling } = way;
  const tiles = Math.ceil(layer.outputs / pipe.lanes);
  // The bias is one group more.
  const groups = Math.ceil(layer.reduction / g) + 1;
  const summing = layer.planes * Math.ceil(groups / (pipe.slots * splitK));
  const requantization = tailPasses + Math.ceil(pipe.lanes / pipe.slots);
  const pooled = Math.ceil(layer.positions / layer.window);
  // A pooling window's maximum is taken before requantization when one worker has seen all of it.
  const finished = pooling === "serial" ? pooled : layer.positions;
  const perTile = layer.positions * splitK * summing + finished * requantization;
  const merges = (splitK > 1 ? layer.positions * splitK : 0) + (pooling === "parallel" ? layer.positions : 0);
  const tilesHere = Math.ceil(tiles / tilePipes);
  const share = Math.ceil(pooled / replicas) / pooled;
  const pipePasses = Math.ceil(tilesHere * perTile * share);
  const mergePasses = tiles * merges;
  // Into the merger and back out of it.
  const merging = (splitK > 1 ? 2 : 0) + (pooling === "parallel" ? 2 : 0);
  const depth = startPasses + (pooling === "serial" ? layer.window : 1) * summing + merging + requantization;
  const exactRows = tilesHere * Math.ceil(groups / pipe.slots) * 2 ** g;
  const rows = Math.max(leastRows, 2 ** Math.ceil(Math.log2(exactRows)));
  const pipes = tilePipes * replicas;
  const busiest = Math.max(pipePasses, mergePasses === 0 ? 0 : mergePasses / mergers);
  return {
    ...way,
    pipes,
    rows,
    sramBytes: pipes * rows * pipe.slots * pipe.lanes * 4,
    storeBits: layer.inputs * layer.planes,
    passes: tiles * perTile + mergePasses,
    pipePasses,
    mergePasses,
    depth,
    latencyNs: Math.max((busiest / pipe.passesPerSecond) * 1e9, depth * pipe.passNs),
  };
}

/**
 * The ways to compute a layer that could be part of a best plan: none of them is matched by another that takes no more
 * pipes, rows, passes and time.
 */
export function layerOptions(
  layer: FabricLayer,
  pipe: PipeModel,
  mostPipes: number,
  mergers: number,
): LayerOption[] {
  const tiles = Math.ceil(layer.outputs / pipe.lanes);
  const kernels: [FabricKernel, number][] = keyWidths.map((g) => ["bit-serial", g]);
  kernels.push(["shift-add", 1]);
  const found: LayerOption[] = [];
  for (const [kernel, g] of kernels)
    for (const tilePipes of pipeCounts(Math.min(tiles, mostPipes)))
      for (const replicas of pipeCounts(
        Math.min(Math.ceil(layer.positions / layer.window), Math.floor(mostPipes / tilePipes)),
      ))
        for (const splitK of mergers > 0 ? splits : [1])
          for (const pooling of layer.window > 1
            ? (["serial", "parallel"] as const)
            : (["serial"] as const)) {
            if (splitK > 1 && splitK * pipe.slots * g > 2 * layer.reduction) continue;
            const option = layerOption(layer, pipe, mergers, {
              kernel,
              g,
              tilePipes,
              replicas,
              splitK,
              pooling,
            });
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
