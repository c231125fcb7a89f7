import { isFloat } from "../dtypes.js";
import { mapElements } from "../operators/elementwise.js";
import { isOp, type Pass } from "./editor.js";

/**
 * Writes x - c as x + (-c), x / c as x * (1 / c), a Sum of two as Add, and puts the constant of Add and Mul
 * second, so that later passes meet one form only.
 */
export const canonicalArithmetic: Pass = {
  name: "canonical-arithmetic",
  rewrite: (edit, node) => {
    if (isOp(node, "Sum") && node.inputs.length === 2) {
      edit.update(node, { op: "Add" });
      return true;
    }
    const [a, b] = [edit.constant(node.inputs[0]), edit.constant(node.inputs[1])];
    if (isOp(node, "Add", "Mul") && a !== undefined && b === undefined) {
      edit.update(node, { inputs: [node.inputs[1], node.inputs[0]] });
      return true;
    }
    if (b === undefined || a !== undefined || !isFloat(b.dtype)) return false;
    if (isOp(node, "Sub")) {
      const negative = edit.define(
        `${node.inputs[1]}_negative`,
        mapElements(b, (v) => -v),
      );
      edit.update(node, { op: "Add", inputs: [node.inputs[0], negative] });
      return true;
    }
    if (isOp(node, "Div") && (b.data as Float32Array).every((v) => v !== 0)) {
      const inverse = edit.define(
        `${node.inputs[1]}_inverse`,
        mapElements(b, (v) => 1 / v),
      );
      edit.update(node, { op: "Mul", inputs: [node.inputs[0], inverse] });
      return true;
    }
    return false;
  },
};
