import type { PipelinePlacement } from "../pipeline/types.js";
import type { ServeShape } from "../serving/cost.js";

/**
 * The fabric level: which kernel each layer gets, on which pipes of which switches its tables lie, and what an
 * inference takes. A layer is known by its numbers only; weights do not matter here.
 */

/** A linear layer with its pooling, by size. */
export interface FabricLayer {
  name: string;
  /** Inputs of one output: kernel height x width x input channels (of a group), or the features of a dense layer. */
  reduction: number;
  /** Output channels, or features. */
  outputs: number;
  /** Positions at which the outputs are computed: height x width; 1 for a dense layer. */
  positions: number;
  /** Positions that max pooling joins into one; 1 without pooling. */
  window: number;
  /** Bit planes of an input: 7 after ReLU, 8 for signed values. */
  planes: number;
  /** Values the layer's activation store holds: its whole input. */
  inputs: number;
  /**
   * All that passes depend on. Without it, or where it is of another size than the numbers above, a layer counts as one
   * whose windows are dense layers' inputs.
   */
  shape?: ServeShape;
}

export type FabricKernel = "bit-serial";

/** Activations of a key, narrowest first: divisors of a byte, whose tiles' bytes fit a packet's lanes. */
export const keyWidths: readonly number[] = [2, 4, 8];

/** One way to compute a layer on pipes of one kind. */
export interface LayerOption {
  kernel: FabricKernel;
  /** Activations in a lookup's key. */
  g: number;
  /** Pipes over which output tiles are divided, and groups of pipes over which positions are: replicas of the tables. */
  tilePipes: number;
  replicas: number;
  /** Workers over which an output's inputs are divided; their partial sums are merged. */
  splitK: number;
  /** One worker takes a pooling window's positions one after the other, or each has its own and their maxima are merged. */
  pooling: "serial" | "parallel";
  /** tilePipes x replicas. */
  pipes: number;
  /** Rows of every lookup table of each of the pipes. */
  rows: number;
  /** Table bytes on all pipes together. */
  sramBytes: number;
  /** Bits of activation store on each of the pipes, for one request in flight. */
  storeBits: number;
  /** Passes on all pipes together, on the busiest one, and one after the other. Those that links forward are not in them. */
  passes: number;
  pipePasses: number;
  depth: number;
  /** Of pipePasses and depth those that store the layer's input: they come before all others. */
  storePasses: number;
  storeDepth: number;
  /** Of all passes those that merge: partial sums, or maxima of a pooling window. They are on merge pipes. */
  mergePasses: number;
  /**
   * Storing and the phases of the work (the parts, their merging, what comes after), one after the other, without links:
   * of each max(passes of the busiest pipe / rate, depth x pass latency).
   */
  latencyNs: number;
}

/** What one pipe of a switch can do for the tile kernel. Made by placing its program: see `pipeModel`. */
export interface PipeModel {
  profile: string;
  /** Pipes of a switch that can be used. */
  pipes: number;
  lanes: number;
  /** Lookup tables of a pass, and rows of each. */
  slots: number;
  rows: number;
  /** Banks of a program for thin first layers, each with an address of its own; 0 where stages have no room for it. */
  bankedSlots: number;
  storeBits: number;
  passNs: number;
  passesPerSecond: number;
  /** Ports that recirculate: each has an equal share of the rate, where that is limited by recirculation. */
  loopbacks: number;
  /** What limits the rate of passes. */
  limitedBy: "packet rate" | "recirculation";
  /** The program's placement; undefined for a target without stages. */
  placement?: PipelinePlacement;
}

export const objectives = ["latency", "passes", "switches", "memory"] as const;
export type Objective = (typeof objectives)[number];

/** A pipe of the topology. */
export interface PipeName {
  switch: string;
  pipe: number;
}

export interface PlannedLayer {
  name: string;
  option: LayerOption;
  pipes: readonly PipeName[];
  /**
   * From the pipes of this layer to those of the next one: links and switches between, in the worst case, and a pass where a
   * packet arrives; of the first layer also the request's way from the host, of the last the answer's. And how long the
   * busiest link sends, for its merging, for its tiles, and for the request where it is the first.
   */
  linkNs: number;
}

/** First fit: each layer in turn takes the best option for the objective that fits what is left. */
export interface Baseline {
  value: number;
  /** So it finds no room: each layer takes the option of fewest rows instead. */
  smallest: boolean;
}

export interface FabricPlan {
  topology: string;
  profile: string;
  objective: Objective;
  layers: readonly PlannedLayer[];
  /** Pipes that merge partial sums and maxima for all layers; they hold registers and no lookup tables. */
  mergers: readonly PipeName[];
  /** One inference on an idle network, from the first pass to the verdict. */
  latencyNs: number;
  passes: number;
  sramBytes: number;
  switches: number;
  pipes: number;
  /** Of all rows that the used pipes have. */
  utilisation: number;
  /** Value of the objective, and what no plan of these options goes below. */
  value: number;
  bound: number;
  gap: number;
  optimal: boolean;
  /** Undefined: no first fit finds room for all layers. */
  baseline: Baseline | undefined;
  /** No schedule of passes is faster: multiply-accumulates over what all used pipes can make in a pass. */
  passBoundNs: number;
  statistics: { solver: string; programs: number; nodes: number; variables: number; timeMs: number };
}
