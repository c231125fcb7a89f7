import { isBig } from "../dtypes.js";
import type { Dim } from "../graph.js";
import { select } from "../kernels/select.js";
import { checkExtent, describeTensor, sizeOf, type Tensor, toBig, zeros } from "../tensor.js";
import { axesArgument } from "./axes.js";
import { type InferCall, type Operator, type RunCall, requireIndexLists } from "./operator.js";

/** Pad: with a constant, the edge, a reflection or a repetition; negative pads take elements away. */
export const pad: Operator = {
  type: "Pad",
  arity: [1, 4],
  infer: (call) => {
    requireIndexLists(call, 1, 3);
    const { dtype, shape } = call.input(0);
    if (shape === undefined) return [{ dtype, shape }];
    const pads = padsOf(call, shape.length);
    return [
      {
        dtype,
        shape: shape.map((d, i): Dim => {
          if (pads === undefined) return call.unknown(i);
          const [begin, end] = pads[i];
          if (begin === 0 && end === 0) return d;
          if (typeof d !== "number") return call.unknown(i);
          return d + begin + end >= 0
            ? d + begin + end
            : call.conflict(`pads (${begin}, ${end}) of length ${d}`);
        }),
      },
    ];
  },
  run: (call) => {
    const x = call.input(0);
    const pads = padsOf(call, x.shape.length)!;
    const mode = call.attributes.string("mode", "constant");
    const source = sourceIndex.get(mode);
    if (source === undefined) return call.fail(`mode ${mode}`);
    const shape = x.shape.map((d, i) => Math.max(0, d + pads[i][0] + pads[i][1]));
    checkExtent(shape, call.title);
    if (sizeOf(shape) === 0) return [zeros(shape, x.dtype)];
    const fill = call.inputs[2] as Tensor | undefined;
    if (fill !== undefined && (fill.dtype !== x.dtype || fill.data.length !== 1))
      call.fail(`a fill value ${describeTensor(fill)}`);
    const maps = x.shape.map((d, i) => {
      const [begin, end] = pads[i];
      if (d === 0 && mode !== "constant" && begin + end > 0)
        call.conflict(`mode ${mode} of an empty dimension`);
      return Int32Array.from({ length: Math.max(0, d + begin + end) }, (_, o) => source(o - begin, d));
    });
    return [select(x, maps, fill?.data[0] ?? zero(x, call.attributes.float("value", 0)), call.title)];
  },
};

function zero(x: Tensor, value: number): number | bigint {
  return isBig(x.dtype) ? toBig(value) : value;
}

/** For each mode, the index of the element at position i of a dimension of length d; -1 is the constant. */
const sourceIndex = new Map<string, (i: number, d: number) => number>([
  ["constant", (i, d) => (i < 0 || i >= d ? -1 : i)],
  ["edge", (i, d) => Math.max(0, Math.min(d - 1, i))],
  [
    "reflect",
    (i, d) => {
      const period = Math.max(1, 2 * (d - 1));
      const j = ((i % period) + period) % period;
      return j < d ? j : period - j;
    },
  ],
  ["wrap", (i, d) => ((i % d) + d) % d],
]);

/** Pads before and after each dimension; undefined while they are not known. */
export function padsOf(call: InferCall | RunCall, rank: number): [number, number][] | undefined {
  const pads = axesArgument(call, 1, "pads");
  const axes = axesArgument(call, 3, "axes");
  if (pads === undefined) call.fail("pads are missing");
  if (pads === "unknown" || axes === "unknown") return undefined;
  const list = axes ?? Array.from({ length: rank }, (_, i) => i);
  if (pads.length !== 2 * list.length) call.fail(`${pads.length} pads for ${list.length} dimensions`);
  if (pads.some((p) => Math.abs(p) > 2 ** 30)) call.fail(`pads [${pads.join(", ")}]`);
  const out = Array.from({ length: rank }, (): [number, number] => [0, 0]);
  list.forEach((axis, i) => {
    out[call.axis(axis, rank)] = [pads[i], pads[i + list.length]];
  });
  return out;
}
