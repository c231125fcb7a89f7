import type { Random } from "@matchmul/common";
import type { Topology } from "@matchmul/profiles";
import type { FabricPlan, LayerOption, PipeName } from "../../src/fabric/types.js";
import type { ServeLayer } from "../../src/serving/chain.js";

type Way = Partial<Pick<LayerOption, "g" | "tilePipes" | "replicas" | "splitK" | "pooling">>;

/** A plan with only what lowering reads. */
export function planOf(
  layers: readonly ServeLayer[],
  topology: Topology,
  ways: { way: Way; pipes: PipeName[] }[],
  mergers: PipeName[] = [],
): FabricPlan {
  const planned = layers.map(({ name }, l) => {
    const { way, pipes } = ways[l];
    const option = {
      kernel: "bit-serial",
      g: 4,
      tilePipes: 1,
      replicas: 1,
      splitK: 1,
      pooling: "serial",
      ...way,
    };
    return { name, option: option as LayerOption, pipes, linkNs: 0 };
  });
  return { topology: topology.name, layers: planned, mergers } as unknown as FabricPlan;
}

/** Layers on random pipes of a topology, in random ways. */
export function randomPlan(
  random: Random,
  layers: readonly ServeLayer[],
  topology: Topology,
  pipesOf: (name: string) => number,
  merging: boolean,
): FabricPlan {
  const all = topology.switches.flatMap((s) =>
    Array.from({ length: pipesOf(s.name) }, (_, pipe): PipeName => ({ switch: s.name, pipe })),
  );
  const shuffled = <T>(items: T[]): T[] => {
    const left = [...items];
    return items.map(() => left.splice(random.integer(0, left.length - 1), 1)[0]);
  };
  const mergers = merging ? shuffled(all).slice(0, random.integer(1, 2)) : [];
  const free = all.filter((p) => !mergers.includes(p));
  const ways = layers.map((layer) => {
    const tiles = Math.ceil(layer.outputs / 32);
    const tilePipes = random.integer(1, Math.min(tiles, free.length, 3));
    const positions = layer.pooled[0] * layer.pooled[1];
    const replicas = random.integer(1, Math.min(positions, Math.floor(free.length / tilePipes), 3));
    // A layer whose sums and maxima are merged needs two mergers.
    const splits = (layer.windows === null ? merging : mergers.length > 1) && random.next() < 0.5;
    const way: Way = {
      g: [2, 4, 8][random.integer(0, 2)],
      tilePipes,
      replicas,
      splitK: splits ? random.integer(2, 4) : 1,
      pooling: merging && layer.windows !== null && (splits || random.next() < 0.5) ? "parallel" : "serial",
    };
    return { way, pipes: shuffled(free).slice(0, tilePipes * replicas) };
  });
  return planOf(layers, topology, ways, mergers);
}
