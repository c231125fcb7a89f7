import { lowerElementwise } from "./activation.js";
import type { Lowering } from "./context.js";
import { lowerConv } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import { lowerGemm, lowerMatMul } from "./fully-connected.js";
import { lowerConcat, lowerMovement } from "./movement.js";
import {
  lowerAveragePool,
  lowerGlobalAveragePool,
  lowerGlobalMaxPool,
  lowerMaxPool,
  lowerReduceMean,
} from "./pool.js";
import { lowerIdentity, lowerReshape } from "./shape.js";

/** ONNX operators the quantizer lowers. Operators that only follow the logits are in head.ts. */
export const lowerings: Record<string, Lowering> = {
  ...Object.fromEntries([...elementwise].map((op) => [op, lowerElementwise])),
  BatchNormalization: lowerElementwise,
  Gemm: lowerGemm,
  MatMul: lowerMatMul,
  Conv: lowerConv,
  MaxPool: lowerMaxPool,
  AveragePool: lowerAveragePool,
  GlobalMaxPool: lowerGlobalMaxPool,
  GlobalAveragePool: lowerGlobalAveragePool,
  ReduceMean: lowerReduceMean,
  Concat: lowerConcat,
  Transpose: lowerMovement,
  Slice: lowerMovement,
  Split: lowerMovement,
  Pad: lowerMovement,
  Gather: lowerMovement,
  Tile: lowerMovement,
  Expand: lowerMovement,
  Flatten: lowerReshape,
  Reshape: lowerReshape,
  Squeeze: lowerReshape,
  Unsqueeze: lowerReshape,
  Identity: lowerIdentity,
  Dropout: lowerIdentity,
};
