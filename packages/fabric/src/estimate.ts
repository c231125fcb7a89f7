import { ServeKind, type ServeNetwork } from "@matchmul/planner";
import type { Wiring } from "./wiring.js";

/** Steps of a layer's tasks on a pipe, at most: the sequencer's entries for its workers. */
function stepsOf(pipe: ServeNetwork["pipes"][number], layer: number): number {
  return pipe.program === "tile"
    ? pipe.sequencer.filter((e) => e.kind === ServeKind.work && e.layer === layer).length
    : 0;
}

/** About how many passes of one request each pipe makes; enough to share them out. */
export function passesOf(network: ServeNetwork): number[] {
  return network.pipes.map((pipe) => {
    if (pipe.program !== "tile") return 0;
    const tasks = new Map<number, number>();
    for (const { layer } of pipe.tasks) tasks.set(layer, (tasks.get(layer) ?? 0) + 1);
    return [...tasks].reduce((sum, [layer, count]) => sum + count * stepsOf(pipe, layer), 0);
  });
}

/**
 * A time in which a request should be answered, before any was: all passes of every pipe one after the other, by the
 * pipe's rate, and those of each layer's longest worker by the time of a pass, four times over.
 */
export function firstTimeout(network: ServeNetwork, wiring: Wiring, concurrency: number): number {
  let latency = 2 * Math.max(0, ...wiring.hosts.map((h) => h.hostNs));
  const passes = passesOf(network);
  const busy = passes.map((count, p) => {
    const channels = wiring.channels.filter((c) => c.toPipe === p && c.kind === "loopback");
    const perPass =
      1600 /
      Math.max(
        1e-9,
        channels.reduce((sum, c) => sum + c.gbps, 0),
      );
    return count * Math.max(perPass, wiring.pipes[p].intervalNs) * concurrency;
  });
  latency += busy.reduce((sum, ns) => sum + ns, 0);
  network.layers.forEach((_, layer) => {
    const longest = network.pipes.map((pipe, p) => {
      const { throughNs, recirculationNs } = wiring.pipes[p];
      // A worker's way through its layer, and the way to the next one.
      return (stepsOf(pipe, layer) + 20) * (throughNs + recirculationNs) * workersInARow(pipe, layer);
    });
    latency += Math.max(0, ...longest);
  });
  return 4 * latency;
}

/** Tasks that a worker of the layer does one after the other. */
function workersInARow(pipe: ServeNetwork["pipes"][number], layer: number): number {
  if (pipe.program !== "tile") return 0;
  const tasks = pipe.tasks.filter((t) => t.layer === layer).length;
  const next = pipe.tasks.filter(
    (t) => t.layer === layer && (t.send ?? t.merge ?? { task: 0 }).task !== 0,
  ).length;
  return tasks === 0 ? 0 : Math.ceil(tasks / Math.max(1, tasks - next));
}
