import type { Message } from "./partition.js";

/** Messages between threads, as two buffers that can be handed over. */
export interface Parcel {
  /** Of each message: time, key, channel, born, bytes of the packet. */
  numbers: Float64Array<ArrayBuffer>;
  /** The packets one after the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The earliest time. */
  first: number;
}

const perMessage = 5;

export function pack(messages: readonly Message[]): Parcel {
  const numbers = new Float64Array(perMessage * messages.length);
  const bytes = new Uint8Array(messages.reduce((sum, m) => sum + m.bytes.length, 0));
  let first = Number.POSITIVE_INFINITY;
  let at = 0;
  messages.forEach((m, i) => {
    numbers.set([m.time, m.key, m.channel, m.born, m.bytes.length], perMessage * i);
    bytes.set(m.bytes, at);
    at += m.bytes.length;
    if (m.time < first) first = m.time;
  });
  return { numbers, bytes, first };
}

export function unpack({ numbers, bytes }: Parcel): Message[] {
  const messages: Message[] = [];
  let at = 0;
  for (let i = 0; i < numbers.length; i += perMessage) {
    const end = at + numbers[i + 4];
    messages.push({
      time: numbers[i],
      key: numbers[i + 1],
      channel: numbers[i + 2],
      born: numbers[i + 3],
      bytes: bytes.subarray(at, end),
    });
    at = end;
  }
  return messages;
}
