/** As much of the protobuf wire format as writing an ONNX model takes. */

export type Field = [number: number, value: number | string | Uint8Array | Field[]];

function varint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...out, rest];
}

/** A message's bytes: numbers as varints, everything else with its length. */
export function message(fields: readonly Field[]): Uint8Array {
  const parts = fields.map(([number, value]) => {
    if (typeof value === "number") return Uint8Array.from([...varint(number * 8), ...varint(value)]);
    const body =
      typeof value === "string"
        ? new TextEncoder().encode(value)
        : value instanceof Uint8Array
          ? value
          : message(value);
    const head = [...varint(number * 8 + 2), ...varint(body.length)];
    const part = new Uint8Array(head.length + body.length);
    part.set(head);
    part.set(body, head.length);
    return part;
  });
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
