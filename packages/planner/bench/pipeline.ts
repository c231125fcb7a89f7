/**
 * Quality and speed of the pipeline level, over generated programs: `npm run bench -w packages/planner`.
 * Wall time is of a machine that may do other work; processor time (all threads) is not, or less.
 * Options: --count N (programs of 20 to 120 tables, default 200), --time-limit SECONDS (default 20),
 * --solver glpk|highs|auto, --verbose (one line for each program that is not optimal).
 */
import { parseArgs } from "node:util";
import { type HardwareProfile, loadProfile } from "@matchmul/profiles";
import { generatePipeline } from "../src/pipeline/generate.js";
import { placePipeline } from "../src/pipeline/place.js";
import type { PipelinePlacement } from "../src/pipeline/types.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200" },
    "time-limit": { type: "string", default: "20" },
    solver: { type: "string", default: "auto" },
    verbose: { type: "boolean", default: false },
  },
});
const timeLimitMs = 1000 * Number(values["time-limit"]);
const solver = values.solver as "auto" | "glpk" | "highs";

const tofino2 = loadProfile("tofino2");
/** Tofino 2's stages, as many as a program takes: its length is what is measured. */
const profile: HardwareProfile = { ...tofino2, pipeline: { ...tofino2.pipeline!, stages: 300 } };

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}

async function run(
  title: string,
  sizes: { tables: number; seed: number; families?: number }[],
): Promise<void> {
  const results: PipelinePlacement[] = [];
  const cpu: number[] = [];
  for (const options of sizes) {
    const before = process.cpuUsage();
    const placement = await placePipeline(generatePipeline(options), profile, { timeLimitMs, solver });
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
    results.push(placement);
    const { stagesUsed, bound, baseline, statistics } = placement;
    if (values.verbose && !placement.optimal)
      console.log(
        `  ${placement.program}: ${stagesUsed} stages, at least ${bound}, first fit ${baseline.stagesUsed}, ${statistics.nodes} nodes, ${statistics.timeMs.toFixed(0)} ms`,
      );
  }
  const optimal = results.filter((r) => r.optimal).length;
  const times = results.map((r) => r.statistics.timeMs);
  const better = results.filter((r) => r.stagesUsed < r.baseline.stagesUsed).length;
  const by = (how: string) => results.filter((r) => r.statistics.solvedBy === how && r.optimal).length;
  const saved = results.reduce((sum, r) => sum + r.baseline.stagesUsed - r.stagesUsed, 0) / results.length;
  console.log(
    [
      `${title}:`,
      `  ${optimal} of ${results.length} at the bound (${((100 * optimal) / results.length).toFixed(1)} %): ${by("bound")} by list schedules, ${by("ilp")} by integer programs, ${by("list-schedule")} by a bound raised to them; largest gap ${Math.max(...results.map((r) => r.stagesUsed - r.bound))} stages`,
      `  better than first fit on ${better}, by ${saved.toFixed(2)} stages on average`,
      `  time: median ${median(times).toFixed(0)} ms, largest ${Math.max(...times).toFixed(0)} ms; of the processors: median ${median(cpu).toFixed(0)} ms, largest ${Math.max(...cpu).toFixed(0)} ms`,
    ].join("\n"),
  );
}

const seeds = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
await run(
  `${values.count} programs of 20 to 120 tables`,
  seeds(Number(values.count)).map((seed) => ({ tables: 20 + ((seed * 37) % 101), seed })),
);
await run(
  "programs of 120 tables",
  seeds(15).map((seed) => ({ tables: 120, seed: 1000 + seed })),
);
await run(
  "programs of 600 tables",
  seeds(7).map((seed) => ({ tables: 600, seed: 2000 + seed })),
);
await run(
  "programs of 600 tables, mostly families of equal ones",
  seeds(7).map((seed) => ({ tables: 600, seed: 3000 + seed, families: 0.9 })),
);
