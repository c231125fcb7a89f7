import { type KeyLayout, keyBytesOf, type MicroProgram, type TileKeys } from "./types.js";

/** The number of the key for bit plane `plane` (0 = least significant) of `group`. */
export function keyIndex(layout: KeyLayout, plane: number, group: number): number {
  const { planes, planesPerPass } = layout;
  const inPass = plane % planesPerPass;
  const planesBefore = Math.max(0, planes - (plane - inPass + planesPerPass));
  return (planesBefore + inPass) * layout.groups + group;
}

/** Every key's bits above its data bits, and the bias: what is the same for all inputs. */
export function constantKeys(layout: KeyLayout): Uint16Array {
  const keys = new Uint16Array(layout.planes * layout.groups + 1);
  for (let plane = 0; plane < layout.planes; plane++)
    for (let group = 0; group < layout.groups; group++)
      keys[keyIndex(layout, plane, group)] = layout.constants[plane % layout.planesPerPass][group];
  keys[keys.length - 1] = layout.bias;
  return keys;
}

/** Where a key's data bit `bit` stands among the key bytes: the byte, and the bit's value in it. */
export function keyBit(layout: KeyLayout, key: number, bit: number): { byte: number; value: number } {
  // Two-byte keys travel in network byte order.
  const byte = layout.keyBytes === 1 ? key : key * 2 + (bit < 8 ? 1 : 0);
  return { byte, value: 1 << (bit % 8) };
}

/** The key bytes of a vector of values: what the switch's conversion passes make, and a client may send. */
export function toKeyBytes(layout: KeyLayout, values: ArrayLike<number>): Uint8Array {
  const keys = constantKeys(layout);
  for (let plane = 0; plane < layout.planes; plane++)
    for (let feature = 0; feature < layout.features; feature++) {
      const bit = ((values[feature] + layout.offset) >> plane) & 1;
      keys[keyIndex(layout, plane, Math.floor(feature / layout.g))] |= bit << (feature % layout.g);
    }
  return bytesOfKeys(layout, keys);
}

/** Keys as they stand in the packet. */
export function bytesOfKeys(layout: KeyLayout, keys: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(keyBytesOf(layout));
  for (const [i, key] of keys.entries()) {
    if (layout.keyBytes === 1) bytes[i] = key;
    else bytes.set([key >> 8, key & 0xff], i * 2);
  }
  return bytes;
}

/** The key bytes of all tiles of a layer, for its input as a whole. */
export function keysOfTiles(tiles: TileKeys[], values: ArrayLike<number>): Uint8Array {
  const parts = tiles.map(({ features, layout }) =>
    toKeyBytes(
      layout,
      features.map((f) => values[f]),
    ),
  );
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The payload of a request for one image of 8-bit values. */
export function encodeInput(program: Pick<MicroProgram, "input">, values: ArrayLike<number>): Uint8Array {
  const { encoding, features, layouts, order } = program.input;
  if (values.length !== features) throw new RangeError(`${features} values expected, ${values.length} given`);
  if (order !== undefined) return Uint8Array.from(order, (f) => values[f] & 0xff);
  return encoding === "planes" ? keysOfTiles(layouts, values) : Uint8Array.from(values, (v) => v & 0xff);
}
