import type { Graph } from "./graph.js";
import { inferShapes } from "./infer.js";
import { canonicalArithmetic } from "./passes/canonical-arithmetic.js";
import { canonicalGemm } from "./passes/canonical-gemm.js";
import { softmaxBeforeArgmax } from "./passes/drop-softmax.js";
import { GraphEditor, type Pass } from "./passes/editor.js";
import { expandBatchNormalization } from "./passes/expand-batch-normalization.js";
import { explicitPads } from "./passes/explicit-pads.js";
import { foldConstants } from "./passes/fold-constants.js";
import { foldInputAffine } from "./passes/fold-input-affine.js";
import { fuseBias } from "./passes/fuse-bias.js";
import { fuseScale } from "./passes/fuse-scale.js";
import { matmulToGemm } from "./passes/matmul-to-gemm.js";
import { mergePad } from "./passes/merge-pad.js";
import { recogniseActivations } from "./passes/recognise-activations.js";
import { removeDead } from "./passes/remove-dead.js";
import { removeDynamicQuantization } from "./passes/remove-dynamic-quantization.js";
import { removeIdentities } from "./passes/remove-identities.js";
import { settleReshapes } from "./passes/settle-reshapes.js";
import { spatialMean } from "./passes/spatial-mean.js";
import { toFlatten } from "./passes/to-flatten.js";
import { simplifyTransposes } from "./passes/transposes.js";
import { toFloat32 } from "./to-float32.js";

/** The passes of normalise, in the order they are tried. */
export const passes: readonly Pass[] = [
  foldConstants,
  removeDynamicQuantization,
  settleReshapes,
  removeIdentities,
  canonicalArithmetic,
  recogniseActivations,
  toFlatten,
  spatialMean,
  simplifyTransposes,
  explicitPads,
  mergePad,
  matmulToGemm,
  canonicalGemm,
  expandBatchNormalization,
  fuseScale,
  fuseBias,
  foldInputAffine,
  softmaxBeforeArgmax,
];

/**
 * The graph in a simpler form with the same results (within float rounding): a copy, rewritten by all passes until
 * none finds anything more. Afterwards constants are folded, Conv and Gemm carry their scales and offsets, a Gemm
 * with constant weights has them as [outputs, inputs] (transB = 1), and pads are explicit. Floating-point values of
 * other widths, inputs and outputs included, are float32, and dynamic quantization is undone: these two change
 * results by the rounding of the narrower numbers.
 */
export function normalise(graph: Graph): Graph {
  const copy = copyGraph(graph);
  removeDead(copy);
  toFloat32(copy);
  const edit = new GraphEditor(copy);
  for (let again = true; again; ) {
    again = false;
    for (const pass of passes) if (edit.apply(pass)) again = true;
  }
  removeDead(copy);
  inferShapes(copy);
  return copy;
}

/** A graph that can be rewritten while the original stays; the weights themselves are shared. */
export function copyGraph(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map((v) => ({ ...v })),
    outputs: graph.outputs.map((v) => ({ ...v })),
    nodes: [...graph.nodes],
    initializers: new Map(graph.initializers),
    values: new Map(graph.values),
  };
}
