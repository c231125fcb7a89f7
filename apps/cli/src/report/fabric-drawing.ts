import type { FabricDocument, PipeDocument } from "../fabric/document.js";
import { sentIn } from "../fabric/words.js";
import { count, duration } from "../format.js";
import { type Html, html } from "./html.js";
import type { Palette } from "./palette.js";

const pipeWidth = 50;
const pipeHeight = 70;
const padding = 8;
const titleHeight = 18;
const gap = 40;
const rowGap = 90;
/** Boxes beside each other; more go to another row. */
const mostInRow = 8;
/** Of a larger network only the switches in use are drawn. */
const mostDrawn = 64;

interface Box {
  name: string;
  x: number;
  y: number;
  width: number;
}

const boxHeight = titleHeight + pipeHeight + padding;

/** The network from its highest tier down to the hosts; in every switch its pipes, filled with the layers they hold. */
export function fabricDrawing(plan: FabricDocument, palette: Palette): Html {
  const { topology } = plan;
  const bySwitch = new Map<string, PipeDocument[]>();
  for (const pipe of plan.pipes) bySwitch.set(pipe.switch, [...(bySwitch.get(pipe.switch) ?? []), pipe]);
  const all = topology.switches.length <= mostDrawn;
  const drawn = topology.switches.filter((s) => all || bySwitch.has(s.name));
  const boxes = layOut(
    rowsOf(drawn),
    (name) => topology.switches.find((s) => s.name === name)?.pipes ?? plan.pipe.pipes,
  );
  const width = Math.max(...[...boxes.values()].map((b) => b.x + b.width)) + padding;
  const hosts = topology.hosts.filter((h) => boxes.has(h.switch));
  const bottom = Math.max(...[...boxes.values()].map((b) => b.y)) + boxHeight;
  const height = bottom + (hosts.length > 0 ? 46 : padding);
  const hidden = topology.switches.length - drawn.length;
  return html`<div class="scroll"><svg class="fabric" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="the network with the layers on its switches">
<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2.5" height="6" class="stripe"/></pattern></defs>
${linkLines(plan, boxes)}
${hostMarks(hosts, boxes)}
${[...boxes.values()].map((box) => switchBox(box, plan, bySwitch.get(box.name) ?? [], palette))}
</svg></div>${hidden > 0 && html`<p class="soft">${count(hidden)} switches that hold nothing are not drawn.</p>`}`;
}

/** Switches in rows: tiers from the highest down, or any order where tiers say little. */
function rowsOf(switches: FabricDocument["topology"]["switches"]): string[][] {
  const tiers = new Map<number, string[]>();
  for (const { name, tier = 0 } of switches) tiers.set(tier, [...(tiers.get(tier) ?? []), name]);
  const rows =
    tiers.size > 5
      ? [switches.map((s) => s.name)]
      : [...tiers].sort(([a], [b]) => b - a).map(([, names]) => names);
  return rows.flatMap((names) => {
    const parts = Math.ceil(names.length / mostInRow);
    const each = Math.ceil(names.length / parts);
    return Array.from({ length: parts }, (_, i) => names.slice(i * each, (i + 1) * each));
  });
}

function layOut(rows: string[][], pipesOf: (name: string) => number): Map<string, Box> {
  const widthOf = (name: string) => Math.max(2, pipesOf(name)) * pipeWidth + 2 * padding;
  const widths = rows.map((names) => names.reduce((sum, name) => sum + widthOf(name) + gap, -gap));
  const widest = Math.max(...widths);
  const boxes = new Map<string, Box>();
  rows.forEach((names, row) => {
    let x = padding + (widest - widths[row]) / 2;
    for (const name of names) {
      boxes.set(name, { name, x, y: padding + row * (boxHeight + rowGap), width: widthOf(name) });
      x += widthOf(name) + gap;
    }
  });
  return boxes;
}

function switchBox(box: Box, plan: FabricDocument, pipes: PipeDocument[], palette: Palette): Html {
  const { name, x, y, width } = box;
  const at = plan.topology.switches.find((s) => s.name === name);
  const loopback = at?.loopbackPorts ? `, ${at.loopbackPorts} ports of each pipe in loopback` : "";
  const number = at?.pipes ?? plan.pipe.pipes;
  return html`<g><rect class="switch ${pipes.length === 0 ? "idle" : ""}" x="${x}" y="${y}" width="${width}" height="${boxHeight}" rx="7"/>
<text x="${x + padding}" y="${y + 14}" data-tip="${name}: ${at?.profile ?? ""}${loopback}">${name}</text>${Array.from(
    { length: number },
    (_, p) =>
      pipeCell(
        name,
        p,
        pipes.find((pipe) => pipe.pipe === p),
        x + padding + p * pipeWidth,
        y + titleHeight,
        plan,
        palette,
      ),
  )}</g>`;
}

