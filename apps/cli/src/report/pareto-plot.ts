import type { FabricDocument } from "../fabric/document.js";
import { inUnit } from "../fabric/words.js";
import { count, percent } from "../format.js";
import { type Html, html } from "./html.js";

const width = 560;
const height = 260;
const left = 74;
const bottom = 40;
const top = 16;

/** The best value for each number of switches, with what no plan goes below. */
export function paretoPlot({ pareto = [], objective }: FabricDocument): Html {
  const most = Math.max(...pareto.map((p) => p.switches));
  const largest = Math.max(...pareto.map((p) => p.value));
  const least = Math.min(...pareto.map((p) => p.bound));
  // Values of different orders of magnitude need an axis of such.
  const logarithmic = least > 0 && largest / least > 20;
  const ticks = logarithmic ? logTicks(least, largest) : axisTicks(largest);
  const highest = ticks[ticks.length - 1];
  const share = (value: number) =>
    logarithmic ? Math.log(value / ticks[0]) / Math.log(highest / ticks[0]) : value / highest;
  const x = (switches: number) => left + ((switches - 0.5) / most) * (width - left - 16);
  const y = (value: number) => top + (1 - share(value)) * (height - top - bottom);
  const at = (n: number) => n.toFixed(1);
  const line = pareto.map((p, i) => `${i === 0 ? "M" : "L"}${at(x(p.switches))} ${at(y(p.value))}`).join(" ");
  const step = Math.ceil(most / 12);
  return html`<div class="scroll"><svg class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${objective} by number of switches">
${ticks.map(
  (tick) =>
    html`<line class="rule" x1="${left}" x2="${width - 8}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text class="label" x="${left - 8}" y="${at(y(tick) + 4)}">${inUnit({ objective }, tick)}</text>`,
)}
${Array.from({ length: most }, (_, i) => i + 1)
  .filter((n) => n % step === 0 || n === 1)
  .map((n) => html`<text class="tick" x="${at(x(n))}" y="${height - bottom + 18}">${n}</text>`)}
<text class="tick" x="${at((left + width) / 2)}" y="${height - 4}">switches</text>
<path class="front" d="${line}"/>
${pareto.map((p) => {
  const tip = [
    `${p.switches} ${p.switches === 1 ? "switch" : "switches"}, ${count(p.pipes)} pipes: ${inUnit({ objective }, p.value)}`,
    p.optimal ? "proven best" : `at least ${inUnit({ objective }, p.bound)}, gap ${percent(p.gap, 1)}`,
    `${count(p.passes)} passes, ${(p.sramBytes / 1e6).toFixed(1)} MB, ${percent(p.utilisation, 0)} of the rows`,
  ].join("\n");
  return html`<g tabindex="0" data-tip="${tip}"><path class="gap" d="M${at(x(p.switches))} ${at(y(p.value))} V${at(y(p.bound))} m-4 0 h8"/><circle cx="${at(x(p.switches))}" cy="${at(y(p.value))}" r="5"/></g>`;
})}
</svg></div>`;
}

/** Powers of ten around all values. */
function logTicks(least: number, largest: number): number[] {
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(largest))];
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

/** From 0 to above the largest value, in steps of 1, 2 or 5 times a power of ten. */
function axisTicks(largest: number): number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1e-9) / 4));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => largest / s <= 6) ?? 10 * power;
  return Array.from({ length: Math.ceil(largest / step + 1e-9) + 1 }, (_, i) => i * step);
}
