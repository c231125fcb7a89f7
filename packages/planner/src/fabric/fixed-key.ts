import { shapeOf } from "./layers.js";
import { isWay, layerOption, layerOptions } from "./options.js";
import type { FabricLayer, LayerOption, PipeModel } from "./types.js";

/**
 * The options of a layer, all of them or those of one key width.
 * @param g activations of a key, where they are given
 */
export function optionsOf(
  layer: FabricLayer,
  pipe: PipeModel,
  mostPipes: number,
  mergers: number,
  g?: number,
): LayerOption[] {
  if (g === undefined) return layerOptions(layer, pipe, mostPipes, mergers);
  const tiles = Math.ceil(layer.outputs / pipe.lanes);
  const shape = shapeOf(layer);
  const positions = shape.windows?.length ?? layer.positions;
  const poolings =
    shape.windows !== null && mergers > 0 ? (["serial", "parallel"] as const) : (["serial"] as const);
  const found: LayerOption[] = [];
  for (const tilePipes of counts(Math.min(tiles, mostPipes)))
    for (const replicas of counts(Math.min(positions, Math.floor(mostPipes / tilePipes))))
      for (let splitK = 1; splitK <= (mergers > 0 ? 64 : 1); splitK *= 2)
        for (const pooling of poolings) {
          const way = { kernel: "bit-serial", g, tilePipes, replicas, splitK, pooling } as const;
          if (!isWay(shape, way, pipe)) continue;
          const option = layerOption(layer, pipe, mergers, way);
          if (option.rows <= pipe.rows && option.storeBits <= pipe.storeBits) found.push(option);
        }
  return found;
}

/** Powers of two, what lies half way between, and the most. */
function counts(most: number): number[] {
  const all = new Set([1, most]);
  for (let n = 2; n <= most; n *= 2) all.add(n).add(Math.min(most, n + n / 2));
  return [...all].filter((n) => n >= 1 && n <= most).sort((a, b) => a - b);
}
