/** A capture's packets through a program. */
import { writeFileSync } from "node:fs";
import type { Engine, OutputPacket } from "../api.js";
import { Device } from "../control/device.js";
import { loadEntries } from "../control/entries-file.js";
import { P4Error } from "../errors.js";
import { readPcap, writePcap } from "../pcap/index.js";
import { readBytes, readText } from "./load.js";

export interface CaptureOptions {
  input: string;
  /** With `%p`, one file a port. */
  output: string | null;
  port: number;
  entries: string | null;
  p4info: string | null;
  /** Count table hits and passes too, which takes time. */
  stats: boolean;
  /** What commands among the entries show. */
  print: (line: string) => void;
}

export interface CaptureResult {
  entries: number;
  packetsIn: number;
  packetsOut: number;
  /** Packets out by port. */
  ports: Record<number, number>;
  seconds: number;
  /** With `stats`: by table, lookups and those of them that hit. */
  tables?: Record<string, { lookups: number; hits: number }>;
  /** With `stats`: packets that entered the pipeline again, by kind. */
  again?: Record<string, number>;
}

interface Sent extends OutputPacket {
  timeNs: bigint;
}

export function runCapture(engine: Engine, options: CaptureOptions): CaptureResult {
  const { packets, linkType } = readPcap(readBytes(options.input), options.input);
  const entries = options.entries === null ? 0 : load(engine, options.entries, options);
  const result: CaptureResult = { entries, packetsIn: packets.length, packetsOut: 0, ports: {}, seconds: 0 };
  if (options.stats) watch(engine, result);
  const sent: Sent[] = [];
  const start = performance.now();
  for (const { bytes, timeNs } of packets)
    for (const out of engine.process(options.port, bytes)) sent.push({ ...out, timeNs });
  result.seconds = (performance.now() - start) / 1000;
  engine.observe(null);
  result.packetsOut = sent.length;
  for (const { port } of sent) result.ports[port] = (result.ports[port] ?? 0) + 1;
  if (options.output !== null) save(options.output, sent, linkType);
  return result;
}

function load(engine: Engine, file: string, { p4info, print }: CaptureOptions): number {
  return loadEntries(new Device(engine), readText(file), {
    file,
    print,
    p4info: p4info === null ? undefined : readText(p4info),
  });
}

function watch(engine: Engine, result: CaptureResult): void {
  const tables: Record<string, { lookups: number; hits: number }> = {};
  const again: Record<string, number> = {};
  for (const { name } of engine.tables) tables[name] = { lookups: 0, hits: 0 };
  engine.observe({
    table(name, handle) {
      tables[name].lookups++;
      if (handle >= 0) tables[name].hits++;
    },
    again(kind) {
      again[kind] = (again[kind] ?? 0) + 1;
    },
  });
  result.tables = tables;
  result.again = again;
}

function save(output: string, sent: readonly Sent[], linkType: number): void {
  const write = (file: string, packets: readonly Sent[]) => {
    try {
      writeFileSync(file, writePcap(packets, linkType));
    } catch (e) {
      throw new P4Error("cannot-write", `cannot write '${file}': ${(e as Error).message}`);
    }
  };
  if (!output.includes("%p")) {
    write(output, sent);
    return;
  }
  for (const port of new Set(sent.map((p) => p.port)))
    write(
      output.replaceAll("%p", String(port)),
      sent.filter((p) => p.port === port),
    );
}
