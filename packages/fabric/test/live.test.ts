import { createSocket } from "node:dgram";
import { Random } from "@matchmul/common";
import { expect, test } from "vitest";
import { LiveClient, machineExecutors, p4Executors, startLiveFabric } from "../src/index.js";
import { randomNetwork } from "../src/testing/index.js";
import { relayNetwork, tripled } from "./relay.js";

test("hosts with ordinary sockets get the reference's logits from pipes behind sockets", async () => {
  const small = randomNetwork(new Random(3));
  const pipes = machineExecutors(small.network).map((machine, p) =>
    // Some of the pipes run emitted P4.
    p % 3 === 0 ? p4Executors(small.network, "v1model")[p] : machine,
  );
  const fabric = await startLiveFabric({ ...small, executors: pipes, port: 0 });
  const clients = fabric.hosts.map(
    (host, h) => new LiveClient(small.network, h, { ...host, timeoutMs: 2000 }),
  );
  try {
    const answers = await Promise.all(
      small.inputs.map((input, i) => clients[i % clients.length].infer(input)),
    );
    expect(answers).toEqual(small.inputs.map((_, i) => small.reference(i)));
    expect(fabric.statistics()).toMatchObject({ foreign: 0, overflowed: 0, failed: 0 });
    expect(fabric.statistics().passes).toBeGreaterThan(100);
  } finally {
    for (const client of clients) client.close();
    await fabric.close();
  }
});

test("noise at a host's socket is dropped; a host whose slots are full waits; no answer is an error", async () => {
  const relay = relayNetwork(2, 1, 2);
  const fabric = await startLiveFabric({ ...relay, port: 0 });
  const [host] = fabric.hosts;
  const noise = createSocket("udp4");
  for (const length of [0, 1, 31, 32, 500])
    noise.send(new Uint8Array(length).fill(2), host.port, host.address);
  const client = new LiveClient(relay.network, 0, { ...host, timeoutMs: 2000 });
  try {
    const inputs = Array.from({ length: 9 }, (_, i) => [i, 100 - i, 1, -2]);
    const answers = await Promise.all(inputs.map((input) => client.infer(input)));
    expect(answers.map((a) => [...a])).toEqual(inputs.map(tripled));
  } finally {
    noise.close();
    client.close();
    await fabric.close();
  }
  const late = new LiveClient(relay.network, 0, { ...host, timeoutMs: 10, attempts: 2 });
  await expect(late.infer([1, 2, 3, 4])).rejects.toMatchObject({ code: "fabric-unanswered" });
  late.close();
});
