/**
 * Multicast as BMv2's command line configures it: nodes (a replication id with ports) are made, then
 * associated with groups. The engine sees whole groups.
 */
import type { Engine } from "../api.js";
import { P4Error } from "../errors.js";

interface Node {
  instance: number;
  ports: number[];
}

interface Group {
  /** In the order in which they were associated. */
  nodes: Set<number>;
  replicas: { port: number; instance: number }[];
}

export class MulticastNodes {
  private readonly groups = new Map<number, Group>();
  private readonly nodes = new Map<number, Node>();
  private nextNode = 0;

  constructor(private readonly engine: Engine) {}

  createGroup(group: number): void {
    if (this.groups.has(group))
      throw new P4Error("duplicate-entry", `multicast group ${group} exists already`);
    this.groups.set(group, { nodes: new Set(), replicas: [] });
    this.apply(group);
  }

  destroyGroup(group: number): void {
    this.group(group);
    this.groups.delete(group);
    this.engine.setMulticastGroup(group, []);
  }

  /** Returns the node's handle, counted from 0. */
  createNode(instance: number, ports: readonly number[]): number {
    this.nodes.set(this.nextNode, { instance, ports: sorted(ports) });
    return this.nextNode++;
  }

  updateNode(handle: number, ports: readonly number[]): void {
    this.node(handle).ports = sorted(ports);
    for (const [group, { nodes }] of this.groups) if (nodes.has(handle)) this.apply(group);
  }

  destroyNode(handle: number): void {
    this.node(handle);
    for (const [group, { nodes }] of this.groups) if (nodes.has(handle)) this.dissociate(group, handle);
    this.nodes.delete(handle);
  }

  associate(group: number, handle: number): void {
    const node = this.node(handle);
    const { nodes, replicas } = this.group(group);
    if (nodes.has(handle)) return;
    nodes.add(handle);
    // Groups of thousands are made node by node: what is there stays.
    replicas.push(...replicasOf(node));
    this.engine.setMulticastGroup(group, replicas);
  }

  dissociate(group: number, handle: number): void {
    if (!this.group(group).nodes.delete(handle))
      throw new P4Error("unknown-handle", `node ${handle} is not in multicast group ${group}`);
    this.apply(group);
  }

  describe(): string[] {
    return [...this.groups].flatMap(([group, { nodes }]) => [
      `mgrp(${group})`,
      ...[...nodes].map((handle) => {
        const { instance, ports } = this.node(handle);
        return `  -> (L1h=${handle}, rid=${instance}) -> (ports=[${ports.join(", ")}], lags=[])`;
      }),
    ]);
  }

  private apply(number: number): void {
    const group = this.group(number);
    group.replicas = [...group.nodes].flatMap((handle) => replicasOf(this.node(handle)));
    this.engine.setMulticastGroup(number, group.replicas);
  }

  private group(number: number): Group {
    const group = this.groups.get(number);
    if (!group) throw new P4Error("unknown-group", `multicast group ${number} does not exist`);
    return group;
  }

  private node(handle: number): Node {
    const node = this.nodes.get(handle);
    if (!node) throw new P4Error("unknown-handle", `multicast node ${handle} does not exist`);
    return node;
  }
}

const replicasOf = ({ instance, ports }: Node) => ports.map((port) => ({ port, instance }));
const sorted = (ports: readonly number[]) => [...new Set(ports)].sort((a, b) => a - b);
