import { count } from "../format.js";
import type { PlacedTable, PlacementDocument, StageResource } from "../plan-document.js";
import { hasStages, resourceUse } from "../resources.js";
import { type Html, html } from "./html.js";
import type { Palette } from "./palette.js";

/**
 * The placement as a grid: stages are columns; above, each table in its stage; below, one row per resource with how
 * much of it each stage uses. A table that is split over stages appears in each.
 */
export function stageMap(placement: PlacementDocument, palette: Palette): Html {
  const stages = Array.from({ length: placement.stagesAvailable }, (_, i) => i);
  const byName = new Map(placement.tables.map((table) => [table.name, table]));
  const used = (stage: number, resource: StageResource) => placement.stages[stage]?.used[resource] ?? 0;
  return html`<div class="scroll"><div class="map" style="--stages:${stages.length}" role="table" aria-label="placement">
<div class="row head" role="row"><span role="columnheader">stage</span>${stages.map(
    (stage) => html`<b role="columnheader">${stage}</b>`,
  )}<span role="columnheader">in all</span></div>
<div class="row tables" role="row"><span role="rowheader">tables</span>${stages.map(
    (stage) =>
      html`<div role="cell">${(placement.stages[stage]?.tables ?? []).map((name) =>
        chip(byName.get(name)!, stage, palette),
      )}</div>`,
  )}<span>${count(placement.tables.length)}</span></div>
${(hasStages(placement) ? resourceUse(placement) : []).map(({ resource, name, unit, used: total }) => {
  const limit = placement.limits[resource];
  return html`<div class="row" role="row"><span role="rowheader">${name}</span>${stages.map((stage) =>
    cell(
      used(stage, resource),
      limit,
      `stage ${stage}: ${name}`,
      unit,
      placement.stages[stage]?.tables ?? [],
    ),
  )}<span title="${unit}">${count(total)}<i>${Number.isFinite(limit) ? ` / ${count(limit * stages.length)}` : ""}</i></span></div>`;
})}
</div></div>`;
}

function chip(table: PlacedTable, stage: number, palette: Palette): Html {
  const part = table.parts.find((p) => p.stage === stage)!;
  const whole = table.parts.reduce((sum, p) => sum + p.entries, 0);
  const share = part.entries === whole ? "" : ` of ${count(whole)}`;
  const tip =
    `${table.name}\n${table.layer ?? "no layer"} · ${table.gress} · ${table.match}\n` +
    `stage ${stage}: ${count(part.entries)}${share} ${whole === 1 ? "entry" : "entries"}`;
  const classes = `chip ${palette.of(table.layer)}${table.gress === "egress" ? " egress" : ""}`;
  return html`<em class="${classes}" data-tip="${tip}" tabindex="0">${shortName(table.name)}</em>`;
}

/** `ingress.lookup_3` as `lookup_3`: the gress is in the tip. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function cell(used: number, limit: number, where: string, unit: string, tables: readonly string[]): Html {
  if (used === 0) return html`<div class="cell" role="cell" data-tip="${where}\nnone used"></div>`;
  const bounded = Number.isFinite(limit) && limit > 0;
  const fraction = bounded ? used / limit : 0;
  const tip = `${where}\n${count(used)}${bounded ? ` of ${count(limit)}` : ""} ${unit}${bounded ? ` = ${(fraction * 100).toFixed(0)} %` : ""}\nof ${tables.map(shortName).join(", ")}`;
  const level = fraction > 0.9 ? "full" : fraction > 0.6 ? "high" : "";
  return html`<div class="cell ${level}" role="cell" style="--to:${(fraction * 100).toFixed(1)}%" data-tip="${tip}">${count(used)}</div>`;
}
