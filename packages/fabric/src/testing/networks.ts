import { MatchMulError, type Random } from "@matchmul/common";
import {
  type FabricPlan,
  type LayerOption,
  lowerServing,
  type PipeName,
  type ServeLayer,
  type ServeNetwork,
  serveLayers,
} from "@matchmul/planner";
import { randomConvolutional, randomInput, randomModel } from "@matchmul/planner/testing";
import { makeTopology, type Topology } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";

/** A network on which the simulator and its clients can be tested. */
export interface SmallNetwork {
  model: QuantizedModel;
  topology: Topology;
  network: ServeNetwork;
  inputs: (Int8Array | Uint8Array)[];
  reference: (input: number) => Int32Array;
}

/**
 * A random model, fully connected or convolutional, on random pipes of a chain or a leaf-spine network: tiles, replicas,
 * split inputs and both ways of pooling, with several hosts and slots.
 */
export function randomNetwork(random: Random): SmallNetwork {
  for (;;) {
    const model =
      random.next() < 0.5 ? randomConvolutional(random) : randomModel(random, widths(random), true);
    const topology =
      random.next() < 0.5
        ? makeTopology("chain", { switches: random.integer(2, 4) }, { loopbackPorts: 2, hosts: 3 })
        : makeTopology(
            "leaf-spine",
            { leaves: 2, spines: random.integer(1, 2) },
            { loopbackPorts: 2, hosts: 2 },
          );
    try {
      const plan = randomPlan(random, serveLayers(model), topology);
      const network = lowerServing(model, plan, topology, { slots: random.integer(6, 12) });
      const inputs = Array.from({ length: 16 }, () => randomInput(random, model));
      const logits = inputs.map((input) => runInt8(model, input).logits);
      return { model, topology, network, inputs, reference: (i) => logits[i] };
    } catch (cause) {
      // Some random models have what is not lowered.
      if (!(cause instanceof MatchMulError)) throw cause;
    }
  }
}

function widths(random: Random): number[] {
  return [
    random.integer(10, 90),
    ...Array.from({ length: random.integer(1, 3) }, () => random.integer(5, 70)),
  ];
}

const tofinoPipes = 4;

/** Layers on random pipes, in random ways. */
function randomPlan(random: Random, layers: readonly ServeLayer[], topology: Topology): FabricPlan {
  const all = topology.switches.flatMap((s) =>
    Array.from({ length: tofinoPipes }, (_, pipe): PipeName => ({ switch: s.name, pipe })),
  );
  const some = (from: readonly PipeName[], count: number): PipeName[] => {
    const left = [...from];
    return Array.from({ length: count }, () => left.splice(random.integer(0, left.length - 1), 1)[0]);
  };
  const merging = random.next() < 0.5;
  const mergers = merging ? some(all, random.integer(1, 2)) : [];
  const free = all.filter((p) => !mergers.includes(p));
  const planned = layers.map((layer) => {
    const tilePipes = random.integer(1, Math.min(Math.ceil(layer.outputs / 32), 3));
    const replicas = random.integer(1, Math.min(layer.pooled[0] * layer.pooled[1], 2));
    const split = merging && layer.windows === null && random.next() < 0.5;
    const parallel = merging && layer.windows !== null && random.next() < 0.5;
    const option: Partial<LayerOption> = {
      kernel: "bit-serial",
      g: [2, 4, 8][random.integer(0, 2)],
      tilePipes,
      replicas,
      splitK: split ? random.integer(2, 3) : 1,
      pooling: parallel ? "parallel" : "serial",
    };
    return { name: layer.name, option, pipes: some(free, tilePipes * replicas), linkNs: 0 };
  });
  // Only what lowering reads.
  return { topology: topology.name, layers: planned, mergers } as unknown as FabricPlan;
}
