import type { FabricDocument } from "../fabric/document.js";
import { fabricInWords, inUnit, megabytes } from "../fabric/words.js";
import { count, duration, percent } from "../format.js";
import { hasStages } from "../resources.js";
import { containersAndSearch } from "./containers.js";
import { fabricDrawing } from "./fabric-drawing.js";
import { type Html, html, Html as Markup } from "./html.js";
import { Palette } from "./palette.js";
import { paretoPlot } from "./pareto-plot.js";
import { pipeMaps } from "./pipe-map.js";
import { stageMap } from "./stage-map.js";
import { script, style } from "./style.js";

/** A plan on a fabric as one self-contained page. @param command that makes it again */
export function fabricPage(plan: FabricDocument, command: string): string {
  const { model, topology, profile } = plan;
  const names = model.layers.map((layer) => layer.name);
  const palette = new Palette([
    ...names,
    ...plan.programs.flatMap(({ placement }) => placement.tables.map((table) => table.layer ?? "")),
  ]);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${model.name} on ${topology.name} · MatchMul</title><style>${new Markup(style)}</style></head>
<body><main>
<header><h1>${model.name}</h1><span class="soft">on the ${profile.name} switches of ${topology.name}</span><button id="theme" type="button">light / dark</button></header>
${tiles(plan)}
<h2>The layers on the switches</h2><p class="soft">Each switch with its pipes, filled by the rows that the layers' lookup tables take.
Striped pipes, marked +, merge partial sums and maxima. Of each layer the link that sends longest is drawn heavily: the layer
waits for it. Point at anything.</p>
${fabricDrawing(plan, palette)}${key(palette, names)}
<h2>The plan in words</h2>${fabricInWords(plan).map((sentence) => html`<p>${sentence}</p>`)}
<h2>How each layer is computed</h2><p class="soft">The latency is the sum of the last three columns: passes, ways between pipes and
from and to the host, and the time the busiest links send what is merged, the layer's outputs and, for the first layer, the request.</p>${layerTable(plan, palette)}
${plan.pareto && html`<h2>Least ${plan.objective} by number of switches</h2><p class="soft">A dot is the best plan found, the line below it ends at what no plan goes below; point at one for its numbers.</p>${paretoPlot(plan)}`}
<h2>The pipes</h2><p class="soft">Each pipe's stages from left to right, as high as a stage has SRAM, filled by its tables; the lookup tables by the layers whose rows they hold.</p>
${pipeMaps(plan, palette)}${key(palette, palette.names)}
${plan.programs.map(
  ({ role, placement }) =>
    html`<h2>The program of the pipes that ${role === "merge" ? "merge" : "look up"}: stages by resource</h2><p class="soft">Above, each table in its stage; below, how
much of each resource the stage's tables use; underlined where nothing is left.</p>${stageMap(placement, palette)}
${key(
  palette,
  placement.tables.map((table) => table.layer),
)}${hasStages(placement) && containersAndSearch(placement)}`,
)}
<footer>Made by <code>${command}</code>. Latency is modelled from the profile's and the topology's numbers.</footer>
</main><div id="tip" role="tooltip"></div><script>${new Markup(script)}</script></body></html>
`.text;
}

function tiles(plan: FabricDocument): Html {
  const all: [string, string][] = [
    [duration(plan.latencyNs), "an inference, modelled"],
    [
      plan.optimal ? "proven best" : percent(plan.gap, 1),
      plan.optimal
        ? `of ${plan.objective}`
        : `gap of ${plan.objective}; at least ${inUnit(plan, plan.bound)}`,
    ],
    [`${plan.switches} of ${plan.topology.switches.length}`, `switches, ${plan.pipes.length} pipes`],
    [count(plan.passes), "passes an inference"],
    [megabytes(plan.sramBytes), "of lookup memory"],
    [percent(plan.utilisation, 0), "of its pipes' rows"],
  ];
  return html`<div class="tiles">${all.map(([value, label]) => html`<div class="tile"><b>${value}</b><span>${label}</span></div>`)}</div>`;
}

function key(palette: Palette, layers: readonly (string | undefined)[]): Html {
  const shown = palette.names.filter((name) => layers.includes(name));
  return html`<div class="key">${shown.map((name) => html`<span><i class="${palette.of(name)}"></i>${name}</span>`)}</div>`;
}

function layerTable(plan: FabricDocument, palette: Palette): Html {
  const heads = [
    "g",
    "tile pipes",
    "replicas",
    "split-K",
    "passes",
    "one after the other",
    "SRAM",
    "passes take",
    "ways take",
    "links send",
  ];
  return html`<div class="scroll"><table class="plain"><tr><th>layer</th><th>kernel</th><th>pooling</th>${heads.map((h) => html`<th class="n">${h}</th>`)}</tr>
${plan.layers.map((layer, l) => {
  const cells = [
    layer.g,
    layer.tilePipes,
    layer.replicas,
    layer.splitK,
    count(layer.passes),
    count(layer.depth),
    megabytes(layer.sramBytes),
    duration(layer.latencyNs),
    duration(layer.linkNs - layer.links.sendNs),
    duration(layer.links.sendNs),
  ];
  return html`<tr><td><span class="key"><span><i class="${palette.of(layer.name)}"></i>${layer.name}</span></span></td><td>${layer.kernel}</td><td>${plan.model.layers[l].window > 1 ? layer.pooling : ""}</td>${cells.map((c) => html`<td class="n">${c}</td>`)}</tr>`;
})}</table></div>`;
}
