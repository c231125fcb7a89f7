/** P4Runtime WriteRequests, in text format, applied to a device. */
import { P4Error } from "../../errors.js";
import type { MeterRate } from "../../externs/index.js";
import type { MatchTable } from "../../tables/index.js";
import type { Device } from "../device.js";
import { applyEntry, argumentsOf, type EntryAction, entryKey, matchOf } from "./entries.js";
import { type P4Info, parseP4Info } from "./p4info.js";
import { ProfileIds } from "./profile-ids.js";
import {
  bad,
  bits,
  eachValue,
  flag,
  integer,
  isMessage,
  type Message,
  message,
  messages,
  symbol,
  type Value,
} from "./textproto.js";

type Update = "INSERT" | "MODIFY" | "DELETE";
const UPDATES: Readonly<Record<string, Update>> = {
  INSERT: "INSERT",
  MODIFY: "MODIFY",
  DELETE: "DELETE",
  "1": "INSERT",
  "2": "MODIFY",
  "3": "DELETE",
};

/** Multicast group ids beyond P4Runtime's 32 bits hold the replicas of clone sessions that have several. */
const CLONE_GROUPS = 2 ** 32;

export class P4RuntimeWriter {
  private readonly info: P4Info;
  private readonly profiles: ProfileIds;

  /** @param p4info P4Info in text format */
  constructor(
    private readonly device: Device,
    p4info: string,
    file = "p4info",
  ) {
    this.info = parseP4Info(p4info, file);
    this.profiles = new ProfileIds(device, this.info);
  }

  /**
   * Applies the updates of a WriteRequest (or of several, one after the other) and returns their number.
   * @throws P4Error at the first that is wrong; those before it have taken effect
   */
  write(request: string, file = "request"): number {
    // Read twice: nothing takes effect of a text that is not well-formed, and no more than an update is in memory.
    let wrong = false;
    const check = (value: Value): void => {
      wrong ||= !isMessage(value);
    };
    eachValue(request, "updates", check, file);
    if (wrong) throw bad("updates", "a message");
    let number = 0;
    const apply = (value: Value): void => {
      number++;
      try {
        this.update(value as Message);
      } catch (e) {
        if (!(e instanceof P4Error)) throw e;
        throw new P4Error(e.code, `update ${number} of '${file}': ${e.message}`, e.location, e.unsupported);
      }
    };
    eachValue(request, "updates", apply, file);
    return number;
  }

  private update(update: Message): void {
    const type = UPDATES[symbol(update, "type")];
    if (!type) throw new P4Error("bad-field", "an update's type is INSERT, MODIFY or DELETE");
    const entity = message(update, "entity");
    if (entity?.size !== 1) throw new P4Error("bad-field", "an update has one entity");
    const [kind] = entity.keys();
    const content = message(entity, kind);
    const handler = content && HANDLERS[kind];
    if (!handler)
      throw new P4Error("unsupported-entity", `entity '${kind}' is not supported`, undefined, true);
    handler.call(this, type, content);
  }

  tableEntry(type: Update, entry: Message): void {
    const id = integer(entry, "table_id");
    const { table, handle, info } = this.table(id);
    const isDefault = flag(entry, "is_default_action");
    const priority = handle.prioritised ? integer(entry, "priority") : 0;
    const key = isDefault ? "default" : entryKey(entry, handle, info);
    applyEntry(table, type, key, this.actionOf(entry), priority);
  }

  profileMember(type: Update, m: Message): void {
    const action = message(m, "action");
    this.profiles.member(type, m, action ? this.directAction(action) : null);
  }

  profileGroup(type: Update, group: Message): void {
    this.profiles.group(type, group);
  }

  replication(type: Update, entry: Message): void {
    const replicasOf = (m: Message) =>
      messages(m, "replicas").map((r) => ({
        port: Number(bits(r, "port") ?? integer(r, "egress_port")),
        instance: integer(r, "instance"),
      }));
    const group = message(entry, "multicast_group_entry");
    if (group) {
      const replicas = type === "DELETE" ? [] : replicasOf(group);
      this.device.engine.setMulticastGroup(integer(group, "multicast_group_id"), replicas);
      return;
    }
    const session = message(entry, "clone_session_entry");
    if (!session) throw new P4Error("bad-field", "the replication entry is no group and no clone session");
    const id = integer(session, "session_id");
    const replicas = type === "DELETE" ? [] : replicasOf(session);
    if (replicas.length === 1 && replicas[0].instance === 0) this.device.setMirror(id, replicas[0].port);
    else {
      this.device.engine.setMulticastGroup(CLONE_GROUPS + id, replicas);
      this.device.setMirror(id, replicas.length === 0 ? null : { group: CLONE_GROUPS + id });
    }
  }

  registerEntry(_type: Update, entry: Message): void {
    const { object } = this.device.find("registers", this.name(integer(entry, "register_id")));
    const value = bits(message(entry, "data") ?? new Map(), "bitstring") ?? 0;
    const index = message(entry, "index");
    if (index) object.set(integer(index, "index"), value);
    else object.fill(value);
  }

  counterEntry(_type: Update, entry: Message): void {
    const { name, object } = this.device.find("counters", this.name(integer(entry, "counter_id")));
    const index = integer(message(entry, "index") ?? new Map(), "index");
    if (index >= object.size) throw new P4Error("unknown-index", `counter '${name}' has no cell ${index}`);
    setCounter(object, index, message(entry, "data"));
  }

