import { Random } from "@matchmul/common";
import { test } from "vitest";
import { sizeOf, tensor } from "../../src/index.js";
import { randomIntegers, randomTensor } from "../support/graphs.js";
import type { AttributeSpec, ValueSpec } from "../support/onnx-writer.js";
import { compare, int8WeightRange, unknownShape } from "../support/oracle.js";

type Int8 = "int8" | "uint8";
const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(0, list.length - 1)];
const scaleOf = (random: Random): number => Math.fround(2 ** (random.next() * 8 - 8));
const scalar = (value: number, dtype: "float32" | Int8 | "int32" = "float32") => tensor([], [value], dtype);

function zeroPoint(random: Random, dtype: Int8): number {
  if (random.next() < 0.3) return 0;
  return dtype === "int8" ? random.integer(-128, 127) : random.integer(0, 255);
}

function weights(random: Random, shape: number[], dtype: Int8) {
  return dtype === "int8"
    ? randomIntegers(random, shape, dtype, ...int8WeightRange)
    : randomIntegers(random, shape, dtype);
}

interface ConvCase {
  x: number[];
  w: number[];
  attributes: Record<string, AttributeSpec>;
}

/** A random convolution: one or two spatial dimensions, strides, dilations, groups, pads or auto_pad. */
function convCase(random: Random): ConvCase {
  const spatial = random.integer(1, 2);
  const list = (low: number, high: number) =>
    Array.from({ length: spatial }, () => random.integer(low, high));
  const groups = pick(random, [1, 1, 2, 3]);
  const depthwise = random.next() < 0.2;
  const perGroup = depthwise ? 1 : random.integer(1, 4);
  const [kernel, strides, dilations] = [list(1, 3), list(1, 3), list(1, 2)];
  const autoPad = pick(random, ["NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
  const pads = [...kernel, ...kernel].map((k) => random.integer(0, k - 1));
  // ONNX Runtime pads dilated windows with auto_pad by the undilated kernel, so the two are not mixed.
  const dilated = autoPad.startsWith("SAME") ? list(1, 1) : dilations;
  const attributes: Record<string, AttributeSpec> = {
    strides,
    dilations: dilated,
    group: groups,
    kernel_shape: kernel,
  };
  if (autoPad === "NOTSET") attributes.pads = pads;
  else attributes.auto_pad = autoPad;
  const size = list(6, 9);
  return {
    x: [random.integer(1, 2), groups * perGroup, ...size],
    w: [groups * random.integer(1, 4), perGroup, ...kernel],
    attributes,
  };
}

test("QLinearConv equals ONNX Runtime over shapes, strides, pads, dilations, groups, scales and zero points", async () => {
  const random = new Random(11);
  for (let i = 0; i < 150; i++) {
    const c = convCase(random);
    // ONNX Runtime has kernels for u8 x u8, u8 x s8 and s8 x s8.
    const [xType, wType] = pick(random, [
      ["uint8", "uint8"],
      ["uint8", "int8"],
      ["int8", "int8"],
    ] as [Int8, Int8][]);
    const channels = c.w[0];
    const perChannel = random.next() < 0.5;
    const bias = Array.from({ length: channels }, () => random.integer(-30000, 30000));
    await compare(
      "QLinearConv",
      [
        randomIntegers(random, c.x, xType),
        scalar(scaleOf(random)),
        scalar(zeroPoint(random, xType), xType),
        weights(random, c.w, wType),
        perChannel ? randomTensor(random, [channels], 0.001, 0.1) : scalar(scaleOf(random)),
        perChannel
          ? tensor([channels], new Array(channels).fill(0), wType)
          : scalar(zeroPoint(random, wType), wType),
        scalar(Math.fround(scaleOf(random) * sizeOf(c.w.slice(1)) * 4)),
        scalar(zeroPoint(random, xType), xType),
        random.next() < 0.5 ? tensor([channels], bias, "int32") : undefined,
      ],
      [["y", xType, unknownShape(c.x.length)]],
      c.attributes,
    );
  }
});

test("ConvInteger equals ONNX Runtime", async () => {
  const random = new Random(12);
  for (let i = 0; i < 100; i++) {
    const c = convCase(random);
    await compare(
      "ConvInteger",
      [
        randomIntegers(random, c.x, "uint8"),
        randomIntegers(random, c.w, "uint8"),
        random.next() < 0.7 ? scalar(zeroPoint(random, "uint8"), "uint8") : undefined,
        random.next() < 0.5 ? scalar(zeroPoint(random, "uint8"), "uint8") : undefined,
      ],
      [["y", "int32", unknownShape(c.x.length)]],
      c.attributes,
    );
  }
});

/** Shapes of two operands of a product, batches included. */
function productShapes(random: Random): [a: number[], b: number[]] {
  const [m, k, n] = [random.integer(1, 9), random.integer(1, 70), random.integer(1, 9)];
  const batch = pick(random, [[], [], [2], [3, 2]]);
  const shared = batch.length > 0 && random.next() < 0.5;
  return [
    [...batch, m, k],
    [...(shared ? [] : batch), k, n],
  ];
}

test("QLinearMatMul equals ONNX Runtime, per tensor and per column", async () => {
  const random = new Random(13);
  for (let i = 0; i < 150; i++) {
    const [a, b] = productShapes(random);
    const [aType, bType] = pick(random, [
      ["uint8", "uint8"],
      ["uint8", "int8"],
      ["int8", "int8"],
    ] as [Int8, Int8][]);
    const columns = b[b.length - 1];
    const perColumn = b.length === 2 && random.next() < 0.4;
    await compare(
      "QLinearMatMul",
      [
        randomIntegers(random, a, aType),
        scalar(scaleOf(random)),
        scalar(zeroPoint(random, aType), aType),
        weights(random, b, bType),
        perColumn ? randomTensor(random, [columns], 0.001, 0.1) : scalar(scaleOf(random)),
        perColumn
          ? tensor(
              [columns],
              Array.from({ length: columns }, () => zeroPoint(random, bType)),
              bType,
            )
          : scalar(zeroPoint(random, bType), bType),
        scalar(Math.fround(scaleOf(random) * a[a.length - 1])),
        scalar(zeroPoint(random, aType), aType),
      ],
      [["y", aType, unknownShape(a.length)]],
    );
  }
});

test("MatMulInteger equals ONNX Runtime", async () => {
  const random = new Random(14);
  for (let i = 0; i < 100; i++) {
    const [a, b] = productShapes(random);
    const [aType, bType] = pick(random, [
      ["uint8", "uint8"],
      ["uint8", "int8"],
      ["int8", "int8"],
    ] as [Int8, Int8][]);
    const columns = b[b.length - 1];
    const zeros = Array.from({ length: columns }, () => zeroPoint(random, bType));
    await compare(
      "MatMulInteger",
      [
        randomIntegers(random, a, aType),
        weights(random, b, bType),
        random.next() < 0.7 ? scalar(zeroPoint(random, aType), aType) : undefined,
        b.length === 2 && random.next() < 0.5 ? tensor([columns], zeros, bType) : undefined,
      ],
      [["y", "int32", unknownShape(a.length)]],
    );
  }
});

test("QuantizeLinear equals ONNX Runtime, halves, saturation and infinities included", async () => {
  const random = new Random(15);
  for (let i = 0; i < 100; i++) {
    const dtype = pick(random, ["int8", "uint8"] as const);
    const shape = [random.integer(1, 3), random.integer(1, 5), random.integer(1, 40)];
    const perAxis = random.next() < 0.5;
    const axis = random.integer(-3, 2);
    const count = shape[axis < 0 ? axis + 3 : axis];
    const scale = perAxis ? randomTensor(random, [count], 0.01, 1) : scalar(2 ** random.integer(-4, 1));
    const x = randomTensor(random, shape, -300, 300);
    const data = x.data as Float32Array;
    // Every third value lies halfway between two integers of the quantized scale.
    for (let j = 0; j < data.length; j += 3) data[j] = (Math.round(data[j]) + 0.5) * Number(scale.data[0]);
    if (i % 10 === 0) data.set([Infinity, -Infinity].slice(0, data.length));
    const zero = perAxis
      ? tensor(
          [count],
          Array.from({ length: count }, () => zeroPoint(random, dtype)),
          dtype,
        )
      : scalar(zeroPoint(random, dtype), dtype);
    await compare("QuantizeLinear", [x, scale, zero], [["y", dtype, unknownShape(3)]], { axis });
  }
});

test("DequantizeLinear equals ONNX Runtime, int32 included", async () => {
  const random = new Random(16);
  for (let i = 0; i < 100; i++) {
    const dtype = pick(random, ["int8", "uint8", "int32"] as const);
    const shape = [random.integer(1, 3), random.integer(1, 5), random.integer(1, 20)];
    const axis = random.integer(-3, 2);
    const count = shape[axis < 0 ? axis + 3 : axis];
    const perAxis = random.next() < 0.5;
    const scale = perAxis ? randomTensor(random, [count], 0.001, 1) : scalar(scaleOf(random));
    const wide = () => random.integer(-(2 ** 31), 2 ** 31 - 1);
    const x =
      dtype === "int32"
        ? tensor(shape, Array.from({ length: sizeOf(shape) }, wide), "int32")
        : randomIntegers(random, shape, dtype);
    const zero =
      dtype === "int32"
        ? undefined
        : perAxis
          ? tensor(
              [count],
              Array.from({ length: count }, () => zeroPoint(random, dtype)),
              dtype,
            )
          : scalar(zeroPoint(random, dtype), dtype);
    await compare("DequantizeLinear", [x, scale, zero], [["y", "float32", unknownShape(3)]], { axis });
  }
});

test("DynamicQuantizeLinear equals ONNX Runtime", async () => {
  const random = new Random(17);
  for (let i = 0; i < 50; i++) {
    const low = pick(random, [-3, 0, 0.5]);
    const x = randomTensor(random, [random.integer(1, 60)], low, low + 4 * random.next());
    await compare(
      "DynamicQuantizeLinear",
      [x],
      [
        ["y", "uint8", ["n"]],
        ["s", "float32", []],
        ["z", "uint8", []],
      ],
    );
  }
});

test("MaxPool equals ONNX Runtime for float and 8-bit integers", async () => {
  const random = new Random(18);
  for (let i = 0; i < 150; i++) {
    const dtype = pick(random, ["int8", "uint8", "float32"] as const);
    const spatial = random.integer(1, 3);
    const list = (low: number, high: number) =>
      Array.from({ length: spatial }, () => random.integer(low, high));
    const kernel = list(1, 3);
    const shape = [random.integer(1, 2), random.integer(1, 3), ...list(5, 8)];
    const autoPad = pick(random, ["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
    const attributes: Record<string, AttributeSpec> = {
      kernel_shape: kernel,
      // With auto_pad and a stride above the kernel ONNX Runtime cuts the input ("negative pads"); ONNX does not.
      strides: autoPad.startsWith("SAME") ? kernel.map((k) => random.integer(1, k)) : list(1, 3),
      ceil_mode: autoPad === "NOTSET" ? random.integer(0, 1) : 0,
      ...(autoPad === "NOTSET"
        ? { pads: [...kernel, ...kernel].map((k) => random.integer(0, k - 1)), dilations: list(1, 2) }
        : { auto_pad: autoPad }),
    };
    // A window of padding alone has no maximum; with pads below the kernel and no dilation there is none.
    if (autoPad === "NOTSET" && (attributes.pads as number[]).some((p) => p > 0)) delete attributes.dilations;
    const x = dtype === "float32" ? randomTensor(random, shape) : randomIntegers(random, shape, dtype);
    const outputs: ValueSpec[] = [["y", dtype, unknownShape(shape.length)]];
    if (dtype === "float32") outputs.push(["at", "int64", unknownShape(shape.length)]);
    await compare("MaxPool", [x], outputs, attributes, 12);
  }
});
