/** The fabric level: layers to the pipes of a network. */
export { checkFabricPlan } from "./check.js";
export { changeInWords, type FabricChange, FabricDoesNotFit, type FabricExplanation } from "./explain.js";
export { convolution, dense, fabricLayers, miniAlexNet, multiplyAccumulates, weightsOf } from "./layers.js";
export { type LinkLoad, type LinkPhase, linkLoads } from "./links.js";
export { type Network, networkOf } from "./network.js";
export { pipeModel } from "./pipe-model.js";
export { type FabricOptions, paretoFabric, planFabric, tileBytes } from "./plan.js";
export { mergeTile, tileProgramOf } from "./programs.js";
export * from "./types.js";
