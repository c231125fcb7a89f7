import type { Lowering } from "./context.js";
import { lowerGemm, lowerMatMul } from "./fully-connected.js";
import { lowerIdentity, lowerReshape } from "./shape.js";

/** ONNX operators the quantizer lowers. Operators that only follow the logits are in head.ts. */
export const lowerings: Record<string, Lowering> = {
  Gemm: lowerGemm,
  MatMul: lowerMatMul,
  Flatten: lowerReshape,
  Reshape: lowerReshape,
  Squeeze: lowerReshape,
  Unsqueeze: lowerReshape,
  Identity: lowerIdentity,
  Dropout: lowerIdentity,
};
