import { LinearProgramBuilder, type SolveProgress, type Solver, type Term } from "../solver/index.js";
import type { LayerOption, Objective } from "./types.js";

/** What a choice of options has to fit. */
export interface Capacity {
  /** Pipes for lookup tables, and rows of each. */
  pipes: number;
  rows: number;
  /** Pipes of a switch. */
  pipesPerSwitch: number;
  /** Least way from one layer to the next when one of them needs so many switches. */
  linkNs: (switches: number) => number;
}

export interface Choice {
  options: LayerOption[];
  value: number;
  /** No choice has a smaller value. */
  bound: number;
  nodes: number;
  variables: number;
}

/** Cost of one option by itself, in the objective's unit. */
export function optionValue(option: LayerOption, objective: Objective): number {
  if (objective === "latency") return option.latencyNs;
  return objective === "memory" ? option.sramBytes : option.passes;
}

/**
 * One option for each layer, all within the capacity, of least value: a multiple-choice knapsack, with the way from
 * each layer to the next added for latency. Undefined: nothing fits, or (`undecided`) time ran out.
 */
export async function chooseOptions(
  layers: readonly (readonly LayerOption[])[],
  objective: Objective,
  capacity: Capacity,
  solver: Solver,
  timeLimitMs: number,
  signal?: AbortSignal,
  onProgress?: (progress: SolveProgress) => void,
): Promise<Choice | "infeasible" | "undecided" | "cancelled"> {
  const build = new LinearProgramBuilder("fabric");
  const scale = Math.max(1, ...layers.flat().map((o) => optionValue(o, objective))) / 1000;
  const chosen = layers.map((options) =>
    options.map((o) => (o.pipes <= capacity.pipes ? build.binary(optionValue(o, objective) / scale) : -1)),
  );
  const open = (l: number) =>
    layers[l].flatMap((option, i) => (chosen[l][i] < 0 ? [] : [{ option, x: chosen[l][i] }]));
  const rows: Term[] = [];
  for (const l of layers.keys()) {
    build.row(
      open(l).map(({ x }): Term => [x, 1]),
      { lower: 1, upper: 1 },
    );
    for (const { option, x } of open(l)) rows.push([x, (option.pipes * option.rows) / capacity.rows]);
  }
  build.row(rows, { upper: capacity.pipes });
  // A pipe that one layer fills holds no other.
  for (const l of layers.keys()) {
    const filled = [...layers.keys()].flatMap((other) =>
      open(other).flatMap(({ option, x }): Term[] =>
        other === l || option.rows === capacity.rows ? [[x, option.pipes]] : [],
      ),
    );
    build.row(filled, { upper: capacity.pipes });
  }
  if (objective === "latency")
    for (let l = 0; l + 1 < layers.length; l++) {
      const link = build.variable(0, Number.POSITIVE_INFINITY, { integer: false, cost: 1 });
      for (const end of [l, l + 1]) {
        const ways = open(end).map(({ option, x }): Term => {
          return [x, -capacity.linkNs(Math.ceil(option.pipes / capacity.pipesPerSwitch)) / scale];
        });
        build.row([[link, 1], ...ways], { lower: 0 });
      }
    }
  const program = build.build();
  const result = await solver.solve(program, {
    timeLimitMs,
    signal,
    gap: 1e-6,
    onProgress: ({ incumbent, bound, nodes }) =>
      onProgress?.({ incumbent: incumbent && incumbent * scale, bound: bound && bound * scale, nodes }),
  });
  if (result.status === "cancelled" || result.status === "infeasible") return result.status;
  if (result.values === undefined) return "undecided";
  const { values } = result;
  return {
    options: layers.map((options, l) => options[chosen[l].findIndex((x) => x >= 0 && values[x] === 1)]),
    value: result.objective! * scale,
    bound: (result.bound ?? 0) * scale * (1 - 1e-6),
    nodes: result.nodes,
    variables: program.variables.length,
  };
}
