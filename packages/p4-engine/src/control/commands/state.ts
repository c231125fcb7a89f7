/** register_*, counter_*, meter_* and pvs_* commands. */
import type { Bits } from "../../api.js";
import { P4Error } from "../../errors.js";
import type { MeterArray, MeterRate } from "../../externs/index.js";
import type { Device } from "../device.js";
import { parseIndex, parseInteger } from "../literals.js";
import type { Command, CommandContext, CommandSet } from "./command.js";

const index = (text: string) => parseIndex(text, "index");

function integer(text: string): Bits {
  const value = parseInteger(text);
  if (value === null) throw new P4Error("bad-value", `'${text}' is no integer`);
  return value;
}

/** The cell of an indirect counter, or the slot of an entry that a direct one counts. */
function counterCell(
  device: Device,
  name: string,
  at: string,
): { packets: Float64Array; bytes: Float64Array; i: number } {
  const i = index(at);
  if (device.has("directCounters", name)) {
    const table = device.find("directCounters", name).object;
    const { handle } = table.entry(i);
    return { packets: table.packets, bytes: table.bytes, i: handle + 1 };
  }
  const { object } = device.find("counters", name);
  if (i >= object.size)
    throw new P4Error("unknown-index", `counter '${name}' has ${object.size} cells, no ${i}`);
  return { packets: object.packets, bytes: object.bytes, i };
}

function readRegister({ device, print }: CommandContext, [name, at]: string[]): void {
  const { object } = device.find("registers", name);
  if (at !== undefined) {
    print(`${name}[${at}]= ${object.get(index(at))}`);
    return;
  }
  const values = Array.from({ length: object.size }, (_, i) => object.get(i));
  print(`${name}= ${values.join(", ")}`);
}

/** `rate:burst`, the rate in units a microsecond. */
function rate(text: string): MeterRate {
  const [perMicrosecond, burst] = text.split(":").map(Number);
  if (!(perMicrosecond >= 0) || !Number.isInteger(burst) || burst < 0)
    throw new P4Error("bad-value", `'${text}' is no RATE:BURST`);
  return { perMicrosecond, burst };
}

function metersOf(device: Device, name: string): { meters: MeterArray; cell(text: string): number } {
  if (device.has("directMeters", name)) {
    const { meters, table } = device.find("directMeters", name).object;
    return { meters, cell: (text) => table.entry(index(text)).handle + 1 };
  }
  return { meters: device.find("meters", name).object, cell: index };
}

function setMeterRates({ device }: CommandContext, [name, at, low, high]: string[]): void {
  const { meters, cell } = metersOf(device, name);
  meters.setRates(cell(at), rate(low), rate(high));
}

function setAllMeterRates({ device }: CommandContext, [name, low, high]: string[]): void {
  const { meters } = metersOf(device, name);
  for (let i = 0; i < meters.size; i++) meters.setRates(i, rate(low), rate(high));
}

function getMeterRates({ device, print }: CommandContext, [name, at]: string[]): void {
  const { meters, cell } = metersOf(device, name);
  const rates = meters.getRates(cell(at));
  [rates?.committed, rates?.peak].forEach((r, i) => {
    if (r) print(`${i}: info rate = ${r.perMicrosecond}, burst size = ${r.burst}`);
  });
}

const exactly = (n: number, usage: string, run: Command["run"]): Command => ({
  usage,
  least: n,
  most: n,
  run,
});

export const stateCommands: CommandSet = {
  register_read: { usage: "REGISTER [INDEX]", least: 1, most: 2, run: readRegister },
  register_write: exactly(3, "REGISTER INDEX VALUE", ({ device }, [name, at, value]) =>
    device.find("registers", name).object.set(index(at), integer(value)),
  ),
  register_reset: exactly(1, "REGISTER", ({ device }, [name]) =>
    device.find("registers", name).object.fill(0),
  ),
  counter_read: exactly(2, "COUNTER INDEX", ({ device, print }, [name, at]) => {
    const { packets, bytes, i } = counterCell(device, name, at);
    print(`${name}[${at}]= (packets=${packets[i]}, bytes=${bytes[i]})`);
  }),
  counter_write: exactly(4, "COUNTER INDEX PACKETS BYTES", ({ device }, [name, at, p, b]) => {
    const { packets, bytes, i } = counterCell(device, name, at);
    packets[i] = Number(integer(p));
    bytes[i] = Number(integer(b));
  }),
  counter_reset: exactly(1, "COUNTER", ({ device }, [name]) => {
    const object = device.has("directCounters", name)
      ? device.find("directCounters", name).object
      : device.find("counters", name).object;
    object.packets.fill(0);
    object.bytes.fill(0);
  }),
  meter_set_rates: exactly(4, "METER INDEX RATE:BURST RATE:BURST", setMeterRates),
  meter_array_set_rates: exactly(3, "METER RATE:BURST RATE:BURST", setAllMeterRates),
  meter_get_rates: exactly(2, "METER INDEX", getMeterRates),
  pvs_add: exactly(2, "VALUE_SET VALUE", ({ device }, [name, value]) =>
    device.valueSets.add(name, BigInt(integer(value))),
  ),
  pvs_remove: exactly(2, "VALUE_SET VALUE", ({ device }, [name, value]) =>
    device.valueSets.remove(name, BigInt(integer(value))),
  ),
  pvs_get: exactly(1, "VALUE_SET", ({ device, print }, [name]) => {
    for (const value of device.valueSets.get(name)) print(value.toString(16));
  }),
  pvs_clear: exactly(1, "VALUE_SET", ({ device }, [name]) => device.valueSets.clear(name)),
};
