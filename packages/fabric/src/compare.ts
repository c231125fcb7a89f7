import type { FabricPlan, ServeNetwork } from "@matchmul/planner";
import type { Topology } from "@matchmul/profiles";
import type { ExecutorSpec } from "./executor.js";
import { simulate } from "./simulate.js";

/** A planned network, and one input to time it with. */
export interface PlannedNetwork {
  plan: FabricPlan;
  network: ServeNetwork;
  topology: Topology;
  executors: readonly ExecutorSpec[];
  input: ArrayLike<number>;
}

/** What the planner's model says beside what the simulator, which moves each packet, finds. */
export interface PlanComparison {
  network: string;
  /** One inference on an idle network. The simulated one is from the host's first bit to its answer. */
  modelledNs: number;
  simulatedNs: number;
  /** Simulated over modelled. */
  ratio: number;
  modelledPasses: number;
  /** In pipes that hold a layer or merge; those that only forward are left out. */
  simulatedPasses: number;
}

/** Times one inference of each network. */
export async function compareWithPlan(networks: readonly PlannedNetwork[]): Promise<PlanComparison[]> {
  const compared: PlanComparison[] = [];
  for (const { plan, network, topology, executors, input } of networks) {
    const hostNs = 1000;
    const report = await simulate({ network, topology, executors, inputs: [input], hostNs });
    const simulatedNs = report.latencyNs.p50 - hostNs;
    compared.push({
      network: network.name,
      modelledNs: plan.latencyNs,
      simulatedNs,
      ratio: simulatedNs / plan.latencyNs,
      modelledPasses: plan.passes,
      simulatedPasses: report.pipes.reduce(
        (sum, pipe, p) => sum + (network.pipes[p].program === "transit" ? 0 : pipe.passes),
        0,
      ),
    });
  }
  return compared;
}
