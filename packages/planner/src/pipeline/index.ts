/** The pipeline level: tables to stages. */
export { checkPlacement } from "./check.js";
export { partAmounts, type TableCost, unitsOf } from "./costs/cost.js";
export { partUse, tableCost } from "./costs/index.js";
export { DoesNotFit, type Explanation } from "./explain.js";
export { type GenerateOptions, generatePipeline } from "./generate.js";
export { stageLimits } from "./limits.js";
export { type PlaceOptions, placePipeline } from "./place.js";
export {
  containerWidths,
  type LogicalTable,
  type PipelinePlacement,
  type PipelineProgram,
  type PlacedTable,
  stageResources,
  type TablePart,
} from "./types.js";
