export { HEADER_BYTES, type Latency, latencyOf, packetBytes } from "./cost/latency.js";
export * from "./fabric/index.js";
export { blocksOf } from "./lowering/blocks.js";
export { type Candidate, type ChooseOptions, chooseCandidates } from "./lowering/choose.js";
export { lower } from "./lowering/lower.js";
export {
  type Choice,
  isShiftAdd,
  type Kernel,
  kernels,
  keyShape,
  type LayerChoice,
} from "./lowering/options.js";
export { lowerShiftAdd } from "./lowering/shift-add.js";
export {
  constantRows,
  lookupRows,
  type PoolShape,
  parkSize,
  poolShapes,
  quantizedLanes,
  quantizeRows,
  restSize,
  sequencerRows,
  tilePipeline,
  topsOf,
  treeLevels,
  verdictRows,
} from "./lowering/tile-pipeline.js";
export { type PacketState, type PassObserver, poolLevels, runMicrocode } from "./microcode/interpreter.js";
export { encodeInput, toKeyBytes } from "./microcode/layout.js";
export { prefixesOf } from "./microcode/prefixes.js";
export * from "./microcode/types.js";
export * from "./pipeline/index.js";
export { makePlan, type Plan, type PlanOptions } from "./plan.js";
export * from "./serving/index.js";
