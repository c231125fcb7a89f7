import type { FromSchema } from "json-schema-to-ts";

const name = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_.-]*$" } as const;
const rate = { type: "number", exclusiveMinimum: 0, description: "Gb/s, each way" } as const;
const mac = { type: "string", pattern: "^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$" } as const;
const ip = { type: "string", minLength: 2, description: "IPv4 or IPv6 address" } as const;
const delay = { type: "number", minimum: 0, description: "propagation delay in ns, one way" } as const;

/** One JSON Schema (2020-12) for topologies: it validates the YAML, and gives the TypeScript type. */
export const topologySchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://matchmul.dev/schemas/topology-1.json",
  title: "MatchMul topology",
  type: "object",
  additionalProperties: false,
  required: ["topology", "name", "description", "switches", "links", "hosts"],
  properties: {
    topology: { const: 1, description: "version of this format" },
    name: { type: "string", pattern: "^[a-z][a-z0-9-]*$", description: "what --topology takes" },
    description: { type: "string", minLength: 1, description: "one line for a list" },
    switches: {
      type: "array",
      minItems: 1,
      maxItems: 20000,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "profile"],
        properties: {
          name: { ...name, description: "unique among switches and hosts" },
          profile: {
            type: "string",
            minLength: 1,
            description: "hardware profile: a name, or a path from here",
          },
          pipes: {
            type: "integer",
            minimum: 1,
            description: "pipes that may be used; default: all that the profile has",
          },
          loopbackPorts: {
            type: "integer",
            minimum: 0,
            description: "front ports of each pipe put in loopback, for recirculation; default 0",
          },
          tier: {
            type: "integer",
            minimum: 0,
            description: "0 at the hosts, 1 above, and so on; for drawings",
          },
        },
      },
    },
    links: {
      type: "array",
      maxItems: 200000,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["from", "to", "gbps", "delayNs"],
        properties: {
          from: { ...name, description: "a switch" },
          to: { ...name, description: "another switch" },
          gbps: rate,
          delayNs: delay,
          count: { type: "integer", minimum: 1, description: "equal links side by side; default 1" },
        },
      },
    },
    hosts: {
      type: "array",
      maxItems: 200000,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "switch", "gbps", "delayNs"],
        properties: {
          name: { ...name, description: "unique among switches and hosts" },
          switch: { ...name, description: "the switch it is connected to" },
          gbps: rate,
          delayNs: delay,
          address: {
            type: "object",
            additionalProperties: false,
            required: ["mac", "ip", "serverMac", "serverIp"],
            description: "of a host that speaks UDP; without it answers come bare, in Ethernet frames",
            properties: {
              mac: { ...mac, description: "the host's own" },
              ip: { ...ip, description: "the host's own, IPv4 or IPv6" },
              serverMac: {
                ...mac,
                description: "what the host sends requests to; any that its segment has not",
              },
              serverIp: { ...ip, description: "what the host sends requests to, of the same IP version" },
            },
          },
        },
      },
    },
  },
} as const;

/** Switches, the links between them, and the hosts that send requests. */
export type Topology = FromSchema<typeof topologySchema>;
export type TopologySwitch = Topology["switches"][number];
export type TopologyLink = Topology["links"][number];
export type TopologyHost = Topology["hosts"][number];
