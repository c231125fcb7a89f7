import { Random } from "@matchmul/common";
import { afterAll, describe, expect, it } from "vitest";
import {
  type LinearProgram,
  LinearProgramBuilder,
  makeSolver,
  type SolveProgress,
  solverNames,
} from "../../src/solver/index.js";
import { verifiedValues } from "../../src/solver/verify.js";

const limit = { timeLimitMs: 20_000 };
const infinity = Number.POSITIVE_INFINITY;

/** A knapsack with several constraints: `n` items. */
function knapsack(n: number, rows: number, seed: number): LinearProgram {
  const random = new Random(seed);
  const builder = new LinearProgramBuilder("knapsack");
  const items = Array.from({ length: n }, () => builder.binary(-random.integer(50, 150)));
  for (let r = 0; r < rows; r++) {
    const sizes = items.map((i): [number, number] => [i, random.integer(20, 110)]);
    builder.row(sizes, { upper: Math.floor(sizes.reduce((s, [, c]) => s + c, 0) / 2) });
  }
  return builder.build();
}

/** The best objective by trying everything. */
function bruteForce({ variables, rows }: LinearProgram): number | undefined {
  let best: number | undefined;
  const values = variables.map((v) => v.lower);
  const walk = (i: number): void => {
    if (i === values.length) {
      const ok = rows.every(({ terms, lower, upper }) => {
        const sum = terms.reduce((s, [v, c]) => s + c * values[v], 0);
        return sum >= lower && sum <= upper;
      });
      const objective = values.reduce((s, v, j) => s + v * variables[j].cost, 0);
      if (ok && (best === undefined || objective < best)) best = objective;
      return;
    }
    for (let v = variables[i].lower; v <= variables[i].upper; v++) {
      values[i] = v;
      walk(i + 1);
    }
  };
  walk(0);
  return best;
}

