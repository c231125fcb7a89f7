import { error } from "../errors.js";
import { elementCount } from "../quantize-input.js";
import type { Lowering } from "./context.js";

/** Flatten, Reshape, Squeeze, Unsqueeze: the same integers in the same order, so no layer. */
export const lowerReshape: Lowering = (node, context) => {
  const tensor = context.tensorOf(node.inputs[0], node);
  const shape = context.shapeOf(node.outputs[0], node);
  if (elementCount(shape) !== elementCount(tensor.shape))
    throw error(
      "quantize-structure",
      node.name,
      "it moves elements between the batch and the other dimensions",
    );
  context.alias(node.outputs[0], tensor);
};

/** Identity and Dropout, whose extra outputs nothing reads in a trained network. */
export const lowerIdentity: Lowering = (node, context) => {
  context.alias(node.outputs[0], context.tensorOf(node.inputs[0], node));
};
