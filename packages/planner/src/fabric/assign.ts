import type { Cluster } from "./network.js";
import type { LayerOption } from "./types.js";

/** A pipe of a cluster's switch: [switch number, pipe number]. */
export type PipeAt = readonly [number, number];

/**
 * Puts layers on pipes: those with most rows first, each on the pipes with least room that still have enough, on
 * switches that already hold a neighbour of the layer where there are such. Rows are powers of two, so what is left of a
 * pipe is always enough for whole layers to come.
 *
 * @param inOrder one layer after the other instead
 * @returns pipes by layer, or undefined where a layer finds too few pipes with room
 */
export function assignPipes(
  options: readonly LayerOption[],
  cluster: Cluster,
  pipesPerSwitch: number,
  rows: number,
  storeBits: number,
  mergers: number,
  inOrder = false,
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
  const order = [...options.keys()];
  if (!inOrder)
    order.sort((a, b) => options[b].rows - options[a].rows || options[b].pipes - options[a].pipes || a - b);
  for (const l of order) {
    const option = options[l];
    const near = new Set([...(layers[l - 1] ?? []), ...(layers[l + 1] ?? [])].map(([s]) => s));
    const fitting = free
      .filter((f) => f.rows >= option.rows && f.store >= option.storeBits)
      .sort((a, b) => Number(near.has(b.at[0])) - Number(near.has(a.at[0])) || b.rows - a.rows);
    if (fitting.length < option.pipes) return undefined;
    for (const f of fitting.slice(0, option.pipes)) {
      f.rows -= option.rows;
      f.store -= option.storeBits;
      layers[l].push(f.at);
    }
    layers[l].sort((a, b) => cluster.switches.indexOf(a[0]) - cluster.switches.indexOf(b[0]) || a[1] - b[1]);
  }
  return { layers, mergers: merging };
}

/** Longest way from any of some pipes to any of others. */
export function widestWay(from: readonly PipeAt[], to: readonly PipeAt[], cluster: Cluster): number {
  let widest = 0;
  for (const a of new Set(from.map(([s]) => s)))
    for (const b of new Set(to.map(([s]) => s))) widest = Math.max(widest, cluster.distance(a, b));
  return widest;
}
