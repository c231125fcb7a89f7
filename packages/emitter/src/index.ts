export { type EmitOptions, type EmittedFiles, emit, identifier } from "./emit.js";
export {
  allEntries,
  type EmittedEntry,
  type EmittedKey,
  KIND_ANSWER,
  KIND_PASS,
  KIND_REQUEST,
  lookupEntries,
  sequencerEntries,
  verdictEntries,
} from "./entries.js";
export { delivered, packetAfter, type SentPacket } from "./packets.js";
export { actionOf, Schedule } from "./schedule.js";
export * from "./serving/index.js";
export { type Target, targets } from "./targets.js";
export { type Answer, HEADER_BYTES, readAnswer, requestPacket } from "./wire.js";
