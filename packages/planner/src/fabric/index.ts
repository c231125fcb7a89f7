/** The fabric level: layers to the pipes of a network. */
export { checkFabricPlan } from "./check.js";
export { convolution, dense, fabricLayers, miniAlexNet, multiplyAccumulates, weightsOf } from "./layers.js";
export { pipeModel } from "./pipe-model.js";
export { type FabricOptions, paretoFabric, planFabric } from "./plan.js";
export * from "./types.js";
