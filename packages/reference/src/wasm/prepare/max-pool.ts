import type { MaxPoolLayer } from "@matchmul/quantizer";
import { type Preparation, type Prepared, prepareBorder, signOf } from "./prepared.js";

/** Max pooling; where it pads, the image is first copied into a border of the smallest value. */
export function prepareMaxPool(layer: MaxPoolLayer, preparation: Preparation): Prepared {
  const { channels, window } = layer;
  const { outSize, kernel, stride, dilation } = window;
  const sign = signOf(layer.input, preparation);
  const image = prepareBorder(layer.input, channels, window, sign === "s" ? -128 : 0, preparation);
  const temporary = preparation.arena.take(image.width);
  return {
    initialise: image.initialise,
    calls: [
      ...image.calls,
      [
        `max_pool_${sign}`,
        image.address,
        preparation.addresses.get(layer.output)!,
        channels,
        image.height * image.width,
        kernel[0],
        dilation[0] * image.width,
        stride[0] * image.width,
        outSize[0],
        image.width,
        kernel[1],
        dilation[1],
        stride[1],
        outSize[1],
        temporary,
      ],
    ],
  };
}
