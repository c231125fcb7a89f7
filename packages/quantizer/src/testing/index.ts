/** Helpers for tests of whatever takes graphs and int8 models. */
export { GraphBuilder, randomImages } from "./graphs.js";
export { randomModel } from "./models.js";
