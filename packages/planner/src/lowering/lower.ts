import type { QuantizedModel } from "@matchmul/quantizer";
import type { MicroProgram } from "../microcode/types.js";
import { lowerBitSerial } from "./bit-serial.js";
import { type Choice, isShiftAdd } from "./options.js";
import { lowerShiftAdd } from "./shift-add.js";

/**
 * int8 model -> microcode, under the planner's choices.
 *
 * @param verdicts what the switch does with a class, where that is not to answer the client
 * @throws MatchMulError layer-too-wide, layer-too-large, layer-not-lowered, layer-order, queue-too-long,
 * accumulator-too-large, logits-too-large
 */
export function lower(
  model: QuantizedModel,
  choice: Choice,
  verdicts: MicroProgram["verdicts"] = {},
): MicroProgram {
  return isShiftAdd(choice.kernel)
    ? lowerShiftAdd(model, verdicts, choice.kernel === "shift-add-constants")
    : lowerBitSerial(model, choice, verdicts);
}