/** A pipe fills from below, each layer by its share of the rows; one that merges is hatched in its layers' colours. */
function pipeCell(
  name: string,
  number: number,
  pipe: PipeDocument | undefined,
  x: number,
  y: number,
  plan: FabricDocument,
  palette: Palette,
): Html {
  const width = pipeWidth - 4;
  const height = pipeHeight - 2;
  const empty = html`<rect class="pipe" x="${x + 2}" y="${y}" width="${width}" height="${height}" rx="4"/>`;
  if (pipe === undefined)
    return html`<g data-tip="${name}, pipe ${number}\nnot used">${empty}<text class="soft" x="${x + pipeWidth / 2}" y="${y + height - 6}">${number}</text></g>`;
  const merges = pipe.role === "merge";
  let filled = 0;
  const fills = pipe.layers.map((layer) => {
    const share = merges ? layer.passes / pipe.passes : layer.rows / pipe.rowsAvailable;
    // What is there can be seen, however little it is.
    const high = Math.max(2, share * height);
    filled = Math.min(height, filled + high);
    return html`<rect class="${palette.of(layer.name)}" x="${x + 2}" y="${(y + height - filled).toFixed(1)}" width="${width}" height="${high.toFixed(1)}"/>`;
  });
  return html`<g tabindex="0" data-tip="${pipeTip(pipe, plan)}">${empty}${fills}${merges && html`<rect fill="url(#stripes)" x="${x + 2}" y="${y}" width="${width}" height="${height}" rx="4"/>`}<text class="inside" x="${x + pipeWidth / 2}" y="${y + height - 6}">${merges ? `${number}+` : number}</text></g>`;
}

/** What a pipe holds and does, in lines. */
export function pipeTip(pipe: PipeDocument, plan: FabricDocument): string {
  const merges = pipe.role === "merge";
  return [
    `${pipe.switch}, pipe ${pipe.pipe}${merges ? ": merges partial sums and maxima" : ""}`,
    ...(merges
      ? []
      : [
          `${count(pipe.rows)} of ${count(pipe.rowsAvailable)} rows of each of ${plan.pipe.slots} lookup tables`,
        ]),
    ...pipe.layers.map((layer) =>
      merges
        ? `${layer.name}: ${count(layer.passes)} passes`
        : `${layer.name}: ${count(layer.rows)} rows, ${count(layer.passes)} passes`,
    ),
    `busy for ${duration(pipe.busyNs)} of an inference`,
  ].join("\n");
}

function linkLines(plan: FabricDocument, boxes: Map<string, Box>): Html[] {
  const busiest = new Map<string, string[]>();
  for (const { name, links } of plan.layers) {
    if (links.busiest === undefined) continue;
    const { phase, from, to, ns } = links.busiest;
    const key = [from, to].sort().join(" ");
    busiest.set(key, [
      ...(busiest.get(key) ?? []),
      `${name}: from ${from} to ${to} ${sentIn(phase, name)}, for ${duration(ns)}`,
    ]);
  }
  return plan.topology.links.flatMap(({ from, to, gbps, delayNs, count: n = 1 }) => {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    if (a === undefined || b === undefined) return [];
    const tips = busiest.get([from, to].sort().join(" "));
    const tip = [
      `${from} - ${to}: ${n > 1 ? `${n} x ` : ""}${gbps} Gb/s, ${delayNs} ns`,
      ...(tips === undefined ? [] : ["sends longest of all links in", ...tips]),
    ].join("\n");
    const upper = a.y < b.y ? a : b;
    const lower = a.y < b.y ? b : a;
    const level = a.y === b.y;
    const [x1, x2] = [upper.x + upper.width / 2, lower.x + lower.width / 2];
    const [y1, y2] = level ? [upper.y + boxHeight, lower.y + boxHeight] : [upper.y + boxHeight, lower.y];
    const line = level
      ? `M${x1} ${y1} Q${(x1 + x2) / 2} ${y1 + 44} ${x2} ${y2}`
      : `M${x1} ${y1} L${x2} ${y2}`;
    return [
      html`<g data-tip="${tip}"><path class="hit" d="${line}"/><path class="link ${tips === undefined ? "" : "busy"}" d="${line}"/></g>`,
    ];
  });
}

function hostMarks(hosts: FabricDocument["topology"]["hosts"], boxes: Map<string, Box>): Html[] {
  const at = new Map<string, number>();
  return hosts.map(({ name, switch: where }) => {
    const box = boxes.get(where)!;
    const i = at.get(where) ?? 0;
    at.set(where, i + 1);
    const x = box.x + box.width / 2 + i * 14;
    const y = box.y + boxHeight;
    return html`<g data-tip="${name} at ${where}"><path class="link" d="M${x} ${y} v20"/><circle class="host" cx="${x}" cy="${y + 24}" r="5"/></g>`;
  });
}
