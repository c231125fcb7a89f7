import { defineDiagnostics } from "@matchmul/common";

/** Everything the simulator refuses. */
export const error = defineDiagnostics("fabric", {
  "fabric-switch": (network: string, topology: string, name: string) => ({
    message: `${network} has a pipe on ${name}, which is no switch of the topology ${topology}`,
    hint: "simulate a network on the topology it was planned for",
  }),
  "fabric-port": (what: string, at: string, port: number) => ({
    message: `${what} at port ${port} of ${at}, which is connected to something else or belongs to no pipe`,
    hint: "a port has one loopback, cable or host",
  }),
  "fabric-option": (name: string, value: unknown, expected: string) => ({
    message: `${name} is ${value}; ${expected} is expected`,
    hint: "docs/fabric.md lists the options",
  }),
  "fabric-input": (index: number, have: number, want: number) => ({
    message: `input ${index} has ${have} values, and the network's requests need ${want}`,
    hint: "give quantized inputs of the model that the network was made from",
  }),
  "fabric-executor": (at: string, reason: string) => ({
    message: `the pipe ${at} stopped: ${reason}`,
    hint: "this is a fault of the program that the pipe executes, not of the network around it",
  }),
  "fabric-unanswered": (attempts: number) => ({
    message: `no answer came to a request that was sent ${attempts} times`,
    hint: "is the fabric running, and is this host connected to it?",
  }),
  "fabric-cancelled": () => "the simulation was cancelled",
});
