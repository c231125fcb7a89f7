/** A reader of protocol buffers' wire format, as simple as can be: what the writer is held against. */

export function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; ; at++, scale *= 128) {
    value += (bytes[at] & 0x7f) * scale;
    if (bytes[at] < 0x80) return { value, end: at + 1 };
  }
}

export interface Field {
  number: number;
  value: number | Uint8Array;
}

/** Fields of a message that has only varints and length-delimited ones. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    const body = readVarint(bytes, tag.end);
    const number = Math.floor(tag.value / 8);
    if (tag.value % 8 === 0) {
      fields.push({ number, value: body.value });
      at = body.end;
    } else {
      if (tag.value % 8 !== 2) throw new Error(`wire type ${tag.value % 8} at ${at}`);
      if (body.end + body.value > bytes.length) throw new Error(`field ${number} is cut off`);
      fields.push({ number, value: bytes.subarray(body.end, body.end + body.value) });
      at = body.end + body.value;
    }
  }
  return fields;
}

/** Messages, each behind its length. */
export function delimitedMessages(bytes: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = readVarint(bytes, at);
    messages.push(bytes.subarray(end, end + value));
    at = end + value;
  }
  return messages;
}
