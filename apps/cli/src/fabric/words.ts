import type { LinkPhase } from "@matchmul/planner";
import { count, duration, percent, rate, table } from "../format.js";
import type { FabricDocument, PipeDocument } from "./document.js";

/** Bytes as memory of switches is told: in millions. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

const plural = (n: number, noun: string) =>
  `${count(n)} ${noun}${n === 1 ? "" : noun.endsWith("ch") || noun.endsWith("s") ? "es" : "s"}`;

/** A value of the objective in its unit. */
export function inUnit(plan: Pick<FabricDocument, "objective">, value: number): string {
  switch (plan.objective) {
    case "latency":
      return duration(value);
    case "memory":
      return megabytes(value);
    case "passes":
      return plural(Math.round(value), "pass");
    case "switches":
      return plural(Math.round(value), "switch");
  }
}

/** The plan in sentences: what `matchmul plan` and `matchmul explain` print, and the report opens with. */
export function fabricInWords(plan: FabricDocument): string[] {
  const { model, topology, profile, pipe, statistics, objective } = plan;
  const lookups = plan.pipes.filter((p) => p.role === "lookup").length;
  const mergers = plan.pipes.length - lookups;
  const sentences = [
    `${model.name} has ${plural(model.layers.length, "linear layer")}, ${count(model.weights)} weights and ` +
      `${count(model.multiplyAccumulates)} multiply-accumulates. On ${topology.name} it takes ` +
      `${plural(plan.switches, `${profile.name} switch`)} of ${topology.switches.length}: ${plural(lookups, "pipe")} with lookup tables` +
      `${mergers > 0 ? ` and ${mergers} that ${mergers === 1 ? "merges" : "merge"} partial sums and maxima` : ""}.`,
    `An inference takes ${duration(plan.latencyNs)} on an idle network, modelled, with ${count(plan.passes)} passes. Its tables ` +
      `fill ${megabytes(plan.sramBytes)} of lookup memory, ${percent(plan.utilisation, 0)} of what their pipes have.`,
  ];
  const proof = plan.optimal
    ? `No plan of the enumerated options is better than ${inUnit(plan, plan.value)}.`
    : `No plan of the enumerated options is better than ${inUnit(plan, plan.bound)}: the gap is ${percent(plan.gap, 1)}.`;
  const first =
    plan.baseline === null
      ? "First fit, one layer after the other, finds no room."
      : `First fit, one layer after the other, ${plan.baseline.smallest ? "finds no room with the best options; with the smallest it " : ""}reaches ${inUnit(plan, plan.baseline.value)}.`;
  const time = statistics.timeMs === undefined ? "" : ` in ${(statistics.timeMs / 1000).toFixed(2)} s`;
  sentences.push(
    `Least ${objective} was asked for. ${proof} ${first} The solver ${statistics.solver} decided ` +
      `${plural(statistics.programs, "integer program")} of up to ${count(statistics.variables)} variables over ` +
      `${plural(statistics.nodes, "node")}${time}.`,
    `A pipe of ${profile.name} makes ${pipe.slots} lookups of ${count(pipe.rows)} rows x ${pipe.lanes} lanes a pass, ` +
      `${rate(pipe.passesPerSecond)} passes a second (limited by the ${pipe.limitedBy}), ${duration(pipe.passNs)} each. Were every ` +
      `lookup of all ${lookups} pipes always busy with its widest key, an inference would take ${duration(plan.passBoundNs)}: the ` +
      `plan is ${(plan.latencyNs / plan.passBoundNs).toFixed(1)} times that.`,
  );
  sentences.push(...linksInWords(plan));
  return sentences;
}

/** What links add to the latency: ways, and how long they send. Nothing where all is in one switch. */
function linksInWords({ layers, latencyNs }: FabricDocument): string[] {
  const sum = (of: (layer: FabricDocument["layers"][number]) => number) =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const busiest = layers.reduce((a, b) => ((b.links.busiest?.ns ?? 0) > (a.links.busiest?.ns ?? 0) ? b : a));
  if (busiest.links.busiest === undefined) return [];
  const { phase, from, to, ns } = busiest.links.busiest;
  const all = sum((l) => l.linkNs);
  const sending = sum((l) => l.links.sendNs);
  return [
    `${megabytes(sum((l) => l.links.bytes))} go over links for an inference. Links take ${duration(all)} of its time, ` +
      `${percent(all / latencyNs, 0)}: ${duration(all - sending)} for the ways between pipes and from and to the host, and ${duration(sending)} while the ` +
      `busiest link of each phase sends. The longest of these is the link from ${from} to ${to}, which sends ${sentIn(phase, busiest.name)} ` +
      `for ${duration(ns)}.`,
  ];
}

/** What a link sends in a phase of a layer. */
export function sentIn(phase: LinkPhase, layer: string): string {
  if (phase === "request") return "the request";
  return phase === "merging" ? `what ${layer} merges` : `the outputs of ${layer}`;
}

/** One row a layer, and their sums. */
export function layerTable(plan: FabricDocument): string {
  const total = (of: (layer: FabricDocument["layers"][number]) => number) =>
    plan.layers.reduce((sum, layer) => sum + of(layer), 0);
  return table(
    [
      "layer",
      "kernel",
      "g",
      "tile pipes",
      "replicas",
      "split-K",
      "pooling",
      "passes",
      "SRAM MB",
      "passes us",
      "links us",
    ],
    [
      ...plan.layers.map((l, i) => [
        l.name,
        l.kernel,
        l.g,
        l.tilePipes,
        l.replicas,
        l.splitK,
        plan.model.layers[i].window > 1 ? l.pooling : "",
        count(l.passes),
        (l.sramBytes / 1e6).toFixed(2),
        (l.latencyNs / 1000).toFixed(2),
        (l.linkNs / 1000).toFixed(2),
      ]),
      [
        "all",
        ...Array(6).fill(""),
        count(plan.passes),
        (plan.sramBytes / 1e6).toFixed(2),
        (total((l) => l.latencyNs) / 1000).toFixed(2),
        (total((l) => l.linkNs) / 1000).toFixed(2),
      ],
    ],
  );
}

/** One row a pipe in use. */
export function pipeTable(plan: FabricDocument): string {
  return table(
    ["switch", "pipe", "rows", "of", "SRAM MB", "passes", "busy us", "layers"],
    plan.pipes.map((p) => [
      p.switch,
      p.pipe,
      p.role === "merge" ? "" : count(p.rows),
      p.role === "merge" ? "" : count(p.rowsAvailable),
      p.role === "merge" ? "" : (p.sramBytes / 1e6).toFixed(2),
      count(p.passes),
      (p.busyNs / 1000).toFixed(2),
      layersOf(p),
    ]),
  );
}

const layersOf = ({ role, layers }: PipeDocument) =>
  `${role === "merge" ? "merges " : ""}${layers.map((l) => l.name).join(", ")}`;

/** The Pareto front as a table; undefined without one. */
export function paretoTable({ pareto, objective }: FabricDocument): string | undefined {
  return pareto === undefined
    ? undefined
    : table(
        ["switches", "pipes", objective, "at least", "gap", "passes", "SRAM MB", "full"],
        pareto.map((p) => [
          p.switches,
          p.pipes,
          inUnit({ objective }, p.value),
          inUnit({ objective }, p.bound),
          percent(p.gap, 1),
          count(p.passes),
          (p.sramBytes / 1e6).toFixed(2),
          percent(p.utilisation, 0),
        ]),
      );
}
