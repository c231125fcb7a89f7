/** Serving: the P4 text and the entries of every pipe of a network. */
export { type ServeContext, type ServeMode, type ServeParserStep, serveContext } from "./context.js";
export {
  type EmittedServePipe,
  emitServing,
  type ServeEmitOptions,
  type ServeProgram,
  servePipes,
} from "./emit.js";
export { controlEntries, type LookupRow, lookupRows, type ServeEntry } from "./entries.js";
export { type PipeShape, shapeOf } from "./shape.js";
export { SERVE_CONTROL, serveCommands } from "./text.js";
