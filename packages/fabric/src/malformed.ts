import { Random } from "@matchmul/common";
import { ServeKind, type ServeNetwork } from "@matchmul/planner";
import { fieldPlaces, headerBytes, isServePacket, readField, writeField } from "./packets.js";

const mutated = [
  "version",
  "kind",
  "slot",
  "layer",
  "pc",
  "destination",
  "parse",
  "address",
  "index",
] as const;
const forged = [...mutated, "reply", "task", "base", "state", "row", "source", "attempt"] as const;
const innerKinds = [ServeKind.data, ServeKind.store, ServeKind.work, ServeKind.answer, ServeKind.partial];

/**
 * Packets that no client sends, for a host's port: noise, cut and changed requests, packets of the switches' own kinds,
 * requests for other hosts' slots, and nonsense in slots of the attacker's own. Those are not used for proper requests: a
 * host that spoils its own request harms itself alone.
 */
export class Malformed {
  readonly #random: Random;
  readonly #attacker: number;
  readonly #own: ReadonlySet<number>;
  readonly #epochs = new Map<number, number>();
  #sent = 0;

  constructor(
    private readonly network: ServeNetwork,
    private readonly count: number,
    seed: number,
  ) {
    this.#random = new Random(seed ^ 0x5bd1e995);
    const { hosts } = network;
    // The last host attacks; a host that is alone gives up a slot for it.
    this.#attacker = hosts.length - 1;
    const { slots } = hosts[this.#attacker];
    this.#own = new Set(hosts.length > 1 ? slots : slots.slice(1).slice(-1));
  }

  /** Is the slot kept for attacks? */
  owns(host: number, slot: number): boolean {
    return host === this.#attacker && this.#own.has(slot);
  }

  /** The greatest epoch with which the slot was attacked. */
  epochOf(slot: number): number {
    return this.#epochs.get(slot) ?? 0;
  }

  /** What is sent beside a request, so that after `share` of all requests as much of all attacks is sent. */
  *beside(packets: readonly Uint8Array[], share: number): Generator<{ from: number; bytes: Uint8Array }> {
    for (; this.#sent < Math.ceil(this.count * share); this.#sent++) {
      const template = packets[this.#random.integer(0, packets.length - 1)];
      yield this.#harmless(this.#make(template), this.#random.integer(0, this.network.hosts.length - 1));
    }
  }

  #make(template: Uint8Array): Uint8Array {
    const random = this.#random;
    switch (random.integer(0, 5)) {
      case 0:
        return this.#noise();
      case 1:
        return template.slice(0, random.integer(0, template.length - 1));
      case 2:
        return this.#changed(template, mutated, random.integer(1, 3));
      case 3: {
        // As if the switches had made it, for the very request that is under way.
        const packet = this.#changed(template, forged, random.integer(1, forged.length));
        packet[fieldPlaces.version.at] = template[fieldPlaces.version.at];
        writeField(packet, "slot", readField(template, "slot"));
        const { pipes } = this.network;
        writeField(packet, "destination", pipes[random.integer(0, pipes.length - 1)].node);
        writeField(packet, "kind", innerKinds[random.integer(0, innerKinds.length - 1)]);
        return packet;
      }
      case 4:
        return this.#changed(template, [], 0);
      default: {
        const own = [...this.#own];
        const packet = this.#changed(
          template,
          ["address", "index", "pc", "parse", "base", "state", "task"],
          random.integer(1, 7),
        );
        if (own.length > 0) writeField(packet, "slot", own[random.integer(0, own.length - 1)]);
        return random.integer(0, 3) === 0
          ? packet.slice(0, random.integer(headerBytes, packet.length))
          : packet;
      }
    }
  }

  #noise(): Uint8Array {
    const bytes = Uint8Array.from({ length: this.#random.integer(0, 400) }, () =>
      this.#random.integer(0, 255),
    );
    if (bytes.length >= headerBytes && this.#random.integer(0, 1) === 0) {
      bytes[12] = 0x88;
      bytes[13] = 0xb5;
      bytes[fieldPlaces.version.at] = 2;
      bytes[fieldPlaces.kind.at] = this.#random.integer(0, 7);
    }
    return bytes;
  }

  #changed(template: Uint8Array, fields: readonly (typeof forged)[number][], changes: number): Uint8Array {
    const random = this.#random;
    const packet = template.slice();
    for (let i = 0; i < changes; i++) {
      const field = fields[random.integer(0, fields.length - 1)];
      const { bytes } = fieldPlaces[field];
      // One bit, a small number, or any.
      const how = random.integer(0, 2);
      if (how === 0)
        writeField(packet, field, readField(packet, field) ^ (1 << random.integer(0, 8 * bytes - 1)));
      else writeField(packet, field, random.integer(0, how === 1 ? 8 : 2 ** (8 * bytes) - 1));
    }
    if (packet.length > headerBytes)
      packet[random.integer(headerBytes, packet.length - 1)] ^= 1 << random.integer(0, 7);
    return packet;
  }

  /** Nothing that its host's own clients could have sent: of those requests it may do what it likes. */
  #harmless(bytes: Uint8Array, from: number): { from: number; bytes: Uint8Array } {
    if (!isServePacket(bytes) || readField(bytes, "kind") !== ServeKind.request) return { from, bytes };
    const slot = readField(bytes, "slot");
    if (this.#own.has(slot)) {
      const epoch = this.epochOf(slot) + this.#random.integer(0, 1);
      this.#epochs.set(slot, Math.max(1, epoch));
      writeField(bytes, "epoch", Math.max(1, epoch));
      return { from: this.#attacker, bytes };
    }
    const { hosts } = this.network;
    const others = hosts.flatMap((host, h) => (host.slots.includes(slot) ? [] : [h]));
    if (others.length > 0) return { from: others.includes(from) ? from : others[0], bytes };
    // The only host: a slot that nobody has.
    writeField(bytes, "slot", 0xffff);
    return { from, bytes };
  }
}