describe.each(solverNames)("%s", (name) => {
  const solver = makeSolver(name);
  afterAll(() => solver.close());

  it("finds what trying everything finds", async () => {
    const random = new Random(7);
    let infeasible = 0;
    for (let i = 0; i < 25; i++) {
      const builder = new LinearProgramBuilder(`small ${i}`);
      const n = random.integer(2, 6);
      const x = Array.from({ length: n }, () => {
        const lower = random.integer(-2, 1);
        return builder.variable(lower, lower + random.integer(0, 3), { cost: random.integer(-5, 5) });
      });
      for (let r = random.integer(1, 4); r > 0; r--) {
        const terms = x.map((v): [number, number] => [v, random.integer(-3, 4)]);
        const lower = random.integer(-4, 6);
        builder.row(terms, { lower, upper: random.next() < 0.3 ? lower : lower + random.integer(0, 4) });
      }
      const program = builder.build();
      const expected = bruteForce(program);
      const result = await solver.solve(program, limit);
      if (expected === undefined) {
        infeasible++;
        expect(result.status).toBe("infeasible");
      } else expect(result).toMatchObject({ status: "optimal", objective: expected, bound: expected });
    }
    expect(infeasible).toBeGreaterThan(2);
  });

  it("keeps bounds of 0-1 variables, and adds up terms of one variable", async () => {
    const builder = new LinearProgramBuilder("bounds");
    const fixed = builder.variable(0, 0, { cost: -1 });
    const free = builder.variable(0, 1, { cost: -1 });
    builder.row(
      [
        [free, 1],
        [free, 1],
        [fixed, 1],
      ],
      { upper: 2 },
    );
    const result = await solver.solve(builder.build(), limit);
    expect([...result.values!]).toEqual([0, 1]);
  });

  it("solves programs without integers, without objective, and with empty rows", async () => {
    const builder = new LinearProgramBuilder("plain");
    const x = builder.variable(0, infinity, { integer: false, cost: 1 });
    builder.row([[x, 2]], { lower: 3 });
    builder.row([], { upper: 1 });
    expect(await solver.solve(builder.build(), limit)).toMatchObject({ status: "optimal", objective: 1.5 });

    const feasibility = new LinearProgramBuilder("feasibility");
    const y = feasibility.variable(0, 9);
    feasibility.row([[y, 3]], { lower: 4, upper: 8 });
    const found = await solver.solve(feasibility.build(), limit);
    expect([...found.values!]).toEqual([2]);

    feasibility.row([], { lower: 1 });
    expect((await solver.solve(feasibility.build(), limit)).status).toBe("infeasible");
  });

  it("does not call an unbounded program solved", async () => {
    const builder = new LinearProgramBuilder("unbounded");
    const x = builder.variable(0, infinity, { cost: -1 });
    const y = builder.variable(0, infinity);
    builder.row(
      [
        [x, 1],
        [y, -1],
      ],
      { upper: 2 },
    );
    const result = await solver.solve(builder.build(), limit);
    expect(["unbounded", "undecided"]).toContain(result.status);
    expect(result.values).toBeUndefined();
  });

  it("never takes a time-out for a solution", async () => {
    // An equality that is hard to meet: a subset of given sum.
    const builder = new LinearProgramBuilder("subset sum");
    const random = new Random(3);
    const x = Array.from({ length: 120 }, () => builder.binary(1));
    for (let r = 0; r < 6; r++)
      builder.row(
        x.map((v): [number, number] => [v, random.integer(100_000, 900_000)]),
        { lower: 12_345_677 + r, upper: 12_345_677 + r },
      );
    const result = await solver.solve(builder.build(), { timeLimitMs: 300 });
    expect(["undecided", "infeasible"]).toContain(result.status);
    expect(result.values).toBeUndefined();
  });

  it("returns the incumbent with its bound when the time is up, and shows both while it works", async () => {
    const seen: SolveProgress[] = [];
    const program = knapsack(90, 12, 5);
    const result = await solver.solve(program, { timeLimitMs: 3000, onProgress: (p) => seen.push(p) });
    expect(["feasible", "optimal"]).toContain(result.status);
    expect(verifiedValues(program, result.values!)).toBeDefined();
    // On a busy machine the time can be up before the solver has told its first bound.
    if (result.bound !== undefined) expect(result.objective!).toBeGreaterThanOrEqual(result.bound);
    expect(seen.some((p) => p.incumbent !== undefined)).toBe(true);
    for (const p of seen)
      if (p.incumbent !== undefined && p.bound !== undefined)
        expect(p.incumbent).toBeGreaterThanOrEqual(p.bound - 1e-6);
  });

  it("stops at once when it is cancelled, and works again after", async () => {
    const controller = new AbortController();
    const running = solver.solve(knapsack(400, 40, 9), { timeLimitMs: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(), 200);
    expect((await running).status).toBe("cancelled");
    expect((await solver.solve(knapsack(5, 1, 1), limit)).status).toBe("optimal");
    expect((await solver.solve(knapsack(5, 1, 1), { ...limit, signal: controller.signal })).status).toBe(
      "cancelled",
    );
  });

  it("gives the same solution each time", async () => {
    const program = knapsack(25, 5, 2);
    const first = await solver.solve(program, limit);
    const second = await solver.solve(program, limit);
    expect([...second.values!]).toEqual([...first.values!]);
  });
});

describe("verifiedValues", () => {
  const program = knapsack(3, 1, 1);
  it("refuses values that break a row, a bound or integrality, and missing ones", () => {
    expect(verifiedValues(program, [0, 0, 0])).toEqual(new Float64Array(3));
    expect(verifiedValues(program, [1, 1, 1])).toBeUndefined();
    expect(verifiedValues(program, [0.5, 0, 0])).toBeUndefined();
    expect(verifiedValues(program, [-1, 0, 0])).toBeUndefined();
    expect(verifiedValues(program, [0, 0])).toBeUndefined();
  });
});
