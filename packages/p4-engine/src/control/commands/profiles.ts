/** act_prof_* and table_indirect_* commands. */
import { P4Error } from "../../errors.js";
import type { ActionProfile, ProfileReference } from "../../tables/index.js";
import type { Device } from "../device.js";
import { parseIndex } from "../literals.js";
import type { Command, CommandContext, CommandSet } from "./command.js";
import { arrow, findTable, parseArguments, parseKeys, takePriority } from "./tables.js";

const profileOf = (device: Device, name: string): ActionProfile => device.find("profiles", name).object;

function actionOf(profile: ActionProfile, name: string): number {
  const index = profile.actions.findIndex((a) => a.name === name || a.name.endsWith(`.${name}`));
  if (index < 0)
    throw new P4Error("unknown-action", `action profile '${profile.name}' has no action '${name}'`);
  return index;
}

const member = (text: string) => parseIndex(text, "member handle");
const group = (text: string) => parseIndex(text, "group handle");

function indirectAdd(
  { device }: CommandContext,
  args: string[],
  refer: (text: string) => ProfileReference,
): void {
  const target = findTable(device, args[0]);
  const priority = takePriority(target, args);
  const at = arrow(args, 1);
  const key = parseKeys(target, args, 1, at);
  target.table.insertReference(key, refer(args[at + 1] ?? ""), priority);
}

const toMember = (text: string): ProfileReference => ({ member: member(text) });
const toGroup = (text: string): ProfileReference => ({ group: group(text) });

const createMember: Command = {
  usage: "PROFILE ACTION [ARGUMENT...]",
  least: 2,
  run: ({ device, print }, args) => {
    const profile = profileOf(device, args[0]);
    const index = actionOf(profile, args[1]);
    const handle = profile.addMember(index, parseArguments(profile.actions[index], args, 2));
    print(`Member has been created with handle ${handle}`);
  },
};

const modifyMember: Command = {
  usage: "PROFILE ACTION HANDLE [ARGUMENT...]",
  least: 3,
  run: ({ device }, args) => {
    const profile = profileOf(device, args[0]);
    const index = actionOf(profile, args[1]);
    profile.modifyMember(member(args[2]), index, parseArguments(profile.actions[index], args, 3));
  },
};

const two = (usage: string, run: Command["run"]): Command => ({ usage, least: 2, most: 2, run });
const three = (usage: string, run: Command["run"]): Command => ({ usage, least: 3, most: 3, run });

export const profileCommands: CommandSet = {
  act_prof_create_member: createMember,
  act_prof_modify_member: modifyMember,
  act_prof_delete_member: two("PROFILE MEMBER", ({ device }, [name, handle]) =>
    profileOf(device, name).removeMember(member(handle)),
  ),
  act_prof_create_group: {
    usage: "PROFILE",
    least: 1,
    most: 1,
    run: ({ device, print }, [name]) =>
      print(`Group has been created with handle ${profileOf(device, name).createGroup()}`),
  },
  act_prof_delete_group: two("PROFILE GROUP", ({ device }, [name, handle]) =>
    profileOf(device, name).removeGroup(group(handle)),
  ),
  act_prof_add_member_to_group: three("PROFILE MEMBER GROUP", ({ device }, [name, m, g]) =>
    profileOf(device, name).addToGroup(group(g), member(m)),
  ),
  act_prof_remove_member_from_group: three("PROFILE MEMBER GROUP", ({ device }, [name, m, g]) =>
    profileOf(device, name).removeFromGroup(group(g), member(m)),
  ),
  table_indirect_add: {
    usage: "TABLE KEY... => MEMBER [PRIORITY]",
    least: 2,
    run: (context, args) => indirectAdd(context, args, toMember),
  },
  table_indirect_add_with_group: {
    usage: "TABLE KEY... => GROUP [PRIORITY]",
    least: 2,
    run: (context, args) => indirectAdd(context, args, toGroup),
  },
  table_indirect_delete: two("TABLE HANDLE", ({ device }, [name, handle]) =>
    findTable(device, name).table.remove(parseIndex(handle, "entry handle")),
  ),
  table_indirect_set_default: two("TABLE MEMBER", ({ device }, [name, handle]) =>
    findTable(device, name).table.setDefaultReference(toMember(handle)),
  ),
  table_indirect_set_default_with_group: two("TABLE GROUP", ({ device }, [name, handle]) =>
    findTable(device, name).table.setDefaultReference(toGroup(handle)),
  ),
};
