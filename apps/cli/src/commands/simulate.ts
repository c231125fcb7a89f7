import type { SimulationReport } from "@matchmul/fabric";
import { type Command, InvalidArgumentError, Option } from "commander";
import { act, command, number } from "../command.js";
import { exitCode } from "../exit.js";
import { bytes, count, duration, percent, rate, ratio, table } from "../format.js";
import { imagesFor } from "../serving/inputs.js";
import { openServed, type SimulateFlags, simulateBundle } from "../serving/simulate.js";
import type { Terminal } from "../terminal.js";

interface Flags extends SimulateFlags {
  inputs: string;
  top: number;
}

/** `matchmul simulate`: requests through a served network, packet by packet. */
export function simulateCommand(): Command {
  const share = (flag: string, what: string) => new Option(flag, what).default(0).argParser(number(0, 0.999));
  const whole = (flag: string, what: string, most = 1e9, least = 0) =>
    new Option(flag, what).argParser(number(least, most, "integer"));
  return command("simulate", "send requests through a served network's programs, with faults, and compare")
    .argument("<dir>", "a bundle of `matchmul deploy`")
    .requiredOption("--inputs <file>", "images, a .npz, as for verify")
    .addOption(whole("--limit <n>", "of the archive, the first n images", 1e9, 1))
    .addOption(whole("--requests <n>", "requests in all; default one for each image", 1e9, 1))
    .addOption(whole("--concurrency <n>", "requests in flight; default 1", 65535, 1))
    .addOption(share("--loss <p>", "of each packet on each cable, each way"))
    .addOption(share("--duplicate <p>", "the same"))
    .addOption(share("--reorder <p>", "the same: it comes later than others behind it"))
    .addOption(share("--stale <p>", "a packet from long ago comes again"))
    .addOption(whole("--malformed <n>", "packets that no client would send, mixed in"))
    .option(
      "--restart <switch@us>",
      "a switch loses its registers at that time; may be repeated",
      restart,
      [],
    )
    .addOption(whole("--seed <n>", "of all faults; the same seed gives the same run", 2 ** 31 - 1).default(1))
    .addOption(whole("--threads <n>", "that pipes run on; the result does not depend on it", 256, 1))
    .addOption(whole("--top <n>", "pipes and cables to list, busiest first", 10000).default(8))
    .option("--allow-changed", "run files that are not as deployed")
    .action(act(run));
}

function restart(text: string, before: SimulateFlags["restart"]): SimulateFlags["restart"] {
  const [, name, us] = /^([^@]+)@(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Expected SWITCH@MICROSECONDS.");
  return [...before, { switch: name, atNs: Number(us) * 1000 }];
}

async function run(terminal: Terminal, directory: string, { inputs, top, ...flags }: Flags): Promise<number> {
  const served = openServed(directory, flags);
  const images = imagesFor(served.model, inputs, flags.limit);
  const { report, ms } = await simulateBundle(terminal, served, images, flags);
  terminal.result({ ...report, wallMs: ms }, () => inWords(report, top));
  const sound = report.wrong === 0 && (report.usableSlots ?? report.slots) === report.slots;
  return sound && report.accepted > 0 ? exitCode.ok : exitCode.negative;
}

/** The report for people. */
export function inWords(r: SimulationReport, top: number): string {
  const pipes = [...r.pipes].sort((a, b) => b.passes - a.passes).slice(0, top);
  const channels = [...r.channels].sort((a, b) => b.bytes - a.bytes).slice(0, top);
  const lost = Object.entries(r.drops).filter(([, n]) => n > 0);
  const slots = r.usableSlots === null ? [] : [`slots usable afterwards   ${r.usableSlots} of ${r.slots}`];
  return [
    `answers accepted          ${ratio(r.accepted, r.requests)}`,
    `equal to the int8 model   ${count(r.equal)}; wrong ${count(r.wrong)}; timed out ${count(r.timedOut)}`,
    ...slots,
    `latency                   p50 ${duration(r.latencyNs.p50)}, p99 ${duration(r.latencyNs.p99)}`,
    `throughput                ${rate(r.throughputPerSecond)} inferences a second with ${r.concurrency} in flight`,
    `passes                    ${count(r.passes)}; requests sent ${count(r.sent)}`,
    `bytes                     ${bytes(r.loopbackBytes)} recirculated, ${bytes(r.cableBytes)} on cables`,
    `faults (seed ${r.seed})           duplicated ${count(r.duplicated)}, reordered ${count(r.delayed)}, stale ${count(r.replayed)}, malformed ${count(r.malformed)}${lost.map(([why, n]) => `, ${why} ${count(n)}`).join("")}`,
    "",
    table(
      ["pipe", "passes", "busy"],
      pipes.map((p) => [p.name, count(p.passes), percent(p.utilisation, 1)]),
    ),
    "",
    table(
      ["cable or loopback", "packets", "bytes", "busy"],
      channels.map((c) => [c.name, count(c.packets), bytes(c.bytes), percent(c.utilisation, 1)]),
    ),
  ].join("\n");
}
