/**
 * The fault campaign: `npm run faults -w packages/fabric -- [requests] [first seed] [targets]`.
 * Random networks under every mix of faults, most executed by the interpreter and some by the emitted P4. Writes the table of
 * docs/fabric.md; ends with status 1 if an accepted answer is wrong, a slot is lost or a packet goes round for ever.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { ServeNetwork } from "@matchmul/planner";
import { machineExecutors, p4Executors } from "../src/index.js";
import {
  type CampaignRun,
  type CampaignTotal,
  campaignRun,
  type FaultMix,
  faultMixes,
  totalOf,
} from "../src/testing/index.js";

const [requests = 100_000, firstSeed = 1000] = process.argv.slice(2, 4).map(Number);
/** Every so many networks run emitted P4 as well, with a part of the requests. */
const p4Every = 5;
const p4Share = 0.1;
const targets = (process.argv[4] ?? "v1model,tna").split(",") as ("v1model" | "tna")[];

/** Of one network at most. */
const most = { requests: 2000, passes: 400_000, malformed: 0.12 };

const runs: (CampaignRun & { executor: string })[] = [];
const run = async (
  seed: number,
  mix: FaultMix,
  executor: string,
  of: (network: ServeNetwork) => ReturnType<typeof machineExecutors>,
  share: number,
) => {
  const limits = { ...most, requests: most.requests * share, passes: most.passes * share };
  const made = await campaignRun(seed, mix, of, limits);
  runs.push({ ...made, executor });
  const { report } = made;
  console.log(
    `seed ${seed} ${executor}: ${mix.name}: ${report.accepted} accepted, ${report.equal} equal, ` +
      `${report.wrong} wrong, ${report.timedOut} timed out, ${report.usableSlots}/${report.slots} slots, ` +
      `${report.leftOver} left over, ${report.passes} passes`,
  );
};
let networks = 0;
for (let sent = 0; sent < requests; networks++) {
  const seed = firstSeed + networks;
  const mix = faultMixes[networks % faultMixes.length];
  await run(seed, mix, "interpreter", machineExecutors, 1);
  if (networks % p4Every === 0) {
    const target = targets[(networks / p4Every) % targets.length];
    await run(seed, mix, `P4, ${target}`, (network) => p4Executors(network, target), p4Share);
  }
  sent = runs.reduce((sum, r) => sum + r.report.requests, 0);
}

const number = (n: number) => n.toLocaleString("en-US");
const row = (name: string, t: CampaignTotal) =>
  `| ${[
    name,
    number(t.requests),
    number(t.equal),
    number(t.wrong),
    number(t.timedOut),
    number(t.sent),
    number(t.lost),
    `${number(t.duplicated)} / ${number(t.delayed)}`,
    number(t.replayed),
    number(t.restarts),
    number(t.malformed),
    `${t.usableSlots} / ${t.slots}`,
  ].join(" | ")} |`;
const table = [
  "| faults | requests | accepted, equal | wrong | timed out | sent | lost | duplicated / delayed | stale | restarts | malformed | slots left |",
  "|---|---|---|---|---|---|---|---|---|---|---|---|",
  ...faultMixes.map((mix) => row(mix.name, totalOf(runs.filter((r) => r.mix === mix)))),
  ...["interpreter", ...targets.map((target) => `P4, ${target}`)].map((executor) =>
    row(`*${executor}*`, totalOf(runs.filter((r) => r.executor === executor))),
  ),
  row("**all**", totalOf(runs)),
].join("\n");
console.log(`\n${table}`);

const page = new URL("../../../docs/fabric.md", import.meta.url);
const command = `npm run faults -w packages/fabric -- ${requests} ${firstSeed} ${targets}`;
const text = readFileSync(page, "utf8").replace(
  /<!-- faults -->[\s\S]*<!-- end -->/,
  `<!-- faults -->\n\n\`${command}\` (seeds ${firstSeed} to ${firstSeed + networks - 1}):\n\n${table}\n\n<!-- end -->`,
);
writeFileSync(page, text);

const all = totalOf(runs);
if (all.wrong > 0 || all.equal !== all.accepted || all.usableSlots !== all.slots || all.leftOver > 0)
  process.exitCode = 1;
