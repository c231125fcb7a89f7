/** The command as a library: for scripts that call it without a process, and for tests. */
export { Bundle, layout, type Manifest } from "./bundle.js";
export { type Compiled, type CompileOptions, compile } from "./compile.js";
export { exitCode } from "./exit.js";
export type { PlanDocument } from "./plan-document.js";
export { run } from "./program.js";
export { type ReportData, reportPage } from "./report/page.js";
export { Terminal } from "./terminal.js";
