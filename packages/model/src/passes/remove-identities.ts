import type { Dim, Node } from "../graph.js";
import { isUnknown } from "../shapes.js";
import { numbers } from "../tensor.js";
import type { GraphEditor, Pass } from "./editor.js";

/**
 * Removes nodes that give their input: Identity, Dropout at inference, casts to the same type, reshapes to the same
 * shape, transposes that move nothing, pads of nothing, and sums, maxima and concatenations of one value.
 */
export const removeIdentities: Pass = {
  name: "remove-identities",
  rewrite: (edit, node) => isIdentity(edit, node) && edit.bypass(node, node.inputs[0]),
};

function isIdentity(edit: GraphEditor, node: Node): boolean {
  if (node.domain !== "") return false;
  switch (node.op) {
    case "Identity":
      return true;
    case "Dropout":
      return !isRead(edit, node.outputs[1]) && !mayTrain(edit, node.inputs[2]);
    case "Cast":
    case "CastLike":
      return edit.known(node.inputs[0])?.dtype === edit.known(node.outputs[0])?.dtype;
    case "Reshape":
    case "Flatten":
    case "Squeeze":
    case "Unsqueeze":
    case "Expand":
    case "Tile":
      return sameShape(edit.shape(node.inputs[0]), edit.shape(node.outputs[0]));
    case "Transpose": {
      const rank = edit.shape(node.inputs[0])?.length;
      const perm = node.attributes.ints("perm");
      return perm === undefined ? rank !== undefined && rank < 2 : perm.every((p, i) => p === i);
    }
    case "Pad": {
      const pads = edit.constant(node.inputs[1]);
      const list = pads === undefined ? node.attributes.ints("pads") : numbers(pads);
      return list?.every((p) => p === 0) ?? false;
    }
    case "Slice":
      return sameShape(edit.shape(node.inputs[0]), edit.shape(node.outputs[0])) && forward(edit, node);
    case "Clip":
      return (
        node.inputs.slice(1).every((name) => name === "") &&
        !node.attributes.has("min") &&
        !node.attributes.has("max")
      );
    case "Sum":
    case "Max":
    case "Min":
    case "Concat":
      return node.inputs.length === 1;
    default:
      return false;
  }
}

function isRead(edit: GraphEditor, name: string | undefined): boolean {
  return name !== undefined && name !== "" && (edit.isOutput(name) || edit.readers(name).length > 0);
}

function mayTrain(edit: GraphEditor, name: string | undefined): boolean {
  if (name === undefined || name === "") return false;
  const training = edit.constant(name);
  return training === undefined || Boolean(training.data[0]);
}

function sameShape(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.length === b.length &&
    a.every((d, i) => d === b[i] && !isUnknown(d))
  );
}

function forward(edit: GraphEditor, node: Node): boolean {
  const steps = edit.constant(node.inputs[4]);
  return (node.inputs[4] ?? "") === "" || (steps !== undefined && numbers(steps).every((s) => s > 0));
}
