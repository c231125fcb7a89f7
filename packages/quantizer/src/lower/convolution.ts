import { error } from "../errors.js";
import type { Lowering } from "./context.js";
import { emitLinear } from "./emit.js";
import { imageShape, windowOf } from "./spatial.js";

/** Conv with constant weights, in one or two dimensions. */
export const lowerConv: Lowering = (node, context) => {
  const weights = context.constant(node, 1);
  const shape = context.graph.initializers.get(node.inputs[1])?.shape;
  if (weights === undefined || shape === undefined)
    throw error("quantize-structure", node.name, "its weights are not constant");
  const bias = node.inputs[2] ? context.constant(node, 2) : new Float32Array(shape[0]);
  if (bias === undefined) throw error("quantize-structure", node.name, "its bias is not constant");
  emitLinear(
    {
      node,
      made: node.outputs[0],
      input: context.tensorOf(node.inputs[0], node),
      float: { weights, bias },
      shape: context.shapeOf(node.outputs[0], node),
      convolution: {
        inChannels: imageShape(node.inputs[0], node, context).channels,
        groups: node.attributes.int("group", 1),
        window: windowOf(node, shape.slice(2), context),
      },
    },
    context,
  );
};
