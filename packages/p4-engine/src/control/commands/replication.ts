/** mc_* and mirroring_* commands. */
import { parseIndex } from "../literals.js";
import type { Command, CommandSet } from "./command.js";

const group = (text: string) => parseIndex(text, "multicast group");
const node = (text: string) => parseIndex(text, "node handle");

/** Ports up to `|`, behind which link aggregation groups would follow. */
function ports(args: readonly string[], from: number): number[] {
  const end = args.indexOf("|", from);
  return args.slice(from, end < 0 ? args.length : end).map((text) => parseIndex(text, "port"));
}

const exactly = (n: number, usage: string, run: Command["run"]): Command => ({
  usage,
  least: n,
  most: n,
  run,
});

export const replicationCommands: CommandSet = {
  mc_mgrp_create: exactly(1, "GROUP", ({ device }, [g]) => device.multicast.createGroup(group(g))),
  mc_mgrp_destroy: exactly(1, "GROUP", ({ device }, [g]) => device.multicast.destroyGroup(group(g))),
  mc_node_create: {
    usage: "RID PORT...",
    least: 1,
    run: ({ device, print }, args) => {
      const handle = device.multicast.createNode(parseIndex(args[0], "replication id"), ports(args, 1));
      print(`node was created with handle ${handle}`);
    },
  },
  mc_node_update: {
    usage: "NODE PORT...",
    least: 1,
    run: ({ device }, args) => device.multicast.updateNode(node(args[0]), ports(args, 1)),
  },
  mc_node_destroy: exactly(1, "NODE", ({ device }, [n]) => device.multicast.destroyNode(node(n))),
  mc_node_associate: exactly(2, "GROUP NODE", ({ device }, [g, n]) =>
    device.multicast.associate(group(g), node(n)),
  ),
  mc_node_dissociate: exactly(2, "GROUP NODE", ({ device }, [g, n]) =>
    device.multicast.dissociate(group(g), node(n)),
  ),
  mc_dump: exactly(0, "", ({ device, print }) => {
    for (const line of device.multicast.describe()) print(line);
  }),
  mirroring_add: exactly(2, "SESSION PORT", ({ device }, [session, port]) =>
    device.setMirror(parseIndex(session, "mirror session"), parseIndex(port, "port")),
  ),
  mirroring_add_mc: exactly(2, "SESSION GROUP", ({ device }, [session, g]) =>
    device.setMirror(parseIndex(session, "mirror session"), { group: group(g) }),
  ),
  mirroring_delete: exactly(1, "SESSION", ({ device }, [session]) =>
    device.setMirror(parseIndex(session, "mirror session"), null),
  ),
  mirroring_get: exactly(1, "SESSION", ({ device, print }, [session]) =>
    print(device.describeMirror(parseIndex(session, "mirror session"))),
  ),
};
