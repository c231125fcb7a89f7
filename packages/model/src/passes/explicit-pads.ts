import { type WindowAxis, windowAxes } from "../kernels/window.js";
import { isOp, type Pass } from "./editor.js";

/** Replaces auto_pad by the pads it stands for, where the spatial dimensions are known. */
export const explicitPads: Pass = {
  name: "explicit-pads",
  rewrite: (edit, node) => {
    if (!isOp(node, "Conv", "MaxPool", "AveragePool", "ConvInteger", "QLinearConv")) return false;
    if (!node.attributes.has("auto_pad")) return false;
    const autoPad = node.attributes.string("auto_pad", "NOTSET");
    const shape = edit.shape(node.inputs[0]);
    const weights = edit.shape(node.inputs[node.op === "QLinearConv" ? 3 : 1]);
    const kernel = node.attributes.ints("kernel_shape") ?? (weights?.slice(2) as number[] | undefined);
    if (shape === undefined || kernel === undefined || kernel.some((k) => typeof k !== "number"))
      return false;
    const none = node.attributes.with({ auto_pad: undefined });
    if (autoPad === "NOTSET") {
      edit.update(node, { attributes: none });
      return true;
    }
    if (autoPad === "VALID") {
      edit.update(node, { attributes: none.with({ pads: undefined }) });
      return true;
    }
    const axes = windowAxes(node.attributes, shape.slice(2), kernel);
    if (typeof axes === "string" || axes.includes(undefined)) return false;
    const known = axes as WindowAxis[];
    const pads = [...known.map((a) => a.padBegin), ...known.map((a) => a.padEnd)];
    // ceil_mode has no meaning beside auto_pad, but would have beside the pads.
    const attributes = none.with({ pads: { type: "ints", value: pads }, ceil_mode: undefined });
    edit.update(node, { attributes });
    return true;
  },
};
