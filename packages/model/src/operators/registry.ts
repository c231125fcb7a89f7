import { abs } from "./abs.js";
import { add } from "./add.js";
import { and } from "./and.js";
import { argMax } from "./argmax.js";
import { arrayFeatureExtractor } from "./array-feature-extractor.js";
import { averagePool } from "./average-pool.js";
import { batchNormalization } from "./batch-normalization.js";
import { cast } from "./cast.js";
import { castLike } from "./cast-like.js";
import { ceil } from "./ceil.js";
import { celu } from "./celu.js";
import { clip } from "./clip.js";
import { concat } from "./concat.js";
import { constantOfShape } from "./constant-of-shape.js";
import { conv } from "./conv.js";
import { convInteger } from "./conv-integer.js";
import { dequantizeLinear } from "./dequantize-linear.js";
import { div } from "./div.js";
import { dropout } from "./dropout.js";
import { dynamicQuantizeLinear } from "./dynamic-quantize-linear.js";
import { elu } from "./elu.js";
import { equal } from "./equal.js";
import { erf } from "./erf.js";
import { exp } from "./exp.js";
import { expand } from "./expand.js";
import { flatten } from "./flatten.js";
import { floor } from "./floor.js";
import { gather } from "./gather.js";
import { gelu } from "./gelu.js";
import { gemm } from "./gemm.js";
import { globalAveragePool } from "./global-average-pool.js";
import { globalMaxPool } from "./global-max-pool.js";
import { greater } from "./greater.js";
import { greaterOrEqual } from "./greater-or-equal.js";
import { hardSigmoid } from "./hard-sigmoid.js";
import { hardSwish } from "./hard-swish.js";
import { identity } from "./identity.js";
import { leakyRelu } from "./leaky-relu.js";
import { less } from "./less.js";
import { lessOrEqual } from "./less-or-equal.js";
import { log } from "./log.js";
import { matmul } from "./matmul.js";
import { matmulInteger } from "./matmul-integer.js";
import { max } from "./max.js";
import { maxPool } from "./max-pool.js";
import { min } from "./min.js";
import { mish } from "./mish.js";
import { mul } from "./mul.js";
import { neg } from "./neg.js";
import { not } from "./not.js";
import type { Operator } from "./operator.js";
import { or } from "./or.js";
import { pad } from "./pad.js";
import { pow } from "./pow.js";
import { prelu } from "./prelu.js";
import { qlinearConv } from "./qlinear-conv.js";
import { qlinearMatmul } from "./qlinear-matmul.js";
import { quantizeLinear } from "./quantize-linear.js";
import { range } from "./range.js";
import { reciprocal } from "./reciprocal.js";
import { reduceMax } from "./reduce-max.js";
import { reduceMean } from "./reduce-mean.js";
import { reduceMin } from "./reduce-min.js";
import { reduceProd } from "./reduce-prod.js";
import { reduceSum } from "./reduce-sum.js";
import { relu } from "./relu.js";
import { reshape } from "./reshape.js";
import { round } from "./round.js";
import { scaler } from "./scaler.js";
import { selu } from "./selu.js";
import { shape } from "./shape.js";
import { sigmoid } from "./sigmoid.js";
import { sign } from "./sign.js";
import { size } from "./size.js";
import { slice } from "./slice.js";
import { logSoftmax, softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { softsign } from "./softsign.js";
import { split } from "./split.js";
import { sqrt } from "./sqrt.js";
import { squeeze } from "./squeeze.js";
import { sub } from "./sub.js";
import { sum } from "./sum.js";
import { swish } from "./swish.js";
import { tanh } from "./tanh.js";
import { thresholdedRelu } from "./thresholded-relu.js";
import { tile } from "./tile.js";
import { transpose } from "./transpose.js";
import { unsqueeze } from "./unsqueeze.js";
import { where } from "./where.js";
import { zipMap } from "./zip-map.js";

/** Every operator the package knows. To add one: write its file, and list it here. */
const all: Operator[] = [
  abs,
  add,
  and,
  argMax,
  arrayFeatureExtractor,
  averagePool,
  batchNormalization,
  cast,
  castLike,
  ceil,
  celu,
  clip,
  concat,
  constantOfShape,
  conv,
  convInteger,
  dequantizeLinear,
  div,
  dropout,
  dynamicQuantizeLinear,
  elu,
  equal,
  erf,
  exp,
  expand,
  flatten,
  floor,
  gather,
  gelu,
  gemm,
  globalAveragePool,
  globalMaxPool,
  greater,
  greaterOrEqual,
  hardSigmoid,
  hardSwish,
  identity,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  matmul,
  matmulInteger,
  max,
  maxPool,
  min,
  mish,
  mul,
  neg,
  not,
  or,
  pad,
  pow,
  prelu,
  qlinearConv,
  qlinearMatmul,
  quantizeLinear,
  range,
  reciprocal,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  relu,
  reshape,
  round,
  scaler,
  selu,
  shape,
  sigmoid,
  sign,
  size,
  slice,
  softmax,
  softplus,
  softsign,
  split,
  sqrt,
  squeeze,
  sub,
  sum,
  swish,
  tanh,
  thresholdedRelu,
  tile,
  transpose,
  unsqueeze,
  where,
  zipMap,
];

const byName = new Map(all.map((operator) => [key(operator.type, operator.domain ?? ""), operator]));

function key(type: string, domain: string): string {
  return `${domain}:${type}`;
}

/** The operator of a node, or undefined when it is not supported. */
export function findOperator(type: string, domain = ""): Operator | undefined {
  return byName.get(key(type, domain));
}

/** Names of all supported operators, sorted; those of other domains as "domain.Name". Constant is read on import. */
export function supportedOperators(): string[] {
  return ["Constant", ...all.map((o) => (o.domain === undefined ? o.type : `${o.domain}.${o.type}`))].sort();
}
