export { compareWithPlan, type PlanComparison, type PlannedNetwork } from "./compare.js";
export {
  type ExecutorFactory,
  type ExecutorSpec,
  makeExecutor,
  type PassOutput,
  type PipeExecutor,
} from "./executor.js";
export { machineExecutors } from "./executors/machine.js";
export { p4Executors } from "./executors/p4.js";
export { type P4Files, p4FileExecutors } from "./executors/p4-files.js";
export { LiveClient, type LiveClientOptions } from "./live/client.js";
export { type LiveFabric, type LiveOptions, livePort, startLiveFabric } from "./live/fabric.js";
export type { SimulateOptions } from "./options.js";
export type { ChannelReport, PipeReport, SimulationReport } from "./report.js";
export { simulate } from "./simulate.js";
export { modelledTimings, type PipeTiming, pipeTiming } from "./timing.js";
export type { Channel, Wiring, WiringOptions } from "./wiring.js";
export { wire } from "./wiring.js";
