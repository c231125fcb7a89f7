import { numbers } from "../tensor.js";
import type { Operator } from "./operator.js";

/** Dropout, as at inference: the input, and a mask of all ones. Training mode is refused. */
export const dropout: Operator = {
  type: "Dropout",
  arity: [1, 3],
  infer: (call) => {
    const { dtype, shape } = call.input(0);
    return [
      { dtype, shape },
      { dtype: "bool" as const, shape },
    ].slice(0, Math.max(1, call.node.outputs.length));
  },
  run: (call) => {
    const [x, ratio, training] = [call.input(0), call.inputs[1], call.inputs[2]];
    if (training?.data[0] && (ratio === undefined ? 0.5 : numbers(ratio)[0]) !== 0)
      call.refuse(
        "training mode draws random numbers",
        "export the model for inference, as after model.eval()",
      );
    return [x, { dtype: "bool" as const, shape: x.shape, data: new Uint8Array(x.data.length).fill(1) }].slice(
      0,
      Math.max(1, call.node.outputs.length),
    );
  },
};
