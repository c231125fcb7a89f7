import { bytes, count, duration, percent, rate } from "../format.js";
import type { PlanDocument } from "../plan-document.js";
import { hasStages } from "../resources.js";
import { planInWords } from "../words.js";
import { containersAndSearch } from "./containers.js";
import { type Html, html, Html as Markup } from "./html.js";
import { Palette } from "./palette.js";
import { stageMap } from "./stage-map.js";
import { script, style } from "./style.js";
import { passTimeline } from "./timeline.js";

/** What was compared with what, and how much of it was equal. */
export interface Check {
  name: string;
  /** For people: "images", "logits", "flips reported". */
  unit: string;
  equal: number;
  compared: number;
}

/** A level's share of right answers. */
export interface Accuracy {
  level: string;
  executedBy: string;
  right: number;
  images: number;
}

/** What the page shows. Without `accuracy` and `checks` it is the page of a plan that was not verified yet. */
export interface ReportData {
  plan: PlanDocument;
  accuracy?: Accuracy[];
  checks?: Check[];
  files?: { path: string; bytes: number }[];
  /** The command that makes this page again. */
  command: string;
}

/** One self-contained page: no script, font or image from elsewhere. */
export function reportPage(data: ReportData): string {
  const { plan } = data;
  const palette = new Palette([
    ...plan.program.passes.map((pass) => pass.layer),
    ...plan.pipes.flatMap((pipe) => pipe.placement.tables.map((table) => table.layer ?? "")),
  ]);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${plan.model.name} on ${plan.profile.name} · MatchMul</title><style>${new Markup(style)}</style></head>
<body><main>
<header><h1>${plan.model.name}</h1><span class="soft">in the match-action tables of ${plan.profile.name}</span><button id="theme" type="button">light / dark</button></header>
${tiles(data)}
<h2>The plan in words</h2>${planInWords(plan).map((sentence) => html`<p>${sentence}</p>`)}
${data.accuracy && data.checks && html`<div class="columns">${checksTable(data.checks)}${accuracyTable(data.accuracy)}</div>`}
${plan.pipes.map(
  ({ name, placement }) =>
    html`<h2>Placement of ${name}</h2><p class="soft">Stages from left to right. Above, each table in its stage; below, how
much of each resource the stage's tables use, in their layers' colours; underlined where nothing is left. Point at anything.</p>${stageMap(placement, palette)}
${key(
  palette,
  placement.tables.map((table) => table.layer),
)}${hasStages(placement) && containersAndSearch(placement)}`,
)}
<h2>The passes of one inference</h2><p class="soft">One column is one trip of the packet through the pipe.
${plan.program.slots > 0 && "A filled cell is a lookup slot in use. "}+ adds lookups, × multiplies by shifting and adding, » shifts and
clamps, ≥ counts thresholds, ★ finds the class.</p>
${passTimeline(plan.program, palette)}${key(
  palette,
  plan.program.passes.map((pass) => pass.layer),
)}
${data.files && filesTable(data.files)}
<footer>Made by <code>${data.command}</code>. Latency and throughput are modelled from the profile's parameters; everything
else was counted.</footer>
</main><div id="tip" role="tooltip"></div><script>${new Markup(script)}</script></body></html>
`.text;
}

function tiles(data: ReportData): Html {
  const { plan, accuracy = [], checks = [] } = data;
  const placement = plan.pipes[0].placement;
  const all: [string, string, string?][] = [];
  const lastLevel = accuracy.at(-1);
  if (checks.length > 0) {
    const wrong = checks.find((check) => check.equal !== check.compared);
    const shown = wrong ?? checks[0];
    all.push([
      `${count(shown.equal)}/${count(shown.compared)}`,
      `${wrong ? "not " : ""}bit-exact, ${shown.unit}`,
      wrong ? "bad" : "good",
    ]);
  }
  if (lastLevel) all.push([percent(lastLevel.right / lastLevel.images), "accuracy in the switch"]);
  all.push([
    `${placement.stagesUsed} of ${placement.stagesAvailable}`,
    placement.optimal ? "stages, proved fewest" : `stages, at least ${placement.bound}`,
  ]);
  all.push([count(plan.program.passes.length), "passes per inference"]);
  all.push([duration(plan.latency.inferenceNs), "latency, modelled"]);
  all.push([rate(plan.latency.inferencesPerSecond), "inferences a second and pipe, modelled"]);
  return html`<div class="tiles">${all.map(([value, label, tone]) => html`<div class="tile ${tone}"><b>${value}</b><span>${label}</span></div>`)}</div>`;
}

function key(palette: Palette, layers: (string | undefined)[]): Html {
  const shown = palette.names.filter((name) => layers.includes(name));
  return html`<div class="key">${shown.map((name) => html`<span><i class="${palette.of(name)}"></i>${name}</span>`)}</div>`;
}

function accuracyTable(rows: Accuracy[]): Html {
  return html`<section><h2>Accuracy</h2><table class="plain"><tr><th>level</th><th>executed by</th><th class="n">right</th><th class="n">accuracy</th></tr>
${rows.map(
  (row) =>
    html`<tr><td>${row.level}</td><td>${row.executedBy}</td><td class="n">${count(row.right)} of ${count(row.images)}</td><td class="n">${percent(row.right / row.images)}</td></tr>`,
)}</table></section>`;
}

function checksTable(rows: Check[]): Html {
  return html`<section><h2>Every level against the level above</h2><table class="plain"><tr><th>check</th><th class="n">equal</th><th></th></tr>
${rows.map((row) => {
  const good = row.equal === row.compared;
  return html`<tr><td>${row.name}</td><td class="n">${count(row.equal)} of ${count(row.compared)} ${row.unit}</td><td class="${good ? "yes" : "no"}">${good ? "yes" : "no"}</td></tr>`;
})}</table></section>`;
}

function filesTable(files: { path: string; bytes: number }[]): Html {
  return html`<h2>Files</h2><table class="plain"><tr><th>file</th><th class="n">size</th></tr>${files.map(
    (file) => html`<tr><td><code>${file.path}</code></td><td class="n">${bytes(file.bytes)}</td></tr>`,
  )}</table>`;
}
