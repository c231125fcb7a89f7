import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import type { ServeNetwork } from "@matchmul/planner";
import type { Topology } from "@matchmul/profiles";
import { type ExecutorSpec, makeExecutor, type PassOutput, type PipeExecutor } from "../executor.js";
import { type Wiring, wire } from "../wiring.js";
import { fromDatagram, toDatagram } from "./datagram.js";

/** UDP port of a fabric's first host, unless another is given. 0x88B5, the EtherType, as a number. */
export const livePort = 0x88b5;
/** Passes of a pipe before others have their turn. */
const passesAtATime = 256;
/** Packets that wait in a pipe; more are dropped, as a full queue does. */
const longestQueue = 65_536;

export interface LiveOptions {
  network: ServeNetwork;
  topology: Topology;
  executors: readonly ExecutorSpec[];
  /** Where hosts find the fabric; default 127.0.0.1. */
  address?: string;
  /** UDP port of the first host's cable, the next one's is one more; default `livePort`; 0: any that are free. */
  port?: number;
}

/** A fabric that runs: its pipes exchange datagrams, hosts send theirs to `hosts[h].port`. */
export interface LiveFabric {
  /** In the network's order. */
  hosts: { name: string; address: string; port: number }[];
  /** `foreign` datagrams came from elsewhere, `failed` passes ended in an error of the program. */
  statistics: () => { passes: number; foreign: number; overflowed: number; failed: number };
  close: () => Promise<void>;
}

interface Port {
  at: number;
  bytes: Uint8Array;
}

/** One pipe behind a socket of its own. Datagrams from other pipes are the port they arrive by, and the frame. */
class LivePipe {
  passes = 0;
  foreign = 0;
  overflowed = 0;
  failed = 0;
  #queue: Port[] = [];
  #running = false;
  #closed = false;

  constructor(
    readonly socket: Socket,
    private readonly executor: PipeExecutor,
    /** Is the sender one of the fabric's own sockets? */
    private readonly isOwn: (sender: RemoteInfo) => boolean,
    /** @returns true: the packet comes back to this pipe by that port */
    private readonly leave: (port: number, bytes: Uint8Array) => boolean,
  ) {
    socket.on("message", (datagram, sender) => {
      if (this.isOwn(sender) && datagram.length >= 2)
        this.#push({ at: datagram.readUInt16BE(0), bytes: new Uint8Array(datagram.subarray(2)) });
      else this.foreign++;
    });
  }

  #push(packet: Port): void {
    if (this.#queue.length >= longestQueue) this.overflowed++;
    else this.#queue.push(packet);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    const waiting = this.#queue.splice(0, passesAtATime);
    this.#running = false;
    if (this.#closed) return;
    for (const { at, bytes } of waiting) {
      this.passes++;
      for (const out of this.#pass(at, bytes))
        if (this.leave(out.port, out.bytes)) this.#push({ at: out.port, bytes: out.bytes });
    }
    if (this.#queue.length === 0 || this.#running) return;
    this.#running = true;
    setImmediate(() => this.#run());
  }

  /** A program that fails on a packet drops it. */
  #pass(port: number, bytes: Uint8Array): readonly PassOutput[] {
    try {
      return this.executor.process(port, bytes);
    } catch {
      this.failed++;
      return [];
    }
  }

  close(): void {
    this.#closed = true;
    this.socket.close();
  }
}

async function bound(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", recvBufferSize: 2 ** 21 });
  socket.bind(port, address);
  await once(socket, "listening");
  return socket;
}

/**
 * Starts a fabric of real sockets: every pipe has one on this machine, and each host's cable ends at one. What comes there
 * is a request as in docs/serving.md without Ethernet, and whoever sent last gets the answers.
 *
 * @throws MatchMulError fabric-switch, fabric-port; errors of the sockets (EADDRINUSE)
 */
export async function startLiveFabric(options: LiveOptions): Promise<LiveFabric> {
  const { network, topology, executors, address = "127.0.0.1", port = livePort } = options;
  const wiring = await wire(network, topology);
  const sockets: Socket[] = [];
  const open = async (at: string, number: number): Promise<Socket> => {
    const socket = await bound(at, number);
    sockets.push(socket);
    return socket;
  };
  try {
    const made = await Promise.all(executors.map(makeExecutor));
    const inner: Socket[] = [];
    for (const _ of network.pipes) inner.push(await open("127.0.0.1", 0));
    const edges: Socket[] = [];
    for (const h of network.hosts.keys()) edges.push(await open(address, port === 0 ? 0 : port + h));
    const relays: Socket[] = [];
    for (const _ of network.hosts) relays.push(await open("127.0.0.1", 0));
    return joined(wiring, made, { inner, edges, relays }, address);
  } catch (cause) {
    for (const socket of sockets) socket.close();
    throw cause;
  }
}

function joined(
  wiring: Wiring,
  executors: readonly PipeExecutor[],
  { inner, edges, relays }: Record<"inner" | "edges" | "relays", readonly Socket[]>,
  address: string,
): LiveFabric {
  const peers: (RemoteInfo | undefined)[] = edges.map(() => undefined);
  const own = new Set([...inner, ...relays].map((socket) => socket.address().port));
  const send = (from: Socket, toPipe: number, toPort: number, frame: Uint8Array): void => {
    const datagram = Buffer.allocUnsafe(2 + frame.length);
    datagram.writeUInt16BE(toPort, 0);
    datagram.set(frame, 2);
    from.send(datagram, inner[toPipe].address().port, "127.0.0.1");
  };
  const pipes = inner.map(
    (socket, p) =>
      new LivePipe(
        socket,
        executors[p],
        (sender) => sender.address === "127.0.0.1" && own.has(sender.port),
        (port, bytes) => {
          const channel = wiring.channels[wiring.ports[wiring.pipes[p].at][port] ?? -1];
          if (channel === undefined) return false;
          if (channel.toPipe === p && channel.kind === "loopback") return true;
          const peer = peers[channel.toHost];
          if (channel.toPipe >= 0) send(socket, channel.toPipe, channel.toPort, bytes);
          else if (peer !== undefined) edges[channel.toHost].send(toDatagram(bytes), peer.port, peer.address);
          return false;
        },
      ),
  );
  edges.forEach((edge, h) => {
    const { toPipe, toPort } = wiring.channels[wiring.hosts[h].uplink];
    edge.on("message", (datagram, sender) => {
      peers[h] = sender;
      send(relays[h], toPipe, toPort, fromDatagram(datagram));
    });
  });
  for (const socket of [...inner, ...edges, ...relays]) socket.on("error", () => {});
  const sum = (of: (pipe: LivePipe) => number) => pipes.reduce((total, pipe) => total + of(pipe), 0);
  return {
    hosts: edges.map((edge, h) => ({ name: wiring.hosts[h].name, address, port: edge.address().port })),
    statistics: () => ({
      passes: sum((p) => p.passes),
      foreign: sum((p) => p.foreign),
      overflowed: sum((p) => p.overflowed),
      failed: sum((p) => p.failed),
    }),
    async close() {
      for (const pipe of pipes) pipe.close();
      for (const socket of [...edges, ...relays]) socket.close();
    },
  };
}