  directCounterEntry(_type: Update, entry: Message): void {
    const { table, slot } = this.entrySlot(entry);
    setCounter(table, slot, message(entry, "data"));
  }

  meterEntry(_type: Update, entry: Message): void {
    const { object } = this.device.find("meters", this.name(integer(entry, "meter_id")));
    const index = integer(message(entry, "index") ?? new Map(), "index");
    this.setMeter(object, index, message(entry, "config"));
  }

  directMeterEntry(_type: Update, entry: Message): void {
    const { table, slot } = this.entrySlot(entry);
    const found = [...this.device.objects.directMeters.values()].find((m) => m.table === table);
    if (!found) throw new P4Error("unknown-direct-meter", `table '${table.shape.name}' has no direct meter`);
    this.setMeter(found.meters, slot, message(entry, "config"));
  }

  valueSetEntry(_type: Update, entry: Message): void {
    const { object } = this.device.find("valueSets", this.name(integer(entry, "value_set_id")));
    object.assign(
      messages(entry, "members").map((member) => {
        const matches = messages(member, "match");
        return object.widthsBits.map((widthBits, i) => {
          const match = matches.find((m) => integer(m, "field_id") === i + 1);
          const kind = match && message(match, "ternary") ? "ternary" : "exact";
          const key = matchOf({ name: `field ${i + 1}`, kind, widthBits }, match);
          const ones = (1n << BigInt(widthBits)) - 1n;
          if (key.kind === "ternary") return { value: BigInt(key.value), mask: BigInt(key.mask) };
          return { value: key.kind === "exact" ? BigInt(key.value) : 0n, mask: ones };
        });
      }),
    );
  }

  private table(id: number) {
    const info = this.info.tables.get(id);
    if (!info) throw new P4Error("unknown-table", `the P4Info has no table ${id}`);
    const handle = this.device.tables.get(info.name);
    return { info, handle, table: this.device.objects.tables.get(handle.info.name)! };
  }

  private name(id: number): string {
    const name = this.info.names.get(id);
    if (name === undefined) throw new P4Error("unknown-id", `the P4Info has no object ${id}`);
    return name;
  }

  private directAction(action: Message): { action: string; args: EntryArgs } {
    const id = integer(action, "action_id");
    const info = this.info.actions.get(id);
    if (!info) throw new P4Error("unknown-action", `the P4Info has no action ${id}`);
    return { action: info.name, args: argumentsOf(action, info) };
  }

  private actionOf(entry: Message): EntryAction | null {
    const what = message(entry, "action");
    if (!what) return null;
    const direct = message(what, "action");
    if (direct) return this.directAction(direct);
    const profile = this.profiles.ofTable(this.table(integer(entry, "table_id")).table);
    if (what.has("action_profile_member_id"))
      return profile.reference("member", integer(what, "action_profile_member_id"));
    if (what.has("action_profile_group_id"))
      return profile.reference("group", integer(what, "action_profile_group_id"));
    const set = messages(message(what, "action_profile_action_set") ?? new Map(), "action_profile_actions");
    const single = set.length === 1 ? message(set[0], "action") : undefined;
    if (single) return this.directAction(single);
    throw new P4Error(
      "unsupported-entity",
      "an action set of several actions is not supported",
      undefined,
      true,
    );
  }

  /** The slot of the entry that a direct resource belongs to. */
  private entrySlot(entry: Message): { table: MatchTable; slot: number } {
    const inner = message(entry, "table_entry") ?? new Map();
    const { table, handle, info } = this.table(integer(inner, "table_id"));
    const found = table.find(entryKey(inner, handle, info), integer(inner, "priority"));
    if (found < 0) throw new P4Error("unknown-entry", `table '${info.name}' has no entry with this key`);
    return { table, slot: found + 1 };
  }

  private setMeter(meters: MeterSetter, index: number, config: Message | undefined): void {
    if (!config) {
      meters.clearRates(index);
      return;
    }
    const rate = (perSecond: string, burst: string): MeterRate => ({
      perMicrosecond: integer(config, perSecond) / 1e6,
      burst: integer(config, burst),
    });
    meters.setRates(index, rate("cir", "cburst"), rate("pir", "pburst"));
  }
}

type EntryArgs = (number | bigint)[];
interface MeterSetter {
  clearRates(index: number): void;
  setRates(index: number, committed: MeterRate, peak: MeterRate): void;
}

function setCounter(
  counters: { packets: Float64Array; bytes: Float64Array },
  index: number,
  data: Message = new Map(),
): void {
  counters.packets[index] = integer(data, "packet_count");
  counters.bytes[index] = integer(data, "byte_count");
}

const proto = P4RuntimeWriter.prototype;
const HANDLERS: Readonly<Record<string, (this: P4RuntimeWriter, type: Update, content: Message) => void>> = {
  table_entry: proto.tableEntry,
  action_profile_member: proto.profileMember,
  action_profile_group: proto.profileGroup,
  packet_replication_engine_entry: proto.replication,
  register_entry: proto.registerEntry,
  counter_entry: proto.counterEntry,
  direct_counter_entry: proto.directCounterEntry,
  meter_entry: proto.meterEntry,
  direct_meter_entry: proto.directMeterEntry,
  value_set_entry: proto.valueSetEntry,
  // Digests reach no one here.
  digest_entry: () => {},
};
