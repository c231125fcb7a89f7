import type { Dim } from "../graph.js";
import { threeAxes, type Window, type WindowAxis, windowAxes } from "../kernels/window.js";
import type { Tensor } from "../tensor.js";
import type { InferCall, RunCall } from "./operator.js";

/** Conv's and the pooling operators' shared work on shapes [N, C, spatial...]. */
type AnyCall = Pick<InferCall & RunCall, "attributes" | "unknown" | "fail" | "conflict" | "refuse">;

/** The window over a value's spatial dimensions. @throws MatchMulError operator-invalid, operator-variant */
export function windowOf(
  call: AnyCall,
  shape: readonly Dim[],
  kernel: readonly number[],
): (WindowAxis | undefined)[] {
  const spatial = shape.slice(2);
  if (shape.length < 3) call.conflict(`[${shape.join(", ")}] has no spatial dimensions`);
  if (spatial.length > 3)
    call.refuse(`${spatial.length} spatial dimensions`, "one to three spatial dimensions are supported");
  const axes = windowAxes(call.attributes, spatial, kernel);
  return typeof axes === "string" ? call.fail(axes) : axes;
}

/** The output's spatial dimensions. */
export function outputSpatial(call: AnyCall, axes: readonly (WindowAxis | undefined)[]): Dim[] {
  return axes.map((axis, i) => axis?.output ?? call.unknown(i + 2));
}

/** The window of an actual tensor, with three dimensions. */
export function concreteWindow(call: AnyCall, x: Tensor, kernel: readonly number[]): Window {
  return threeAxes(windowOf(call, x.shape, kernel) as WindowAxis[]);
}
