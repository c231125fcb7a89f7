import type { FabricDocument, PipeDocument } from "../fabric/document.js";
import { count } from "../format.js";
import type { PlacementDocument } from "../plan-document.js";
import { type Html, html } from "./html.js";
import type { Palette } from "./palette.js";

const columnWidth = 23;
const blockHeight = 0.9;
const headHeight = 14;

/**
 * Every pipe in use: its stages from left to right, and in each the SRAM of its tables; lookup tables by the layers
 * whose rows they hold, from below.
 */
export function pipeMaps(plan: FabricDocument, palette: Palette): Html {
  const placements = new Map(plan.programs.map(({ role, placement }) => [role, placement]));
  return html`<div class="pipes">${plan.pipes.map((pipe) => {
    const placement = placements.get(pipe.role);
    return html`<figure><figcaption>${pipe.switch} <b>${pipe.pipe}</b> <span class="soft">${summary(pipe)}</span></figcaption>${
      placement && pipeMap(pipe, placement, palette)
    }</figure>`;
  })}</div>`;
}

function summary(pipe: PipeDocument): string {
  if (pipe.role === "merge") return `merges, ${count(pipe.passes)} passes`;
  return `${((pipe.rows / pipe.rowsAvailable) * 100).toFixed(0)} % full, ${count(pipe.passes)} passes`;
}

function pipeMap(pipe: PipeDocument, placement: PlacementDocument, palette: Palette): Html {
  const { stages, limits, stagesAvailable } = placement;
  const full = Number.isFinite(limits.sram) ? limits.sram : Math.max(1, ...stages.map((s) => s.used.sram));
  const height = full * blockHeight;
  const width = stagesAvailable * columnWidth;
  return html`<svg class="pipe-map" viewBox="0 0 ${width} ${height + headHeight}" width="${width}" height="${height + headHeight}" role="img" aria-label="stages of ${pipe.switch}, pipe ${pipe.pipe}">${Array.from(
    { length: stagesAvailable },
    (_, stage) => column(pipe, placement, stage, height, palette),
  )}</svg>`;
}

function column(
  pipe: PipeDocument,
  placement: PlacementDocument,
  stage: number,
  height: number,
  palette: Palette,
): Html {
  const x = stage * columnWidth;
  const bottom = headHeight + height;
  let y = bottom;
  const lines: string[] = [];
  const rects: Html[] = [];
  const block = (hue: string, blocks: number) => {
    const high = Math.max(1.5, blocks * blockHeight);
    y -= high;
    rects.push(
      html`<rect class="${hue}" x="${x + 1}" y="${y.toFixed(1)}" width="${columnWidth - 2}" height="${high.toFixed(1)}"/>`,
    );
  };
  for (const table of placement.tables) {
    const part = table.parts.find((p) => p.stage === stage);
    if (part === undefined) continue;
    const sram = part.used.sram ?? 0;
    const entries = part.entries > 1 ? `, ${count(part.entries)} entries` : "";
    lines.push(`${table.name}${entries}${sram > 0 ? `, ${sram} SRAM blocks` : ""}`);
    if (pipe.role === "lookup" && table.layer === "lookups") {
      for (const { name, rows } of pipe.layers) {
        block(palette.of(name), (sram * rows) / pipe.rowsAvailable);
        lines.push(`  ${name}: rows ${count(rows)}`);
      }
      lines.push(`  free: ${count(pipe.rowsAvailable - pipe.rows)}`);
    } else block(palette.of(table.layer), sram);
  }
  const tip = [
    `${pipe.switch}, pipe ${pipe.pipe}, stage ${stage}`,
    ...(lines.length > 0 ? lines : ["no table"]),
  ];
  return html`<g tabindex="0" data-tip="${tip.join("\n")}"><rect class="stage" x="${x + 1}" y="${headHeight}" width="${columnWidth - 2}" height="${height}"/>${rects}<text x="${x + columnWidth / 2}" y="10">${stage}</text></g>`;
}
