export { checkEntries } from "./entries.js";
export { type MutationReport, mutationCheck } from "./mutation.js";
export { expectedRun } from "./packets.js";
export { type Difference, type LevelName, type LevelResult, Tally, type VerifyReport } from "./report.js";
export { CLIENT_PORT, observePackets, type Subject, verify } from "./verify.js";
