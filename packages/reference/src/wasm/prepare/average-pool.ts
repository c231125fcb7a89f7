import { type AveragePoolLayer, insideRange } from "@matchmul/quantizer";
import { type Preparation, type Prepared, prepareBorder, signOf } from "./prepared.js";
import { prepareRequantization } from "./requantization.js";

/** Average pooling; where it pads, the image is first copied into a border of zeros, which add nothing. */
export function prepareAveragePool(layer: AveragePoolLayer, preparation: Preparation): Prepared {
  const { channels, window } = layer;
  const { outSize, kernel, stride, dilation } = window;
  const image = prepareBorder(layer.input, channels, window, 0, preparation);
  const perChannel = outSize[0] * outSize[1];
  const multipliers = preparation.arena.take(4 * perChannel);
  const address = preparation.arena.take(4 * channels * perChannel);
  const requantization = prepareRequantization(
    { address, channels, perChannel, stride: 4 * perChannel },
    layer.requantization,
    layer.output,
    preparation,
  );
  return {
    initialise: (machine) => {
      image.initialise(machine);
      const inside = (d: number, o: number) => {
        const [first, end] = insideRange(window, d, o);
        return end - first;
      };
      for (let y = 0; y < outSize[0]; y++)
        for (let x = 0; x < outSize[1]; x++)
          machine.int32[multipliers / 4 + y * outSize[1] + x] =
            layer.multipliers[inside(0, y) * inside(1, x)];
      requantization.initialise(machine);
    },
    calls: [
      ...image.calls,
      [
        `average_${signOf(layer.input, preparation)}`,
        address,
        image.address,
        channels,
        image.height * image.width,
        multipliers,
        layer.bias,
        kernel[0],
        dilation[0] * image.width,
        stride[0] * image.width,
        outSize[0],
        kernel[1],
        dilation[1],
        stride[1],
        outSize[1],
      ],
      ...requantization.calls,
    ],
  };
}
