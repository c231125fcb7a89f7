/** HiGHS in a thread: takes { program, timeLimitMs, gap }, posts { progress } while it works and one { end }. */
import { parentPort } from "node:worker_threads";
import load from "highs";

let onLine = (_line) => {};
const highs = await load({ print: (line) => onLine(line), printErr: () => {} });

const name = (i) => `x${i}`;

/** Terms in the CPLEX LP format, broken into lines its reader takes. */
function sum(terms) {
  let text = "";
  terms.forEach(([variable, coefficient], i) => {
    text += `${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)} ${name(variable)}${i % 8 === 7 ? "\n" : " "}`;
  });
  return text;
}

const infinite = (x) =>
  x === Number.POSITIVE_INFINITY ? "+inf" : x === Number.NEGATIVE_INFINITY ? "-inf" : x;

/** A program as text in the CPLEX LP format; a row with two limits becomes two rows. */
function translate({ variables, rows }) {
  const lines = [
    "Minimize",
    ` cost: ${sum(variables.flatMap((v, i) => (v.cost === 0 ? [] : [[i, v.cost]])))}`,
  ];
  lines.push("Subject To");
  for (const { terms, lower, upper } of rows) {
    if (lower === upper) lines.push(` ${sum(terms)}= ${lower}`);
    else {
      if (Number.isFinite(upper)) lines.push(` ${sum(terms)}<= ${upper}`);
      if (Number.isFinite(lower)) lines.push(` ${sum(terms)}>= ${lower}`);
    }
  }
  lines.push("Bounds");
  for (const [i, { lower, upper }] of variables.entries())
    lines.push(` ${infinite(lower)} <= ${name(i)} <= ${infinite(upper)}`);
  const integers = variables.flatMap((v, i) => (v.integer ? [name(i)] : []));
  if (integers.length > 0) lines.push("General", ...integers.map((n) => ` ${n}`));
  lines.push("End");
  return lines.join("\n");
}

/** A number of the log: `inf` and `Large` are none. */
const finite = (text) => (Number.isFinite(Number(text)) ? Number(text) : undefined);

/** What a line of the log's table says of nodes, bound and incumbent, or undefined. */
export function progressOf(line) {
  const cells = /^\s[A-Za-z ]?\s+(\d+)\s+\d+\s+\d+\s+[\d.]+%\s+(\S+)\s+(\S+)\s/.exec(line);
  if (cells === null) return undefined;
  const bound = finite(cells[2]);
  const incumbent = finite(cells[3]);
  return {
    ...(incumbent !== undefined && { incumbent }),
    ...(bound !== undefined && { bound }),
    nodes: Number(cells[1]),
  };
}

const ends = {
  Optimal: "optimal",
  Infeasible: "infeasible",
  Unbounded: "unbounded",
  "Target for objective reached": "feasible",
  "Time limit reached": "time",
};

function solve({ program, timeLimitMs, gap }) {
  let bound;
  let nodes = 0;
  let solution = false;
  onLine = (line) => {
    const progress = progressOf(line);
    if (progress !== undefined) {
      bound = progress.bound ?? bound;
      nodes = progress.nodes;
      parentPort.postMessage({ progress });
    }
    const report = /^\s+Nodes\s+(\d+)/.exec(line);
    if (report !== null) nodes = Number(report[1]);
    const dual = /^\s+Dual bound\s+(\S+)/.exec(line);
    if (dual !== null) bound = finite(dual[1]) ?? bound;
    if (/^\s+Solution status\s+feasible/.test(line)) solution = true;
  };
  if (program.rows.some((row) => row.terms.length === 0 && (row.lower > 0 || row.upper < 0)))
    return { end: "infeasible", nodes };
  const rows = program.rows.filter((row) => row.terms.length > 0);
  const result = highs.solve(translate({ ...program, rows }), {
    time_limit: Math.max(0.001, timeLimitMs / 1000),
    mip_rel_gap: gap,
    log_to_console: true,
    output_flag: true,
    random_seed: 1,
  });
  const end = ends[result.Status] ?? "undecided";
  const values = program.variables.map((v, i) => result.Columns[name(i)]?.Primal ?? Math.max(0, v.lower));
  if (end === "optimal" || end === "feasible") return { end, values, bound, nodes };
  if (end === "time")
    return solution ? { end: "feasible", values, bound, nodes } : { end: "undecided", bound, nodes };
  return { end, bound, nodes };
}

parentPort.on("message", (request) => {
  try {
    parentPort.postMessage(solve(request));
  } catch (cause) {
    parentPort.postMessage({ failure: String(cause?.message ?? cause) });
  }
});
