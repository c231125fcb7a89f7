/** The pipeline level: tables to stages. */
export { checkPlacement } from "./check.js";
export { DoesNotFit, type Explanation } from "./explain.js";
export { stageLimits } from "./limits.js";
export { type PlaceOptions, placePipeline } from "./place.js";
export { containerWidths, stageResources } from "./types.js";
