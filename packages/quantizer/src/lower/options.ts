import type { ScaleKind } from "../scale.js";

/** Options that reach every operator's lowering, defaults filled in. */
export interface LoweringOptions {
  scales: ScaleKind;
  weights: "per-tensor" | "per-channel";
  requantization: "shift-lut" | "threshold";
  biasCorrection: boolean;
}
