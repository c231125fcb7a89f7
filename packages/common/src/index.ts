export { refuseForeign, writeDirectoryAtomically, writeFileAtomically } from "./atomic.js";
export {
  type DiagnosticTable,
  type DiagnosticText,
  declaredCodes,
  defineDiagnostics,
  MatchMulError,
} from "./diagnostics.js";
export { formatNpy, formatNpz, type NdArray, parseNpy, readFileOrFail, readNpz } from "./npz.js";
export { noProgress, type Progress } from "./progress.js";
export { Random } from "./random.js";
