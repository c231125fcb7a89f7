/**
 * mini-AlexNet on 1 to 16 switches: `npm run mini-alexnet -w packages/planner` rewrites the tables of
 * docs/mini-alexnet.md between their markers. Options: --print (write nothing), --most N (switches, default 16),
 * --time-limit SECONDS (of each plan, default 60).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadProfile, makeTopology, type Topology, withProfile } from "@matchmul/profiles";
import { FabricDoesNotFit } from "../src/fabric/explain.js";
import { miniAlexNet } from "../src/fabric/layers.js";
import { planFabric } from "../src/fabric/plan.js";
import type { FabricPlan } from "../src/fabric/types.js";

const { values } = parseArgs({
  options: {
    print: { type: "boolean", default: false },
    most: { type: "string", default: "16" },
    "time-limit": { type: "string", default: "60" },
  },
});
const document = fileURLToPath(new URL("../../../docs/mini-alexnet.md", import.meta.url));
const layers = miniAlexNet();

/**
 * Leaves and spines, half of each. A quarter of the ports are for links as fast as ports and for hosts, as many links side
 * by side as that allows; the rest are in loopback. Of eight Tofinos that is the topology leaf-spine-8.
 */
function network(switches: number, profile: string): Topology {
  const { rates, pipes } = loadProfile(profile);
  const sizes = { leaves: Math.ceil(switches / 2), spines: Math.floor(switches / 2) };
  const linkCount = Math.max(1, Math.floor((rates.portsPerPipe! * pipes - 4) / 4 / sizes.leaves));
  // What is more than links and hosts leave is taken back.
  const options = { loopbackPorts: rates.portsPerPipe, gbps: rates.portGbps, linkCount };
  const topology =
    switches === 1
      ? makeTopology("single", {}, { ...options, linkCount: 1 })
      : makeTopology("leaf-spine", sizes, options);
  return withProfile(topology, profile, loadProfile(profile));
}

const us = (ns: number) =>
  ns >= 1e6 ? `${(ns / 1e6).toFixed(2)} ms` : `${(ns / 1000).toFixed(ns < 1e5 ? 1 : 0)} us`;

function row(switches: number, plan: FabricPlan): string {
  const links = plan.layers.reduce((sum, l) => sum + l.linkNs, 0);
  return [
    switches,
    plan.switches,
    us(plan.latencyNs),
    plan.optimal ? "none" : `${(100 * plan.gap).toFixed(1)} %`,
    us(links),
    `${(plan.sramBytes / 1e6).toFixed(0)} MB`,
    plan.passes.toLocaleString("en-US"),
    `${(100 * plan.utilisation).toFixed(0)} %`,
    us(plan.passBoundNs),
    `${(plan.latencyNs / plan.passBoundNs).toFixed(1)} times`,
  ].join(" | ");
}

function refused(switches: number, cause: FabricDoesNotFit): string {
  const { missing, layer } = cause.explanation;
  const why =
    missing > 0 ? `${(missing / 1e6).toFixed(0)} MB too few, most for ${layer}` : "no place in whole pipes";
  return [switches, "does not fit", why, ...Array(7).fill("")].join(" | ");
}

const heads = [
  "switches",
  "used",
  "latency",
  "gap",
  "of it links",
  "SRAM",
  "passes",
  "of the pipes' rows",
  "action-bus bound",
  "latency to bound",
];

/** The table of a profile, one row for each number of switches. */
async function tableOf(profile: string): Promise<string> {
  const rows: string[] = [];
  for (let switches = 1; switches <= Number(values.most); switches++) {
    const started = performance.now();
    try {
      const plan = await planFabric(layers, network(switches, profile), {
        timeLimitMs: 1000 * Number(values["time-limit"]),
      });
      rows.push(row(switches, plan));
    } catch (cause) {
      if (!(cause instanceof FabricDoesNotFit)) throw cause;
      rows.push(refused(switches, cause));
    }
    process.stderr.write(
      `${profile}: ${rows.at(-1)} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
    );
  }
  return [heads.join(" | "), heads.map(() => "---").join("|"), ...rows].map((r) => `| ${r} |`).join("\n");
}

let text = readFileSync(document, "utf8");
for (const profile of ["tofino", "tofino2"]) {
  const table = await tableOf(profile);
  if (values.print) console.log(`${table}\n`);
  const [begin, end] = [`<!-- ${profile}: begin -->`, `<!-- ${profile}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} lacks the markers of ${profile}`);
  text = `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}
if (!values.print) writeFileSync(document, text);
