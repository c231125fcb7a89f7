import type { Pass } from "@matchmul/planner";
import type { PlanDocument } from "../plan-document.js";
import { type Html, html } from "./html.js";
import type { Palette } from "./palette.js";

const cellHeight = 14;
const labelWidth = 84;

/**
 * An inference's passes from left to right: which lookup slots each one uses, coloured by layer, and below what
 * the pass does when it is no lookup. A white gap in a column is a slot at rest.
 */
export function passTimeline(program: PlanDocument["program"], palette: Palette): Html {
  const { passes, slots } = program;
  // Short programs get wider columns, long ones scroll.
  const cellWidth = Math.max(18, Math.min(38, Math.floor(1140 / passes.length)));
  const width = labelWidth + passes.length * cellWidth + 4;
  const stepRow = 22 + slots * cellHeight + 6;
  const height = stepRow + 16 + 30;
  const x = (pc: number) => labelWidth + pc * cellWidth;
  return html`<div class="scroll"><svg class="timeline" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="passes of one inference">
${layerRuns(passes).map(
  ({ layer, from, to }) =>
    html`<text x="${x(from) + 2}" y="12" class="layer">${to - from > 1 ? layer : ""}</text><line x1="${x(from)}" x2="${x(from)}" y1="2" y2="${stepRow + 16}" class="rule"/>`,
)}
${Array.from({ length: slots }, (_, slot) => html`<text x="${labelWidth - 6}" y="${22 + slot * cellHeight + 11}" class="label">slot ${slot}</text>`)}
<text x="${labelWidth - 6}" y="${stepRow + 12}" class="label">step</text>
${passes.map((pass) => column(pass, slots, x(pass.pc), cellWidth, stepRow, palette))}
${passes
  .filter((pass) => pass.pc % 5 === 0)
  .map(
    (pass) =>
      html`<text x="${x(pass.pc) + cellWidth / 2}" y="${stepRow + 32}" class="tick">${pass.pc}</text>`,
  )}
<text x="${labelWidth - 6}" y="${stepRow + 32}" class="label">pass</text>
</svg></div>`;
}

/** One sign for each kind of step; the page's text explains them. */
const glyphs: Record<string, string> = {
  accumulate: "+",
  multiply: "×",
  scale: "»",
  threshold: "≥",
  verdict: "★",
};

function column(
  pass: Pass,
  slots: number,
  x: number,
  cellWidth: number,
  stepRow: number,
  palette: Palette,
): Html {
  const tip = `pass ${pass.pc}: ${pass.layer}\n${pass.label}\n${describe(pass)}`;
  const hue = palette.of(pass.layer);
  const used = usedSlots(pass, slots);
  return html`<g data-tip="${tip}" class="${hue}"><rect x="${x}" y="18" width="${cellWidth}" height="${stepRow}" class="hit"/>${used.map(
    (slot) =>
      html`<rect x="${x + 1}" y="${22 + slot * cellHeight + 1}" width="${cellWidth - 2}" height="${cellHeight - 2}" rx="2"/>`,
  )}<rect x="${x + 1}" y="${stepRow}" width="${cellWidth - 2}" height="16" rx="2" class="step"/><text x="${x + cellWidth / 2}" y="${stepRow + 12}" class="glyph">${glyphs[pass.step.kind] ?? "·"}</text></g>`;
}

/** Slots that look something up in a pass. Where each key brings its page, those are the ones that get a key. */
function usedSlots({ step, parse }: Pass, slots: number): number[] {
  if (step.kind !== "accumulate") return [];
  const { pages } = step;
  return Array.from({ length: slots }, (_, slot) => slot).filter((slot) =>
    pages === null ? slot < parse.keys : pages[slot] > 0,
  );
}

/** Consecutive passes of one layer. */
function layerRuns(passes: readonly Pass[]): { layer: string; from: number; to: number }[] {
  const runs: { layer: string; from: number; to: number }[] = [];
  for (const pass of passes) {
    const last = runs.at(-1);
    if (last?.layer === pass.layer) last.to = pass.pc + 1;
    else runs.push({ layer: pass.layer, from: pass.pc, to: pass.pc + 1 });
  }
  return runs;
}

/** What a pass does, in one line. */
export function describe(pass: Pass): string {
  const { step, parse } = pass;
  const keys = parse.keys === 0 ? "" : `${parse.keys} ${parse.keys === 1 ? "key" : "keys"}, `;
  const pooled = "pool" in step && step.pool !== null ? `, then the largest of each ${step.pool.window}` : "";
  switch (step.kind) {
    case "accumulate": {
      const used = usedSlots(pass, step.pages?.length ?? parse.keys).length;
      const shift = step.shiftLeft > 0 ? `lanes shifted left by ${step.shiftLeft}, then ` : "";
      return `${keys}${shift}${used} ${used === 1 ? "lookup" : "lookups"} added`;
    }
    case "multiply":
      return step.map === 0 ? "bias added" : `${keys}times a row of weights: 8 conditional additions`;
    case "scale":
      return `${keys}lanes shifted right by ${step.shift}, clamped to 0..255${pooled}`;
    case "threshold":
      return `${keys}lanes replaced by how many thresholds they reach${pooled}`;
    case "verdict":
      return `${keys}largest of ${step.classes} lanes, lowest index on a tie`;
  }
}
