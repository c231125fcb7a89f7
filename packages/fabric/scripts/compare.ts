/**
 * The planner's modelled latency beside the simulator's, for the models of the project:
 * `npm run compare -w packages/fabric`.
 */
import { readFileSync } from "node:fs";
import { MatchMulError, Random } from "@matchmul/common";
import { fabricLayers, lowerServing, planFabric } from "@matchmul/planner";
import { randomInput } from "@matchmul/planner/testing";
import { loadTopology } from "@matchmul/profiles";
import { loadQuantizedModel } from "@matchmul/quantizer";
import { compareWithPlan, machineExecutors } from "../src/index.js";

const root = new URL("../../../models/", import.meta.url);
const cases = [
  ["digits/digits-cnn.int8.safetensors", 1],
  ["netnn/netnn.int8.safetensors", 2],
  ["netnn/netnn.int8.safetensors", 1],
  ["mini-alexnet/mini-alexnet.int8.safetensors", 8],
] as const;

console.log(
  "| network | switches | modelled us | simulated us | ratio | modelled passes | simulated passes |",
);
console.log("|---|---|---|---|---|---|---|");
for (const [file, switches] of cases) {
  const model = loadQuantizedModel(readFileSync(new URL(file, root)));
  const topology = loadTopology(switches === 1 ? "single" : "leaf-spine-8");
  try {
    const plan = await planFabric(fabricLayers(model), topology, { maxSwitches: switches });
    const network = lowerServing(model, plan, topology, { slots: 1 });
    const input = randomInput(new Random(1), model);
    const executors = machineExecutors(network);
    const [found] = await compareWithPlan([{ plan, network, topology, executors, input }]);
    const us = (ns: number) => (ns / 1000).toFixed(1);
    const cells = [
      found.network,
      plan.switches,
      us(found.modelledNs),
      us(found.simulatedNs),
      found.ratio.toFixed(2),
      found.modelledPasses,
      found.simulatedPasses,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  } catch (cause) {
    if (!(cause instanceof MatchMulError)) throw cause;
    console.log(`| ${model.name} | ${switches} | ${cause.message} |`);
  }
}
