import { Random } from "@matchmul/common";
import { type Field, message } from "./protobuf.js";

/** Element types of onnx.proto. */
const types = { float32: 1, uint8: 2, int8: 3, int32: 6 };

/** Writes a chain of quantized operators as an ONNX model: unsigned activations, signed weights. */
class Writer {
  readonly #nodes: Field[] = [];
  readonly #initializers: Field[] = [];
  readonly #random = new Random(1);
  #count = 0;

  #tensor(dims: number[], type: keyof typeof types, data: ArrayBufferView): string {
    const name = `c${this.#count++}`;
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push([5, [...dims.map((d): Field => [1, d]), [2, types[type]], [8, name], [9, raw]]]);
    return name;
  }

  #scale(value: number): string {
    return this.#tensor([], "float32", Float32Array.of(value));
  }

  node(op: string, inputs: string[], attributes: Record<string, number[]> = {}): string {
    const output = `v${this.#count++}`;
    const attribute = ([name, values]: [string, number[]]): Field => [
      5,
      [[1, name], ...values.map((v): Field => [8, v]), [20, 7]],
    ];
    this.#nodes.push([
      1,
      [
        ...inputs.map((i): Field => [1, i]),
        [2, output],
        [3, output],
        [4, op],
        ...Object.entries(attributes).map(attribute),
      ],
    ]);
    return output;
  }

  /** QLinearConv or QLinearMatMul with random weights, scaled so that the outputs use their range. */
  linear(input: string, shape: number[], perOutput: number, attributes?: Record<string, number[]>): string {
    const weights = Int8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      this.#random.integer(-64, 63),
    );
    const outputs = attributes === undefined ? shape[1] : shape[0];
    const bias = Int32Array.from({ length: outputs }, () => this.#random.integer(-2000, 2000));
    const unsigned = this.#tensor([], "uint8", Uint8Array.of(0));
    const signed = this.#tensor([], "int8", Int8Array.of(0));
    const inputs = [
      input,
      this.#scale(0.02),
      unsigned,
      this.#tensor(shape, "int8", weights),
      this.#scale(0.01),
      signed,
      // Random sums have a spread of about 37 * 100 * sqrt(terms).
      this.#scale(0.02 * 0.01 * 37 * Math.sqrt(perOutput)),
      unsigned,
    ];
    if (attributes === undefined) return this.node("QLinearMatMul", inputs);
    return this.node("QLinearConv", [...inputs, this.#tensor([outputs], "int32", bias)], attributes);
  }

  model(input: number[], output: string, outputs: number): Uint8Array {
    const info = (name: string, dims: number[]): Field[] => [
      [1, name],
      [
        2,
        [
          [
            1,
            [
              [1, types.uint8],
              [2, dims.map((d): Field => [1, [[1, d]]])],
            ],
          ],
        ],
      ],
    ];
    const graph: Field[] = [
      ...this.#nodes,
      [2, "mini-alexnet"],
      ...this.#initializers,
      [11, info("x", input)],
      [12, info(output, [1, outputs])],
    ];
    return message([
      [1, 8],
      [7, graph],
      [
        8,
        [
          [1, ""],
          [2, 13],
        ],
      ],
    ]);
  }
}

/**
 * mini-AlexNet's shape (15,476,416 weights, 91,126,528 multiply-accumulates an image) in QLinear operators,
 * u8 activations and s8 weights, with random weights: what ONNX Runtime is fastest at.
 */
export function miniAlexnet(): { model: Uint8Array; output: string } {
  const g = new Writer();
  const conv = (x: string, outputs: number, inputs: number, pad: number) =>
    g.linear(x, [outputs, inputs, 3, 3], inputs * 9, {
      kernel_shape: [3, 3],
      pads: [pad, pad, pad, pad],
    });
  const pool = (x: string, n: number) => g.node("MaxPool", [x], { kernel_shape: [n, n], strides: [n, n] });
  let x = pool(conv("x", 64, 3, 2), 2);
  x = pool(conv(x, 192, 64, 1), 2);
  x = pool(conv(x, 384, 192, 1), 4);
  x = g.node("Flatten", [x]);
  x = g.linear(x, [1536, 4096], 1536);
  x = g.linear(x, [4096, 2048], 4096);
  const output = g.linear(x, [2048, 10], 2048);
  return { model: g.model([1, 3, 32, 32], output, 10), output };
}
