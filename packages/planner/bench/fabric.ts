/**
 * Speed of the fabric level: medians of several plans, each with its own solver. Part of `npm run bench -w
 * packages/planner`. Option: --repeats N (default 5).
 */
import { parseArgs } from "node:util";
import { loadTopology, makeTopology, type Topology } from "@matchmul/profiles";
import { dense, miniAlexNet } from "../src/fabric/layers.js";
import { planFabric } from "../src/fabric/plan.js";
import type { FabricLayer } from "../src/fabric/types.js";

const { values } = parseArgs({ options: { repeats: { type: "string", default: "5" } } });

async function run(title: string, layers: readonly FabricLayer[], topology: Topology): Promise<void> {
  const times: number[] = [];
  const cpu: number[] = [];
  let text = "";
  for (let i = 0; i < Number(values.repeats); i++) {
    const [started, before] = [performance.now(), process.cpuUsage()];
    const plan = await planFabric(layers, topology, { timeLimitMs: 120_000 });
    times.push(performance.now() - started);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
    const proof = plan.optimal ? "proven best" : `gap ${(100 * plan.gap).toFixed(1)} %`;
    const first =
      plan.baseline === undefined
        ? "finds no room"
        : `${plan.baseline.smallest ? "finds no room, of smallest options " : ""}${(plan.baseline.value / 1000).toFixed(1)} us`;
    text = `${(plan.latencyNs / 1000).toFixed(1)} us, ${proof}; first fit ${first}`;
  }
  const median = (of: number[]) => (of.sort((a, b) => a - b)[of.length >> 1] / 1000).toFixed(2);
  console.log(
    `${title}: median ${median(times)} s, largest ${(Math.max(...times) / 1000).toFixed(2)} s; of the processors ${median(cpu)} s; ${text}`,
  );
}

const three = [dense("a", 784, 256, 8), dense("b", 256, 128), dense("c", 128, 10)];
const wide = [dense("a", 3072, 2048, 8), dense("b", 2048, 1024), dense("c", 1024, 10)];
const ports = { loopbackPorts: 4 };
await run("mini-AlexNet on leaf-spine-8", miniAlexNet(), loadTopology("leaf-spine-8"));
const of33 = makeTopology("leaf-spine", { leaves: 32, spines: 1 }, ports);
await run("784-256-128-10 on 33 switches", three, of33);
await run("3072-2048-1024-10 on 33 switches", wide, of33);
const of1000 = makeTopology("leaf-spine", { leaves: 992, spines: 8 }, ports);
await run("784-256-128-10 on 1,000 switches", three, of1000);
await run("3072-2048-1024-10 on 1,000 switches", wide, of1000);
await run("784-256-128-10 on a fat tree of 980", three, makeTopology("fat-tree", { k: 28 }, ports));
