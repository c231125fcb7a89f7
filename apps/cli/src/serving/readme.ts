import type { FabricPlan, ServeNetwork } from "@matchmul/planner";
import { count, duration } from "../format.js";

/** README.md of a served network's bundle. */
export function servingReadme(network: ServeNetwork, plan: FabricPlan, target: string): string {
  const rows = plan.layers.map(
    ({ name, option }, l) =>
      `| ${l} | ${name} | ${option.g} | ${option.tilePipes} | ${option.replicas} | ${option.splitK} | ${option.pooling} | ${count(option.passes)} |`,
  );
  const compile =
    target === "v1model"
      ? "p4c-bm2-ss --std p4-16 -o program.json programs/NAME.p4"
      : `bf-p4c --target ${target === "t2na" ? "tofino2" : "tofino"} programs/NAME.p4`;
  return `# ${network.name}, served by ${network.topology}

${count(network.pipes.length)} pipes run ${target} programs; one inference takes ${duration(plan.latencyNs)} by the planner's model, on an
idle network, in ${count(plan.passes)} passes.

| layer | | g | tile pipes | replicas | split | pooling | passes |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}

- \`programs/\`: the distinct P4 texts; \`network.json\` says which pipe runs which (\`pipes[].text\`).
- \`pipes/NAME/entries.txt\`: a pipe's table entries and multicast groups, commands of simple_switch_CLI.
- \`plan.json\`: the plan with its bound; \`topology.yaml\`: the network it is for; \`model/int8.safetensors\`: the model.

Compile a program with \`${compile}\`. Send requests through all of it, packet by packet, and compare every
logit with the int8 model's:

    npx matchmul simulate . --inputs IMAGES.npz
`;
}
