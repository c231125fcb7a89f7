import { count } from "../format.js";
import type { PlacementDocument } from "../plan-document.js";
import { type Html, html } from "./html.js";

/** What is not per stage: the packet header vector's containers, and how the placement was found. */
export function containersAndSearch(placement: PlacementDocument): Html {
  const { phv, statistics, bound, gap, baseline, optimal } = placement;
  const of = (used: number, limit: number | null) =>
    limit === null || !Number.isFinite(limit) ? count(used) : `${count(used)} of ${count(limit)}`;
  const restarts = statistics.restarts > 0 ? `, ${count(statistics.restarts)} restarts` : "";
  const found = statistics.solvedBy === "ilp" ? "integer program" : `list schedule${restarts}`;
  const search: [string, string][] = [
    ["lower bound", `${bound} stages${optimal ? ", met" : `, gap ${(gap * 100).toFixed(0)} %`}`],
    ["greedy first fit", `${baseline.stagesUsed} stages`],
    ["found by", found],
  ];
  if (statistics.programs > 0)
    search.push([
      `integer programs (${statistics.solver})`,
      `${statistics.programs}, largest ${count(statistics.variables)} variables, ${count(statistics.rows)} rows; ${count(statistics.nodes)} nodes`,
    ]);
  return html`<div class="columns"><section><table class="plain"><tr><th>PHV containers</th><th class="n">ingress</th><th class="n">egress</th><th class="n">in all</th></tr>
${phv.map(
  ({ containerBits, ingress, egress, ingressLimit, egressLimit, limit }) =>
    html`<tr><td>${containerBits} bit</td><td class="n">${of(ingress, ingressLimit)}</td><td class="n">${of(egress, egressLimit)}</td><td class="n">${of(ingress + egress, limit)}</td></tr>`,
)}</table></section>
<section><table class="plain"><tr><th>search</th><th></th></tr>${search.map(([what, value]) => html`<tr><td>${what}</td><td>${value}</td></tr>`)}</table></section></div>`;
}
