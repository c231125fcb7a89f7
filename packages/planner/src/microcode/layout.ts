import { type KeyLayout, layoutBytes, type MicroProgram } from "./types.js";

/** Where bit plane `plane` (0 = least significant) of `group` stands among the key bytes of a layout. */
export function keyByteIndex(layout: KeyLayout, plane: number, group: number): number {
  const { planes, planesPerPass } = layout;
  const inPass = plane % planesPerPass;
  const planesBefore = Math.max(0, planes - (plane - inPass + planesPerPass));
  return (planesBefore + inPass) * layout.blocks.length + group;
}

/** The key bytes of a vector of values: what the switch's conversion passes make, and a client may send. */
export function toKeyBytes(layout: KeyLayout, values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(layoutBytes(layout));
  for (let plane = 0; plane < layout.planes; plane++) {
    for (let group = 0; group < layout.blocks.length; group++) {
      let byte = layout.blocks[group] << layout.g;
      for (let i = 0; i < layout.g; i++) {
        const feature = group * layout.g + i;
        if (feature < layout.features) byte |= (((values[feature] + layout.offset) >> plane) & 1) << i;
      }
      bytes[keyByteIndex(layout, plane, group)] = byte;
    }
  }
  return bytes;
}

/** The payload of a request for one image of int8 values. */
export function encodeInput(program: Pick<MicroProgram, "input">, values: ArrayLike<number>): Uint8Array {
  const { encoding, features, layout } = program.input;
  if (values.length !== features) throw new RangeError(`${features} values expected, ${values.length} given`);
  return encoding === "planes" ? toKeyBytes(layout, values) : Uint8Array.from(values, (v) => v & 0xff);
}
