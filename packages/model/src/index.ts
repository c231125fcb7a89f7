export { type Attribute, Attributes } from "./attributes.js";
export {
  type ByteSamples,
  centredBytes,
  cifar10Classes,
  PACKET_BYTES,
  packetClasses,
  parseCifar10,
  readCifar10,
  readPackets,
  sampleBytes,
  sampleValues,
} from "./data/index.js";
export { type DType, dtypes, integerRange, isFloat, type NumberData, type TensorData } from "./dtypes.js";
export { type RunOptions, runGraph } from "./execute.js";
export { roundHalfEven } from "./float-formats.js";
export {
  consumers,
  type Dim,
  describeType,
  type Graph,
  type Node,
  nodeTitle,
  producers,
  type ValueInfo,
  type ValueType,
} from "./graph.js";
export { inferShapes } from "./infer.js";
export {
  inspect,
  type LayerFacts,
  type MemoryFacts,
  type ModelFacts,
  type UnsupportedFacts,
} from "./inspect.js";
export { normalise } from "./normalise.js";
export { type ImportOptions, importOnnx } from "./onnx/import.js";
export { parseTensor } from "./onnx/tensors.js";
export { type OnnxTestResult, type OnnxTestSummary, onnxTest, runOnnxTestCase } from "./onnx-test.js";
export { supportedOperators } from "./operators/registry.js";
export { dropFinalSoftmax } from "./passes/drop-softmax.js";
export { type BatchOptions, runBatches } from "./run-batches.js";
export { describeTensor, int64s, numberData, numbers, sizeOf, type Tensor, tensor, zeros } from "./tensor.js";
