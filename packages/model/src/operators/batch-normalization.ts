import { isFloat } from "../dtypes.js";
import { roundArray } from "../float-formats.js";
import { compatible } from "../shapes.js";
import { allocate, sizeOf, type Tensor } from "../tensor.js";
import type { InferredValue, Operator, RunCall } from "./operator.js";

/**
 * BatchNormalization: scale * (x - mean) / sqrt(variance + epsilon) + bias per channel, with the given mean and
 * variance, or in training mode with the batch's own, and then running ones as further outputs.
 */
export const batchNormalization: Operator = {
  type: "BatchNormalization",
  arity: [5, 5],
  infer: (call) => {
    const x = call.input(0);
    if (!call.inputs.every((v) => v === undefined || isFloat(v.dtype)))
      call.fail(`inputs of types ${call.inputs.map((v) => v?.dtype).join(", ")}`);
    const channels = x.shape === undefined ? undefined : (x.shape[1] ?? 1);
    for (let i = 1; i < 5; i++) {
      const shape = call.input(i).shape;
      if (
        shape !== undefined &&
        (shape.length !== 1 || (channels !== undefined && !compatible(shape[0], channels)))
      )
        call.conflict(`input ${i} of shape [${shape.join(", ")}] for ${channels} channels`);
    }
    const outputs: InferredValue[] = [{ dtype: x.dtype, shape: x.shape }];
    for (let i = 1; i < call.node.outputs.length; i++)
      outputs.push({ dtype: call.input(3).dtype, shape: call.input(3).shape });
    return outputs;
  },
  run: (call) => {
    const x = call.input(0);
    const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => call.input(i).data as Float32Array);
    const epsilon = call.attributes.float("epsilon", 1e-5);
    const training = call.attributes.int("training_mode", 0) !== 0;
    const own = training ? statistics(x) : undefined;
    const [m, v] = own === undefined ? [mean, variance] : [own.mean, own.variance];
    const data = allocate(x.dtype, x.data.length, call.title) as Float32Array;
    const channels = x.shape[1] ?? 1;
    const area = sizeOf(x.shape.slice(2));
    const source = x.data as Float32Array;
    for (let i = 0, c = 0; i < data.length; i += area, c = (c + 1) % channels) {
      const factor = scale[c] / Math.sqrt(v[c] + epsilon);
      for (let p = i; p < i + area; p++) data[p] = (source[p] - m[c]) * factor + bias[c];
    }
    if (data instanceof Float32Array) roundArray(data, x.dtype);
    const y: Tensor = { dtype: x.dtype, shape: x.shape, data };
    if (own === undefined) return [y];
    return [y, running(call, 3, own.mean), running(call, 4, own.variance)].slice(0, call.node.outputs.length);
  },
};

function statistics(x: Tensor): { mean: Float64Array; variance: Float64Array } {
  const channels = x.shape[1] ?? 1;
  const area = sizeOf(x.shape.slice(2));
  const source = x.data as Float32Array;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const count = source.length / channels;
  const channelOf = (i: number) => Math.floor(i / area) % channels;
  for (let i = 0; i < source.length; i++) mean[channelOf(i)] += source[i] / count;
  for (let i = 0; i < source.length; i++)
    variance[channelOf(i)] += (source[i] - mean[channelOf(i)]) ** 2 / count;
  return { mean, variance };
}

function running(call: RunCall, index: number, batch: Float64Array): Tensor {
  const old = call.input(index);
  const momentum = call.attributes.float("momentum", 0.9);
  const data = (old.data as Float32Array).map((o, c) => o * momentum + batch[c] * (1 - momentum));
  return { dtype: old.dtype, shape: old.shape, data };
}
