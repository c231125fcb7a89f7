/**
 * glpk.js in a thread: takes { program, timeLimitMs, gap }, posts { progress } while it works and one { end }.
 * The library reports neither bound nor nodes, and a time-out without a solution has the status of an optimum with
 * all variables 0; so its log, which it writes with console.log, decides how a solve ended.
 */
import { parentPort } from "node:worker_threads";

let onLine = (_line) => {};
// The library binds console.log when it is loaded, so ours has to be there before.
console.log = (...parts) => {
  for (const line of parts.join(" ").split("\n")) onLine(line);
};
const { default: load } = await import("glpk.js/node");
const glpk = await load();

/** Bounds in the library's form. */
function bounds(lower, upper) {
  const type =
    lower === upper
      ? glpk.GLP_FX
      : Number.isFinite(lower)
        ? Number.isFinite(upper)
          ? glpk.GLP_DB
          : glpk.GLP_LO
        : Number.isFinite(upper)
          ? glpk.GLP_UP
          : glpk.GLP_FR;
  return { type, lb: Number.isFinite(lower) ? lower : 0, ub: Number.isFinite(upper) ? upper : 0 };
}

const name = (i) => `x${i}`;
const terms = (row) => row.terms.map(([variable, coef]) => ({ name: name(variable), coef }));

/** A program in the library's form. `binaries` would lose their bounds, so 0-1 variables are bounded integers. */
function translate({ name: title, variables, rows }) {
  return {
    name: title.replace(/[^\w]/g, "_").slice(0, 40) || "lp",
    objective: {
      direction: glpk.GLP_MIN,
      name: "cost",
      vars: variables.map(({ cost }, i) => ({ name: name(i), coef: cost })),
    },
    subjectTo: rows.map((row, i) => ({
      name: `r${i}`,
      vars: terms(row),
      bnds: bounds(row.lower, row.upper),
    })),
    bounds: variables.map(({ lower, upper }, i) => ({ name: name(i), ...bounds(lower, upper) })),
    generals: variables.flatMap(({ integer }, i) => (integer ? [name(i)] : [])),
  };
}

const number = (text) => (text === undefined ? undefined : Number(text));

/** What a line of the log says of incumbent, bound and nodes, or undefined. */
export function progressOf(line) {
  const mip = /mip =\s+(not found yet|\S+) >=\s+(tree is empty|\S+)(?:\s+[\d.<]+%)?\s*\((\d+); (\d+)\)/.exec(
    line,
  );
  if (mip === null) return undefined;
  const incumbent = mip[1] === "not found yet" ? undefined : Number(mip[1]);
  // An empty tree: the incumbent is the optimum.
  const bound = mip[2] === "tree is empty" ? incumbent : Number(mip[2]);
  return {
    ...(Number.isFinite(incumbent) && { incumbent }),
    ...(Number.isFinite(bound) && { bound }),
    nodes: number(mip[3]) + number(mip[4]),
  };
}

/** How the log says a solve ended; later lines overrule earlier ones. */
const endings = [
  [/TIME LIMIT EXCEEDED/, "time"],
  [/NO (PRIMAL |INTEGER )?FEASIBLE SOLUTION/, "infeasible"],
  [/NO DUAL FEASIBLE SOLUTION|UNBOUNDED/, "unbounded"],
  [/INTEGER OPTIMAL SOLUTION FOUND/, "optimal"],
  [/RELATIVE MIP GAP TOLERANCE REACHED/, "gap"],
  [/OPTIMAL (LP )?SOLUTION FOUND/, "relaxed"],
];

function solve({ program, timeLimitMs, gap }) {
  let ending;
  let incumbent;
  let bound;
  let nodes = 0;
  onLine = (line) => {
    const progress = progressOf(line);
    if (progress !== undefined) {
      incumbent = progress.incumbent ?? incumbent;
      bound = progress.bound ?? bound;
      nodes = progress.nodes;
      parentPort.postMessage({ progress });
    }
    for (const [pattern, meaning] of endings)
      if (pattern.test(line)) {
        ending = meaning;
        break;
      }
  };
  // An empty row is no matter for the library: it holds or it does not.
  if (program.rows.some((row) => row.terms.length === 0 && (row.lower > 0 || row.upper < 0)))
    return { end: "infeasible", nodes };
  const rows = program.rows.filter((row) => row.terms.length > 0);
  const integers = program.variables.some((v) => v.integer);
  const { result } = glpk.solve(translate({ ...program, rows }), {
    msglev: glpk.GLP_MSG_ALL,
    presol: true,
    tmlim: Math.max(0.001, timeLimitMs / 1000),
    mipgap: gap,
  });
  const values = program.variables.map((_, i) => result.vars[name(i)]);
  if (ending === "infeasible" || result.status === glpk.GLP_NOFEAS) return { end: "infeasible", nodes };
  if (ending === "unbounded") return { end: "unbounded", nodes };
  if (ending === "optimal" || (ending === "relaxed" && !integers && result.status === glpk.GLP_OPT))
    return { end: "optimal", values, nodes };
  // With the time up, status 2 is an incumbent, and 1 is nothing although it has values.
  if (result.status === glpk.GLP_FEAS || (ending === "gap" && result.status === glpk.GLP_OPT))
    return { end: "feasible", values, bound, nodes };
  return { end: "undecided", bound, nodes };
}

parentPort.on("message", (request) => {
  try {
    parentPort.postMessage(solve(request));
  } catch (cause) {
    parentPort.postMessage({ failure: String(cause?.message ?? cause) });
  }
});
