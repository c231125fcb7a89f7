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

export class MulticastNodes {
  private readonly groups = new Map<number, number[]>();
  private readonly nodes = new Map<number, Node>();
  private nextNode = 0;

  constructor(private readonly engine: Engine) {}

  createGroup(group: number): void {
    if (this.groups.has(group))
      throw new P4Error("duplicate-entry", `multicast group ${group} exists already`);
    this.groups.set(group, []);
    this.apply(group);
  }

  destroyGroup(group: number): void {
    this.nodesOf(group);
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
    for (const [group, nodes] of this.groups) if (nodes.includes(handle)) this.apply(group);
  }

  destroyNode(handle: number): void {
    this.node(handle);
    for (const [group, nodes] of this.groups) if (nodes.includes(handle)) this.dissociate(group, handle);
    this.nodes.delete(handle);
  }

  associate(group: number, handle: number): void {
    this.node(handle);
    const nodes = this.nodesOf(group);
    if (!nodes.includes(handle)) nodes.push(handle);
    this.apply(group);
  }

  dissociate(group: number, handle: number): void {
    const nodes = this.nodesOf(group);
    const at = nodes.indexOf(handle);
    if (at < 0) throw new P4Error("unknown-handle", `node ${handle} is not in multicast group ${group}`);
    nodes.splice(at, 1);
    this.apply(group);
  }

  describe(): string[] {
    return [...this.groups].flatMap(([group, nodes]) => [
      `mgrp(${group})`,
      ...nodes.map((handle) => {
        const { instance, ports } = this.node(handle);
        return `  -> (L1h=${handle}, rid=${instance}) -> (ports=[${ports.join(", ")}], lags=[])`;
      }),
    ]);
  }

  private apply(group: number): void {
    const replicas = this.nodesOf(group).flatMap((handle) => {
      const { instance, ports } = this.node(handle);
      return ports.map((port) => ({ port, instance }));
    });
    this.engine.setMulticastGroup(group, replicas);
  }

  private nodesOf(group: number): number[] {
    const nodes = this.groups.get(group);
    if (!nodes) throw new P4Error("unknown-group", `multicast group ${group} does not exist`);
    return nodes;
  }

  private node(handle: number): Node {
    const node = this.nodes.get(handle);
    if (!node) throw new P4Error("unknown-handle", `multicast node ${handle} does not exist`);
    return node;
  }
}

const sorted = (ports: readonly number[]) => [...new Set(ports)].sort((a, b) => a - b);
