import type { EmittedEntry } from "../entries.js";
import type { Schedule } from "../schedule.js";
import type { Target } from "../targets.js";
import { bfrtJson } from "./bfrt.js";
import type { ControlPlane } from "./declarations.js";
import { assignIds } from "./ids.js";
import { loadBfrtScript } from "./load-bfrt.js";
import { loadP4RuntimeScript } from "./load-p4runtime.js";
import { p4info } from "./p4info.js";
import { requestScript } from "./request-script.js";
import { simpleSwitchCommands } from "./simple-switch-cli.js";
import { stfTest } from "./stf.js";
import { Writer } from "./updates.js";
import { writeRequestsBinary } from "./write-requests-binary.js";
import { writeRequestsText } from "./write-requests-text.js";

/** One pipe's program, as its control-plane files need it. */
export interface EmittedPipe {
  /** Name of the .p4 file without its ending. */
  name: string;
  target: Target;
  schedule: Schedule;
  plane: ControlPlane;
  /** All table entries, made anew each time: there may be very many. */
  entries(): Iterable<EmittedEntry>;
}

/** One file of a pipe's folder. */
export interface Format {
  file(name: string): string;
  /** What it is, for the folder's README. */
  about: string;
  isFor(target: Target): boolean;
  content(pipe: EmittedPipe): string | Uint8Array;
}

const software = ({ bfrt }: Target): boolean => !bfrt;
const tofino = ({ bfrt }: Target): boolean => bfrt;

/** One array of bytes; a file may be longer than the longest string. */
function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  return Buffer.concat([...chunks]);
}

const writer = ({ plane }: EmittedPipe): Writer => new Writer(plane, assignIds(plane));

/** All formats, in the order the README shows them. */
export const formats: readonly Format[] = [
  {
    file: () => "entries.txt",
    about: "all table entries as commands of simple_switch_CLI; p4run reads them, too",
    isFor: () => true,
    content: ({ entries, target }) => simpleSwitchCommands(entries(), target.control),
  },
  {
    file: () => "p4info.txtpb",
    about: "the program's P4Info, in protocol buffers' text format",
    isFor: software,
    content: ({ plane, target }) => p4info(plane, assignIds(plane), target.name),
  },
  {
    file: () => "write-requests.txtpb",
    about: "the same entries as P4Runtime WriteRequests of up to 1000 updates, in text format",
    isFor: software,
    content: (pipe) => joined(writeRequestsText(pipe.entries(), writer(pipe))),
  },
  {
    file: () => "write-requests.bin",
    about: "the same WriteRequests in binary format, each behind its length as a varint",
    isFor: software,
    content: (pipe) => joined(writeRequestsBinary(pipe.entries(), writer(pipe))),
  },
  {
    file: () => "load_p4runtime.py",
    about: "sends the program and these WriteRequests to a switch",
    isFor: software,
    content: () => loadP4RuntimeScript(),
  },
  {
    file: (name) => `${name}.stf`,
    about: "a test of three requests for the P4 compiler's STF runner and for p4run",
    isFor: software,
    content: ({ schedule, plane, entries }) => stfTest(schedule, plane, entries()),
  },
  {
    file: () => "bfrt.json",
    about: "all table entries for BF Runtime, with the names of the compiler's bf-rt.json",
    isFor: tofino,
    content: ({ plane, entries }) => bfrtJson(entries(), plane),
  },
  {
    file: () => "load_bfrt.py",
    about: "puts them into the running switch, from bfrt_python",
    isFor: tofino,
    content: ({ name }) => loadBfrtScript(name),
  },
  {
    file: () => "request.py",
    about: "makes a request and reads an answer",
    isFor: () => true,
    content: ({ schedule }) => requestScript(schedule.program),
  },
];
