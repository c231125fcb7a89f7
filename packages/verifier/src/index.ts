export { type Bmv2Run, runOnBmv2 } from "./bmv2/switch.js";
export { bmv2Tools, findTool, missingBmv2Tools } from "./bmv2/tools.js";
export { traced } from "./bmv2/trace.js";
export { type Bmv2Options, type Bmv2Report, verifyOnBmv2 } from "./bmv2/verify.js";
export { checkEntries, type ExpectedEntries, expectedEntries } from "./entries.js";
export { loadPipe } from "./load.js";
export { type MutationReport, mutationCheck } from "./mutation.js";
export { expectedRun, RECIRCULATED } from "./packets.js";
export { type Difference, type LevelName, type LevelResult, Tally, type VerifyReport } from "./report.js";
export { type Audit, type AuditedStage, type AuditedTable, audit, type Compared } from "./tofino/audit.js";
export {
  compileForTofino,
  missingTofinoTools,
  type TofinoCompilation,
  type TofinoTarget,
  tofinoCompiler,
} from "./tofino/compile.js";
export {
  type Audited,
  type AuditedResource,
  auditedResources,
  type CompiledStage,
  readTofinoLogs,
  type TofinoLogs,
} from "./tofino/logs.js";
export { CLIENT_PORT, observePackets, type Subject, verify } from "./verify.js";
