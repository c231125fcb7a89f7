import { Random } from "@matchmul/common";
import { servePipes } from "@matchmul/emitter";
import {
  lowerServing,
  mergeTile,
  type PipelineProgram,
  type ServeNetwork,
  type ServePipe,
  serveLayers,
} from "@matchmul/planner";
import { randomConvolutional, randomModel } from "@matchmul/planner/testing";
import { makeTopology } from "@matchmul/profiles";
import type { QuantizedModel } from "@matchmul/quantizer";
import { fabricTile } from "../../../planner/src/fabric/tile-program.js";
import { randomServable } from "../../../planner/test/serving/models.js";
import { planOf } from "../../../planner/test/serving/plans.js";
import type { TofinoTarget } from "../../src/index.js";

/** A small network on the pipes of one switch; a pipe of each program is compiled. */
export interface ServingCase {
  name: string;
  target: TofinoTarget;
  network: ServeNetwork;
}

/** A program of a case. */
export interface ServingProgram {
  text: string;
  pipe: ServePipe;
  /** What the planner places for it. */
  planned: PipelineProgram;
}

/** @param g bits of a key, layer by layer; @param split the first layer's partial sums are merged on a pipe of their own */
function lower(model: QuantizedModel, target: TofinoTarget, g: number[], split = false): ServeNetwork {
  const profile = target === "tna" ? "tofino" : "tofino2";
  const topology = makeTopology("single", {}, { profile });
  const pipe = (number: number) => ({ switch: topology.switches[0].name, pipe: number });
  const layers = serveLayers(model);
  const ways = layers.map((_, l) => ({
    way: { g: g[l % g.length], splitK: split && l === 0 ? 2 : 1 },
    pipes: [pipe(0)],
  }));
  return lowerServing(model, planOf(layers, topology, ways, split ? [pipe(1)] : []), topology, { slots: 2 });
}

const dense = () => randomModel(new Random(12), [24, 70, 33, 40], true);

/** The first of the random models whose first layer lies in banks. */
function bankedNetwork(target: TofinoTarget): ServeNetwork {
  for (let seed = 1; seed < 200; seed++) {
    const network = lower(randomServable(new Random(seed)), target, [8, 4]);
    if (network.pipes.some((p) => p.program === "tile" && p.banked)) return network;
  }
  throw new Error("no random model has a banked layer");
}

/** What is compiled, by name; each is made when it is asked for. */
export const servingCases: Record<string, () => ServingCase> = {};
for (const [target, chip] of [
  ["tna", "Tofino"],
  ["t2na", "Tofino 2"],
] as const) {
  const add = (name: string, network: () => ServeNetwork): void => {
    const full = `${name}, ${chip}`;
    servingCases[full] = () => ({ name: full, target, network: network() });
  };
  for (const g of [2, 4, 8]) add(`fully connected, g ${g}`, () => lower(dense(), target, [g]));
  add("convolution and max pooling, g 8 and 4", () =>
    lower(randomConvolutional(new Random(10)), target, [8, 4]),
  );
  // Banks with rows of their own are no program of Tofino 2's.
  if (target === "tna") add("banked first layer", () => bankedNetwork(target));
  add("partial sums", () => lower(dense(), target, [4], true));
}

/** One pipe of each program that a case's network needs, but transit, which has no stage to fight for. */
export function programsOf({ network, target }: ServingCase): ServingProgram[] {
  const programs = new Map<string, ServingProgram>();
  for (const { pipe, program } of servePipes(network, { target })) {
    if (pipe.program === "transit" || programs.has(program.name)) continue;
    const planned =
      pipe.program === "tile"
        ? fabricTile(pipe.lookups, pipe.rowBits, {
            banked: pipe.banked,
            paired: target === "t2na" && !pipe.banked,
          })
        : mergeTile();
    programs.set(program.name, { text: program.text, pipe, planned });
  }
  return [...programs.values()];
}
