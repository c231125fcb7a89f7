import type { Cluster } from "./network.js";
import type { LayerOption } from "./types.js";

/** A pipe of a cluster's switch: [switch number, pipe number]. */
export type PipeAt = readonly [number, number];

/**
 * Which layer is put on pipes first: the next one, the one with most rows, or the one that merges most; "local" is as
 * "rows", with layers that merge beside mergers.
 */
export type AssignOrder = "layers" | "rows" | "merging" | "local";

/**
 * Puts layers on pipes, one after the other, each on switches that hold a neighbour of it where there are such; ordered
 * by merging or local, a layer that merges prefers switches with a merger. Rows are powers of two, so what is left of a pipe is
 * always enough for whole layers to come.
 *
 * @param entrance switch where requests enter
 * @returns pipes by layer, or undefined where a layer finds too few pipes with room
 */
export function assignPipes(
  options: readonly LayerOption[],
  cluster: Cluster,
  pipesPerSwitch: number,
  rows: number,
  storeBits: number,
  mergers: number,
  by: AssignOrder = "rows",
  entrance?: number,
): { layers: PipeAt[][]; mergers: PipeAt[] } | undefined {
  const pipes = cluster.switches.flatMap((s) =>
    Array.from({ length: pipesPerSwitch }, (_, p): PipeAt => [s, p]),
  );
  // Mergers are spread over the switches, from the last pipe of each.
  const merging: PipeAt[] = [];
  for (let p = pipesPerSwitch - 1; p >= 0 && merging.length < mergers; p--)
    for (const s of cluster.switches) if (merging.length < mergers) merging.push([s, p]);
  const taken = new Set(merging.map(String));
  const free = pipes.filter((p) => !taken.has(String(p))).map((at) => ({ at, rows, store: storeBits }));
  const layers: PipeAt[][] = options.map(() => []);
  const withMerger = new Set(merging.map(([s]) => s));
  const order = [...options.keys()];
  const size = (l: number) => [options[l].rows, options[l].pipes] as const;
  if (by !== "layers")
    order.sort(
      (a, b) =>
        (by === "merging" ? options[b].mergePasses - options[a].mergePasses : 0) ||
        size(b)[0] - size(a)[0] ||
        size(b)[1] - size(a)[1] ||
        a - b,
    );
  for (const l of order) {
    const option = options[l];
    const near = new Set([...(layers[l - 1] ?? []), ...(layers[l + 1] ?? [])].map(([s]) => s));
    // What comes before the first layer is the request.
    if (l === 0 && entrance !== undefined) near.add(entrance);
    const merges = (by === "merging" || by === "local") && option.mergePasses > 0;
    const fitting = free
      .filter((f) => f.rows >= option.rows && f.store >= option.storeBits)
      .map((f) => ({
        f,
        local: Number(merges && withMerger.has(f.at[0])),
        near: Number(near.has(f.at[0])),
        room: by === "merging" ? -f.rows : f.rows,
      }))
      .sort((a, b) => b.local - a.local || b.near - a.near || b.room - a.room);
    if (fitting.length < option.pipes) return undefined;
    for (const { f } of merges ? dealt(fitting, option.pipes) : fitting.slice(0, option.pipes)) {
      f.rows -= option.rows;
      f.store -= option.storeBits;
      layers[l].push(f.at);
    }
    layers[l].sort((a, b) => cluster.switches.indexOf(a[0]) - cluster.switches.indexOf(b[0]) || a[1] - b[1]);
  }
  return { layers, mergers: merging };
}

/** The first of some pipes in their order, but of equally local ones one from each switch in turn. */
function dealt<T extends { f: { at: PipeAt }; local: number }>(fitting: readonly T[], count: number): T[] {
  const seen = new Map<number, number>();
  const turns = fitting.map((pipe) => {
    const turn = seen.get(pipe.f.at[0]) ?? 0;
    seen.set(pipe.f.at[0], turn + 1);
    return { pipe, turn };
  });
  turns.sort((a, b) => b.pipe.local - a.pipe.local || (a.pipe.local === 1 ? a.turn - b.turn : 0));
  return turns.slice(0, count).map(({ pipe }) => pipe);
}

/** Longest way from any of some pipes to any of others. */
export function widestWay(from: readonly PipeAt[], to: readonly PipeAt[], cluster: Cluster): number {
  let widest = 0;
  for (const a of new Set(from.map(([s]) => s)))
    for (const b of new Set(to.map(([s]) => s))) widest = Math.max(widest, cluster.distance(a, b));
  return widest;
}
