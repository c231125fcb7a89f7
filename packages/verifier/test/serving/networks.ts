import { MatchMulError, Random } from "@matchmul/common";
import { lowerServing, type ServeNetwork, serveLayers } from "@matchmul/planner";
import { randomConvolutional, randomModel } from "@matchmul/planner/testing";
import { loadProfile, makeTopology } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import { randomPlan } from "../../../planner/test/serving/plans.js";
import { ipv4, ipv6 } from "./random-pipe.js";

const profileOf: Record<string, string> = { v1model: "bmv2", tna: "tofino", t2na: "tofino2" };

/** Models that have no lowering, or none of this size: what the generators may make. */
const refused = new Set(["layer-not-lowered", "serving-too-large", "accumulator-too-large"]);

export interface RandomNetwork {
  model: QuantizedModel;
  network: ServeNetwork;
  random: Random;
}

/** A random small model, its layers on random pipes of a few switches in a random way. */
export function randomNetwork(seed: number, target: string): RandomNetwork {
  for (let attempt = 0; ; attempt++) {
    const random = new Random(seed * 1000 + attempt);
    const model =
      random.next() < 0.5
        ? randomConvolutional(random)
        : randomModel(
            random,
            [random.integer(4, 90), random.integer(4, 70), random.integer(2, 40)],
            random.next() < 0.5,
          );
    const profile = profileOf[target];
    // Of one pipe each, or of four.
    const made =
      target === "v1model"
        ? makeTopology("leaf-spine", { leaves: 2, spines: 1 }, { profile })
        : makeTopology("chain", { switches: 2 }, { profile });
    // Hosts that speak UDP, and some that do not.
    const addresses = [ipv4, undefined, ipv6];
    const topology = {
      ...made,
      hosts: made.hosts.map((host, h) => ({ ...host, address: addresses[(seed + h) % 3] })),
    };
    try {
      const { pipes } = loadProfile(profile);
      const plan = randomPlan(random, serveLayers(model), topology, () => pipes, random.next() < 0.5);
      const network = lowerServing(model, plan, topology, { slots: 2, mostLookups: random.integer(2, 9) });
      return { model, network, random };
    } catch (cause) {
      if (!(cause instanceof MatchMulError && refused.has(cause.code)) || attempt > 20) throw cause;
    }
  }
}
