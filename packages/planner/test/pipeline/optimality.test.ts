import { Random } from "@matchmul/common";
import { afterAll, describe, expect, it } from "vitest";
import { boundsOf } from "../../src/pipeline/bounds.js";
import { FeasibilityProgram } from "../../src/pipeline/ilp.js";
import { measuresOf } from "../../src/pipeline/measures.js";
import { placePipeline } from "../../src/pipeline/place.js";
import { problemOf } from "../../src/pipeline/problem.js";
import { StageState } from "../../src/pipeline/stage-state.js";
import { tightenWindows } from "../../src/pipeline/windows.js";
import { makeSolver, solverNames } from "../../src/solver/index.js";
import { bruteForce, tinyProfile, tinyProgram } from "./tiny.js";

const stages = 4;
const instances = Array.from({ length: 80 }, (_, seed) => {
  const random = new Random(seed + 1);
  const program = tinyProgram(random, random.integer(3, 6));
  const profile = tinyProfile(stages, random);
  return { seed, program, profile, optimum: bruteForce(program, profile) };
});
const solvable = instances.filter((i) => i.optimum !== undefined);

describe("against all placements of tiny programs", () => {
  it("there are enough of each sort to mean something", () => {
    expect(solvable.length).toBeGreaterThan(30);
    expect(instances.length - solvable.length).toBeGreaterThan(2);
    expect(solvable.filter((i) => i.optimum! >= 3).length).toBeGreaterThan(12);
  });

  it("the result is the optimum, or a refusal where nothing fits", async () => {
    for (const { seed, program, profile, optimum } of instances) {
      const result = await placePipeline(program, profile).catch((cause: { code: string }) => cause.code);
      if (optimum === undefined) expect(result, `seed ${seed}`).toBe("does-not-fit");
      else
        expect(result, `seed ${seed}`).toMatchObject({
          stagesUsed: optimum,
          bound: optimum,
          optimal: true,
          gap: 0,
        });
    }
  });

  it("the bound and the windows leave every optimum possible", () => {
    for (const { seed, program, profile, optimum } of solvable) {
      const problem = problemOf(program, profile);
      const bounds = boundsOf(problem);
      expect(bounds.stages, `seed ${seed}`).toBeLessThanOrEqual(optimum!);
      const measures = measuresOf(problem, bounds.spans, true);
      for (let n = optimum!; n <= stages; n++)
        expect(tightenWindows(problem, bounds, measures, n, true), `seed ${seed}`).toBeDefined();
    }
  });

  describe.each(solverNames)("%s", (name) => {
    const solver = makeSolver(name);
    afterAll(() => solver.close());
    it("decides every number of stages as trying everything does", async () => {
      for (const { seed, program, profile, optimum } of instances) {
        const problem = problemOf(program, profile);
        // Without the lower bound's help, and without tables that exclude each other (their limits come later).
        const empty = new StageState(problem);
        if (program.exclusive !== undefined) continue;
        if (problem.tables.some((t) => empty.mostUnits(t, t.units) === 0)) continue;
        const bounds = boundsOf(problem);
        const free = { ...bounds, heads: bounds.heads.map(() => 0), tails: bounds.tails.map(() => 0) };
        for (
          let n = Math.max(1, (optimum ?? stages + 1) - 1);
          n <= Math.min(stages, optimum ?? stages);
          n++
        ) {
          const windows = tightenWindows(problem, free, [], n, false);
          if (windows === undefined) {
            expect(optimum === undefined || n < optimum, `seed ${seed}`).toBe(true);
            continue;
          }
          const model = new FeasibilityProgram(problem, windows);
          const { status } = await solver.solve(model.program, { timeLimitMs: 20_000 });
          const expected = optimum !== undefined && n >= optimum ? "optimal" : "infeasible";
          expect(status, `seed ${seed} in ${n} stages`).toBe(expected);
        }
      }
    });
  });
});
