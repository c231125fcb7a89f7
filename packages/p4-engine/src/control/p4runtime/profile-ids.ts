/** Members and groups of action profiles have ids of the client's choice; the engine's handles are its own. */
import type { Bits } from "../../api.js";
import { P4Error } from "../../errors.js";
import type { ActionProfile, MatchTable, ProfileReference } from "../../tables/index.js";
import type { Device } from "../device.js";
import type { P4Info } from "./p4info.js";
import { integer, type Message, messages } from "./textproto.js";

type Update = "INSERT" | "MODIFY" | "DELETE";

class Ids {
  readonly members = new Map<number, number>();
  readonly groups = new Map<number, number>();

  constructor(readonly profile: ActionProfile) {}

  handle(kind: "member" | "group", id: number): number {
    const handle = (kind === "member" ? this.members : this.groups).get(id);
    if (handle === undefined)
      throw new P4Error("unknown-handle", `action profile '${this.profile.name}' has no ${kind} ${id}`);
    return handle;
  }

  reference(kind: "member" | "group", id: number): ProfileReference {
    const handle = this.handle(kind, id);
    return kind === "member" ? { member: handle } : { group: handle };
  }
}

export class ProfileIds {
  private readonly byProfile = new Map<ActionProfile, Ids>();

  constructor(
    private readonly device: Device,
    private readonly info: P4Info,
  ) {}

  ofTable(table: MatchTable): Ids {
    const { profile, name } = table.shape;
    if (!profile) throw new P4Error("no-profile", `table '${name}' has no action profile or selector`);
    return this.of(profile);
  }

  member(type: Update, m: Message, what: { action: string; args: Bits[] } | null): void {
    const ids = this.byId(integer(m, "action_profile_id"));
    const id = integer(m, "member_id");
    if (type === "DELETE") {
      ids.profile.removeMember(ids.handle("member", id));
      ids.members.delete(id);
      return;
    }
    if (!what) throw new P4Error("missing-field", `member ${id} has no action`);
    const action = ids.profile.actions.findIndex((a) => a.name === what.action);
    if (type === "MODIFY") {
      ids.profile.modifyMember(ids.handle("member", id), action, what.args);
      return;
    }
    if (ids.members.has(id)) throw new P4Error("duplicate-entry", `member ${id} exists already`);
    ids.members.set(id, ids.profile.addMember(action, what.args));
  }

  group(type: Update, g: Message): void {
    const ids = this.byId(integer(g, "action_profile_id"));
    const id = integer(g, "group_id");
    if (type === "DELETE") {
      ids.profile.removeGroup(ids.handle("group", id));
      ids.groups.delete(id);
      return;
    }
    const wanted = messages(g, "members").map((m) => ids.handle("member", integer(m, "member_id")));
    if (type === "INSERT") {
      if (ids.groups.has(id)) throw new P4Error("duplicate-entry", `group ${id} exists already`);
      ids.groups.set(id, ids.profile.createGroup());
    }
    const handle = ids.handle("group", id);
    for (const old of [...ids.profile.group(handle)]) ids.profile.removeFromGroup(handle, old);
    for (const member of wanted) ids.profile.addToGroup(handle, member);
  }

  private byId(id: number): Ids {
    const name = this.info.names.get(id);
    if (name === undefined) throw new P4Error("unknown-id", `the P4Info has no action profile ${id}`);
    return this.of(this.device.find("profiles", name).object);
  }

  private of(profile: ActionProfile): Ids {
    let ids = this.byProfile.get(profile);
    if (!ids) this.byProfile.set(profile, (ids = new Ids(profile)));
    return ids;
  }
}
