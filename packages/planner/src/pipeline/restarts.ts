import { Random } from "@matchmul/common";
import type { Bounds } from "./bounds.js";
import { ListScheduler, type Scheduled, type SplitRule, stagesOf } from "./list-schedule.js";
import type { Problem } from "./problem.js";

/** What a search over list schedules found. */
export interface SearchResult {
  best: Scheduled;
  restarts: number;
}

const rules: readonly SplitRule[] = ["fill", "pack", "eager", "pack", "needed"];
/** Schedules of one start, unless it gets better, before the next start. */
const patience = 60;
/** Stages beyond the wanted number that a schedule may run to, so that it shows which tables come late. */
const overrun = 4;

/**
 * List schedules with priorities that learn: a schedule that takes too many stages names the tables that came too
 * late; their priority rises, some others change by chance, and what makes them less late is kept. After some rounds
 * without progress it starts over from other priorities; every second start works from the last stage to the first.
 * Seeded, so that it always does the same.
 *
 * @param between called before each schedule; false ends the search
 */
export async function searchSchedules(
  problem: Problem,
  bounds: Bounds,
  baseline: Scheduled,
  restarts: number,
  between: (best: Scheduled) => boolean | Promise<boolean> = () => true,
): Promise<SearchResult> {
  const random = new Random(restarts);
  const forward = new ListScheduler(problem);
  const backward = new ListScheduler(reversed(problem));
  const { heads, tails, spans, sizes } = bounds;
  const n = problem.tables.length;
  let best = baseline;
  let done = 0;
  for (let start = 0; done < restarts; start++) {
    const backwards = start % 2 === 1;
    const after = backwards ? heads : tails;
    const rule = rules[(start >> 1) % rules.length];
    const sizeWeight = start < 2 ? 0.5 : 2.5 * random.next();
    const noise = start < 2 ? 0 : 2 * random.next();
    let kept = Float64Array.from(
      sizes,
      (size, t) => after[t] + spans[t] + sizeWeight * size + noise * random.next(),
    );
    let keptLateness = Number.POSITIVE_INFINITY;
    let late: number[] = [];
    for (let idle = 0; idle < patience && done < restarts; idle++) {
      if (best.stages === bounds.stages || !(await between(best))) return { best, restarts: done };
      done++;
      const wanted = best.stages - 1;
      const priority = kept.slice();
      if (keptLateness < Number.POSITIVE_INFINITY) {
        for (const t of late) if (random.next() < 0.5) priority[t] += 1.5 * random.next();
        for (let i = random.integer(0, 2); i > 0; i--)
          priority[random.integer(0, n - 1)] += 4 * random.next() - 2;
      }
      const found = (backwards ? backward : forward).schedule(priority, wanted + overrun, rule);
      if (found !== undefined && found.stages <= wanted) {
        best = backwards ? flipped(found) : found;
        idle = 0;
        keptLateness = Number.POSITIVE_INFINITY;
        kept = priority;
        continue;
      }
      if (found === undefined) {
        if (keptLateness === Number.POSITIVE_INFINITY) break;
        continue;
      }
      let lateness = 0;
      const lateNow: number[] = [];
      found.schedule.forEach((parts, t) => {
        const stages = parts.at(-1)![0] - (wanted - 1 - after[t]);
        if (stages <= 0) return;
        lateness += stages * (0.1 + sizes[t]);
        lateNow.push(t);
      });
      if (lateness > keptLateness) continue;
      if (lateness < keptLateness - 1e-9) idle = 0;
      keptLateness = lateness;
      kept = priority;
      late = lateNow;
    }
  }
  return { best, restarts: done };
}

/** The same problem with time running backwards. */
function reversed(problem: Problem): Problem {
  const turn = (edges: Problem["edges"]) => edges.map(({ from, to, gap }) => ({ from: to, to: from, gap }));
  return {
    ...problem,
    edges: turn(problem.edges),
    predecessors: problem.successors.map(turn),
    successors: problem.predecessors.map(turn),
    order: [...problem.order].reverse(),
  };
}

/** A schedule of the reversed problem as one of the problem. */
function flipped({ schedule, stages }: Scheduled): Scheduled {
  const turned = schedule.map((parts) =>
    parts.map(([stage, units]): [number, number] => [stages - 1 - stage, units]).reverse(),
  );
  return { schedule: turned, stages: stagesOf(turned) };
}
