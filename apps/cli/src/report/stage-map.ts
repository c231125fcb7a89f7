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
      sharesOf(placement, stage, resource),
      palette,
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

/** One table's part in a stage. */
interface Share {
  name: string;
  layer: string | undefined;
  units: number;
}

/** How a stage's use of a resource divides among its tables. */
function sharesOf(placement: PlacementDocument, stage: number, resource: StageResource): Share[] {
  return placement.tables.flatMap(({ name, layer, parts }) => {
    const units = parts.find((part) => part.stage === stage)?.used[resource] ?? 0;
    return units > 0 ? [{ name: shortName(name), layer, units }] : [];
  });
}

/** A cell fills from the left, each table's part in its layer's hue; what tables share is neutral. */
function cell(
  used: number,
  limit: number,
  where: string,
  unit: string,
  shares: Share[],
  palette: Palette,
): Html {
  if (used === 0) return html`<div class="cell" role="cell" data-tip="${where}\nnone used"></div>`;
  const bounded = Number.isFinite(limit) && limit > 0;
  const percent = (units: number) => `${((units / limit) * 100).toFixed(1)}%`;
  const stops: string[] = [];
  let at = 0;
  const fill = (hue: string, units: number) => {
    stops.push(`${hue} ${percent(at)} ${percent(Math.min(used, at + units))}`);
    at = Math.min(used, at + units);
  };
  if (bounded) {
    for (const { layer, units } of shares) fill(palette.ground(layer), units);
    if (at < used) fill("var(--fill)", used - at);
  }
  const style =
    stops.length > 0 ? `background-image:linear-gradient(to right,${stops.join(",")},transparent 0)` : "";
  const tip = [
    where,
    `${count(used)}${bounded ? ` of ${count(limit)}` : ""} ${unit}${bounded ? ` = ${((used / limit) * 100).toFixed(0)} %` : ""}`,
    ...shares.map(({ name, units }) => `${name}: ${count(units)}`),
  ].join("\n");
  const full = bounded && used / limit > 0.95 ? "full" : "";
  return html`<div class="cell ${full}" role="cell" style="${style}" data-tip="${tip}">${count(used)}</div>`;
}
