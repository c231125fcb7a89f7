export { type EmitOptions, type EmittedFiles, emit, identifier } from "./emit.js";
export { allEntries, type EmittedEntry, lookupEntries, sequencerEntries } from "./entries.js";
export { actionOf, Schedule } from "./schedule.js";
export { type Target, targets } from "./targets.js";
export { type Answer, HEADER_BYTES, readAnswer, requestPacket } from "./wire.js";
