import { createSocket, type Socket } from "node:dgram";
import { ServeKind, type ServeNetwork } from "@matchmul/planner";
import { error } from "../diagnostics.js";
import {
  isServePacket,
  logitsOfAnswer,
  readField,
  readLogits,
  requestPackets,
  writeField,
} from "../packets.js";
import { fromDatagram, toDatagram } from "./datagram.js";

export interface LiveClientOptions {
  address: string;
  port: number;
  /** Before a request is sent again; doubled each time up to 8 times; default 100. */
  timeoutMs?: number;
  /** Default 10. */
  attempts?: number;
}

/** Epochs that a slot may use in a second. 32 bits last for four years then. */
const EPOCHS_A_SECOND = 32;
const FIRST_SECOND = Date.UTC(2026, 0) / 1000;

/** Greater than what an earlier process of this host used: time goes on faster than a slot's requests. */
const clockEpoch = (): number =>
  (1 + Math.floor((Date.now() / 1000 - FIRST_SECOND) * EPOCHS_A_SECOND)) % 2 ** 32;

interface Waiting {
  epoch: number;
  logits: Int32Array;
  come: boolean[];
  missing: number;
  resolve: (logits: Int32Array) => void;
}

/** A host with an ordinary UDP socket. */
export class LiveClient {
  readonly #socket: Socket;
  readonly #free: number[];
  readonly #waiting = new Map<number, Waiting>();
  readonly #queue: (() => void)[] = [];
  /** By slot. */
  readonly #epochs = new Map<number, number>();

  constructor(
    private readonly network: ServeNetwork,
    host: number,
    private readonly options: LiveClientOptions,
  ) {
    this.#free = [...network.hosts[host].slots];
    this.#socket = createSocket(options.address.includes(":") ? "udp6" : "udp4");
    this.#socket.on("message", (datagram, sender) => {
      if (sender.port === options.port && sender.address === options.address)
        this.#receive(fromDatagram(datagram));
    });
    this.#socket.on("error", () => {});
  }

  /** Logits of one quantized input. Waits for a free slot. @throws MatchMulError fabric-unanswered */
  async infer(input: ArrayLike<number>): Promise<Int32Array> {
    if (this.#free.length === 0) await new Promise<void>((resolve) => this.#queue.push(resolve));
    const slot = this.#free.pop()!;
    const { attempts = 10, timeoutMs = 100, port, address } = this.options;
    const epoch = Math.max(clockEpoch(), (this.#epochs.get(slot) ?? 0) + 1);
    this.#epochs.set(slot, epoch);
    const packets = requestPackets(this.network.request, input, slot, epoch);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<Int32Array>((resolve, reject) => {
        const answers = Math.ceil(this.network.logits / logitsOfAnswer);
        const logits = new Int32Array(this.network.logits);
        const come = Array<boolean>(answers).fill(false);
        this.#waiting.set(slot, { epoch, logits, come, missing: answers, resolve });
        const send = (attempt: number): void => {
          if (attempt === attempts) {
            reject(error("fabric-unanswered", attempts));
            return;
          }
          for (const packet of packets) {
            writeField(packet, "attempt", attempt);
            this.#socket.send(toDatagram(packet.slice()), port, address);
          }
          timer = setTimeout(() => send(attempt + 1), timeoutMs * 2 ** Math.min(attempt, 3));
        };
        send(0);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(slot);
      this.#free.push(slot);
      this.#queue.shift()?.();
    }
  }

  close(): void {
    this.#socket.close();
  }

  #receive(frame: Uint8Array): void {
    if (!isServePacket(frame) || readField(frame, "kind") !== ServeKind.answer) return;
    const waiting = this.#waiting.get(readField(frame, "slot"));
    const index = readField(frame, "index");
    if (waiting === undefined || waiting.epoch !== readField(frame, "epoch") || waiting.come[index]) return;
    if (!readLogits(frame, index, waiting.logits)) return;
    waiting.come[index] = true;
    if (--waiting.missing === 0) waiting.resolve(waiting.logits);
  }
}
