export { type RunOptions, runCommands } from "./commands/index.js";
export { Device } from "./device.js";
export { loadEntries } from "./entries-file.js";
export type { ProgramObjects } from "./objects.js";
export { P4RuntimeWriter } from "./p4runtime/writer.js";
