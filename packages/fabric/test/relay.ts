import type { ServeNetwork } from "@matchmul/planner";
import { makeTopology, type Topology } from "@matchmul/profiles";
import type { ExecutorSpec, PipeExecutor } from "../src/index.js";
import { headerBytes, isServePacket, readField, writeField } from "../src/packets.js";

/**
 * A network with which the simulator is tested alone: a request goes down a chain of switches, makes `passes` passes in
 * each, and comes back as an answer whose logits are three times the inputs.
 */
export const elements = 4;
const loopback = 64;
const down = 4;
const up = 0;
const hostPort = 8;

interface Relay {
  passes: number;
  last: boolean;
  hosts: [node: number, port: number][];
  /** Memory of a pass too many: the packet never ends. */
  endless: boolean;
}

export function relayNetwork(
  switches: number,
  hosts: number,
  slots: number,
  passes = 5,
): { network: ServeNetwork; topology: Topology; executors: ExecutorSpec[] } {
  const topology = makeTopology("chain", { switches }, { hosts });
  const hostNodes = topology.hosts.map((h, i) => ({
    node: 100 + i,
    name: h.name,
    switch: h.switch,
    port: hostPort + 4 * i,
    slots: Array.from({ length: slots }, (_, s) => 10 * i + s),
  }));
  const network: ServeNetwork = {
    name: "relay",
    topology: topology.name,
    pipes: topology.switches.map((s, i) => ({
      program: "transit",
      node: i + 1,
      name: `${s.name}-pipe0`,
      switch: s.name,
      pipe: 0,
      loopbacks: [loopback],
      links: [up, down],
      groups: [],
      routes: [],
      admissions: [],
      requests: [],
      slots: [],
      states: 0,
      arrivals: 0,
    })),
    hosts: hostNodes,
    links: topology.links.map((l) => ({
      from: { switch: l.from, port: down },
      to: { switch: l.to, port: up },
      gbps: l.gbps,
      delayNs: l.delayNs,
    })),
    request: {
      packets: [
        {
          index: 0,
          address: 0,
          pc: 0,
          parse: 0,
          bits: Int32Array.from({ length: 8 * elements }, (_, i) => (i >> 3) * 8 + 7 - (i & 7)),
        },
      ],
    },
    logits: elements,
    slots: hosts * slots,
    layers: [],
  };
  const executors = topology.switches.map((_, i): ExecutorSpec => {
    const argument: Relay = {
      passes,
      last: i + 1 === switches,
      hosts: i === 0 ? hostNodes.map((h) => [h.node, h.port]) : [],
      endless: false,
    };
    return { module: import.meta.url, argument };
  });
  return { network, topology, executors };
}

export const tripled = (input: ArrayLike<number>) => Array.from(input, (v) => 3 * v);

export default function relay({ passes, last, hosts, endless }: Relay): PipeExecutor {
  let refused = 0;
  return {
    process(port, bytes) {
      if (!isServePacket(bytes)) {
        refused++;
        return [];
      }
      const packet = bytes.slice();
      const kind = readField(packet, "kind");
      const host = hosts.find(([, p]) => p === port);
      if (host !== undefined) {
        const own = Math.floor(readField(packet, "slot") / 10) === host[0] - 100;
        if (kind !== 1 || !own || packet.length < headerBytes + elements) {
          refused++;
          return [];
        }
        writeField(packet, "kind", 2);
        writeField(packet, "pc", 0);
        writeField(packet, "reply", host[0]);
        return [{ port: loopback, bytes: packet }];
      }
      if (kind === 5) {
        const to = hosts.find(([node]) => node === readField(packet, "destination"));
        return [{ port: to?.[1] ?? up, bytes: packet }];
      }
      if (port !== loopback) {
        writeField(packet, "pc", 0);
        return [{ port: loopback, bytes: packet }];
      }
      const pc = readField(packet, "pc") + 1;
      writeField(packet, "pc", pc);
      if (pc < passes || endless) return [{ port: loopback, bytes: packet }];
      if (!last) return [{ port: down, bytes: packet }];
      const answer = new Uint8Array(headerBytes + 4 * elements);
      answer.set(packet.subarray(0, headerBytes));
      writeField(answer, "kind", 5);
      writeField(answer, "destination", readField(packet, "reply"));
      writeField(answer, "index", 0);
      const view = new DataView(answer.buffer, headerBytes);
      for (let i = 0; i < elements; i++) view.setInt32(4 * i, 3 * ((packet[headerBytes + i] << 24) >> 24));
      return [
        {
          port: hosts.length > 0 ? hosts.find(([n]) => n === readField(packet, "reply"))![1] : up,
          bytes: answer,
        },
      ];
    },
    restart() {
      refused = 0;
    },
    counters: () => ({ refused }),
  };
}
