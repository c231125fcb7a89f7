import { Random } from "@matchmul/common";
import type { MicroProgram } from "@matchmul/planner";
import type { EmittedEntry } from "../entries.js";
import { delivered, packetAfter } from "../packets.js";
import type { Schedule } from "../schedule.js";
import { HEADER_BYTES, requestPacket } from "../wire.js";
import { type ControlPlane, fullActionName, type KeyField } from "./declarations.js";
import { Reached } from "./reached.js";

/** The port that requests come in by. */
const CLIENT_PORT = 1;

/**
 * p4c's runner gives its command line one second to take in all entries between two packets, so every so many there
 * stands a packet that is dropped: the time it waits is the entries' time.
 */
const ENTRIES_A_PACKET = 400;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The least and the largest value of an input, and some of both kinds and between. */
function sampleInputs({ input }: MicroProgram): number[][] {
  const layout = input.layouts.at(0)?.layout ?? { offset: input.dtype === "int8" ? 128 : 0, planes: 8 };
  const [low, high] = [-layout.offset, 2 ** layout.planes - 1 - layout.offset];
  const random = new Random(1);
  const value = (): number => {
    const kind = random.next();
    return kind < 0.1 ? low : kind < 0.2 ? high : random.integer(low, high);
  };
  const fill = (of: () => number): number[] => Array.from({ length: input.features }, of);
  return [fill(() => low), fill(() => high), fill(value)];
}

/** A number under a mask, in binary: the digits that do not matter are stars. */
function ternaryDigits(value: number, mask: number, widthBits: number): string {
  let digits = "0b";
  for (let bit = widthBits - 1; bit >= 0; bit--)
    digits += (mask >>> bit) & 1 ? `${(value >>> bit) & 1}` : "*";
  return digits;
}

function keyText({ name, widthBits }: KeyField, key: EmittedEntry["keys"][number]): string {
  // STF's names have no brackets within: `hdr.key$0.value` stands for `hdr.key[0].value`.
  const written = name.replace(/\[(\d+)\]/g, "$$$1");
  return `${written}:${typeof key === "number" ? key : ternaryDigits(key.value, key.mask, widthBits)}`;
}

function addStatement(plane: ControlPlane, entry: EmittedEntry): string {
  const { name, keys } = plane.tables.find((t) => t.name === entry.table)!;
  const { params } = plane.actions.find((a) => a.name === entry.action)!;
  const priority = keys.some(({ match }) => match !== "exact") ? " 1" : "";
  const args = params.map((param, i) => `${param.name}:${entry.params[i]}`).join(", ");
  const key = keys.map((field, i) => keyText(field, entry.keys[i])).join(" ");
  return `add ${plane.control}.${name}${priority} ${key} ${fullActionName(plane, entry.action)}(${args})`;
}

/**
 * A test in STF, the format of the P4 compiler's own suite: three requests and the answers microcode gives. It adds
 * the entries that these requests reach, which gives the same answers as all of them.
 */
export function stfTest(schedule: Schedule, plane: ControlPlane, entries: Iterable<EmittedEntry>): string {
  const { program } = schedule;
  const lastPass = program.passes[program.passes.length - 1];
  const reached = new Reached(program);
  const exchanges = sampleInputs(program).map((values, n) => {
    const request = requestPacket(program, values, n + 1);
    const { last, action } = reached.run(request.subarray(HEADER_BYTES));
    const packet = packetAfter(schedule, request, CLIENT_PORT, lastPass, last);
    return { request, answer: delivered(packet, request, CLIENT_PORT, action) };
  });
  // Too short for a request.
  const stump = `packet ${CLIENT_PORT} ${hex(exchanges[0].request.subarray(0, HEADER_BYTES))}`;
  const lines = [
    `# ${program.name}: three requests and their answers; a packet cut off behind its header is dropped.`,
    "# The entries are those that these requests look up.",
  ];
  let added = 0;
  for (const entry of entries) {
    if (!reached.has(entry)) continue;
    if (added++ % ENTRIES_A_PACKET === 0) lines.push(stump);
    lines.push(addStatement(plane, entry));
  }
  for (const { request, answer } of exchanges) {
    lines.push(`packet ${CLIENT_PORT} ${hex(request)}`);
    if (answer !== null) lines.push(`expect ${answer.port} ${hex(answer.bytes)} $`);
  }
  return `${lines.join("\n")}\n`;
}
