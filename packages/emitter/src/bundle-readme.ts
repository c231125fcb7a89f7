import type { EmittedPipe, Format } from "./control-plane/formats.js";
import { HEADER_BYTES } from "./wire.js";

/** Entries simple_switch_CLI takes in a second, even on a slow machine: 5,500 of 32 parameters were measured. */
const CLI_ENTRIES_A_SECOND = 2000;

/** Whether the folder holds a file. */
type Holds = (file: string) => boolean;

const when = (condition: boolean, ...lines: string[]): string[] => (condition ? lines : []);

const code = (...lines: string[]): string[] => [
  "",
  ...lines.map((line) => (line === "" ? "" : `    ${line}`)),
  "",
];

function count(entries: Iterable<unknown>): number {
  let n = 0;
  for (const _ of entries) n++;
  return n;
}

/** Compiling, loading and running on BMv2, step by step. */
function onBmv2(name: string, entries: number, holds: Holds): string[] {
  const seconds = 5 + Math.ceil(entries / CLI_ENTRIES_A_SECOND);
  const requests = holds("request.py");
  return [
    "## On BMv2, with packets from files",
    ...code(
      `p4c-bm2-ss --std p4-16 -o ${name}.json ${name}.p4`,
      ...when(requests, "python3 request.py --write p1_in.pcap"),
      `simple_switch --use-files ${seconds} -i 1@p1 ${name}.json & sleep 2`,
      "(echo set_queue_depth 1000000; cat entries.txt) | simple_switch_CLI > /dev/null",
      ...when(requests, "python3 request.py --read p1_out.pcap"),
    ),
    `The switch reads p1_in.pcap ${seconds} seconds after its start; the entries are to be in by then. It writes what`,
    "it sends to p1_out.pcap, and does not end by itself. Without `set_queue_depth` it silently drops packets when",
    "many come at once.",
    "",
    "## On BMv2, with interfaces",
    ...code(
      "ip link add veth0 type veth peer name veth1",
      "ip link set veth0 up mtu 9000; ip link set veth1 up mtu 9000",
      `simple_switch -i 1@veth0 ${name}.json & sleep 2`,
      "simple_switch_CLI < entries.txt > /dev/null",
      ...when(
        requests,
        "python3 request.py veth1                        # sends a request, shows the answer",
      ),
    ),
    ...when(holds("write-requests.bin"), ...overP4Runtime(name)),
    ...when(
      holds(`${name}.stf`),
      "## The P4 compiler's own test runner",
      "",
      "In the checkout of p4lang/p4c, with `p4c-bm2-ss` built in its folder `build`:",
      ...code(
        `cd build && python3 ../backends/bmv2/run-bmv2-test.py .. THIS_FOLDER/${name}.p4 -tf THIS_FOLDER/${name}.stf`,
      ),
    ),
  ];
}

/** Loading with a P4Runtime client. */
function overP4Runtime(name: string): string[] {
  return [
    "## On BMv2, over P4Runtime",
    ...code(
      "simple_switch_grpc --no-p4 -i 1@veth0 -- --grpc-server-addr 127.0.0.1:9559 & sleep 2",
      "pip install p4runtime",
      `python3 load_p4runtime.py ${name}.json`,
    ),
    "`write-requests.txtpb` holds the same requests to read or to send with another client; the ids are those of",
    "`p4info.txtpb`, which is what `p4c-bm2-ss --p4runtime-files` writes for this program. `device_id` and",
    "`election_id` are left for the client to fill in.",
    "",
  ];
}

/** Running in the embedded engine. */
function inTheEngine({ name }: EmittedPipe, holds: Holds): string[] {
  const requests = "write-requests.txtpb";
  return [
    "## In MatchMul's P4 engine",
    ...code(
      ...when(holds(`${name}.stf`), `p4run ${name}.p4 --stf ${name}.stf`),
      ...when(holds("request.py"), "python3 request.py --write p1_in.pcap"),
      `p4run ${name}.p4 --entries entries.txt --pcap p1_in.pcap --port 1 --out p%p_out.pcap --stats`,
      ...when(
        holds(requests),
        `p4run ${name}.p4 --entries ${requests} --p4info p4info.txtpb --pcap p1_in.pcap --port 1`,
      ),
    ),
  ];
}

/** Compiling with the SDE, loading with bfrt_python. */
function onTofino({ name, target }: EmittedPipe, holds: Holds): string[] {
  const chip = target.name === "t2na" ? "tofino2" : "tofino";
  return [
    "## On a Tofino SDE",
    "",
    "Build and install the program (`$SDE` and `$SDE_INSTALL` as the SDE sets them):",
    ...code(
      "mkdir build && cd build",
      "cmake $SDE/p4studio -DCMAKE_INSTALL_PREFIX=$SDE_INSTALL -DCMAKE_MODULE_PATH=$SDE/cmake \\",
      `    -D${chip.toUpperCase()}=ON -DP4_NAME=${name} -DP4_PATH=$PWD/../${name}.p4`,
      `make ${name} && make install`,
    ),
    "or compile it alone, with the SDE's compiler or the open one:",
    ...code(
      `bf-p4c       --target ${chip} --arch ${target.name} -g -o ${name}.${chip} ${name}.p4`,
      `p4c-barefoot --target ${chip} --arch ${target.name} -g -o ${name}.${chip} ${name}.p4`,
    ),
    "Start the model (on a switch, leave that out) and the driver, then load the entries:",
    ...code(
      `$SDE/run_tofino_model.sh -p ${name} --arch ${chip} &`,
      `$SDE/run_switchd.sh -p ${name} --arch ${chip}`,
      ...when(
        holds("load_bfrt.py"),
        "$SDE/run_bfshell.sh -b $PWD/load_bfrt.py        # in another window, from this folder",
      ),
    ),
    `Passes go round through port ${target.recirculationPort} of pipe 0, so requests are to come in by ports of pipe 0.`,
    "",
  ];
}

/** What a request and its answer are made of. */
function packets({ schedule }: EmittedPipe, holds: Holds): string[] {
  const { input, classes } = schedule.program;
  const plain = input.encoding === "bytes" && input.order === undefined;
  return [
    "## A request, and its answer",
    "",
    `Both are Ethernet frames: 14 bytes of Ethernet, ${HEADER_BYTES - 14} bytes of header, the payload; all numbers are in network`,
    "byte order.",
    plain
      ? `A request's payload is the model's ${input.features} ${input.dtype} values in order, one byte each.`
      : `A request's payload is the ${input.bytes} bytes that \`requestPacket\` of @matchmul/emitter makes of ${input.features} ${input.dtype} values.`,
    `An answer has the request's number at offset 22, the class at 26, and from ${HEADER_BYTES} on one int32 a lane; the first`,
    `${classes} are the logits.`,
    ...when(
      holds("request.py"),
      "`request.py` makes and reads them with Python's standard library alone:",
      ...code("python3 request.py --write p1_in.pcap", "python3 request.py --read p1_out.pcap"),
    ),
  ];
}

/** README.md of a pipe's folder: what each file is, and the commands to run it with. */
export function pipeReadme(pipe: EmittedPipe, formats: readonly Format[]): string {
  const { name, target, schedule, plane, entries } = pipe;
  const { program } = schedule;
  const total = count(entries());
  const holds: Holds = (file) => formats.some((format) => format.file(name) === file);
  const rows = formats.map((format) => `| \`${format.file(name)}\` | ${format.about} |`);
  const lines = [
    `# ${program.name} for ${target.name}`,
    "",
    `${program.passes.length} passes a request, ${plane.tables.length} tables, ${total} table entries.`,
    "",
    "| file | |",
    "|---|---|",
    `| \`${name}.p4\` | the program |`,
    ...rows,
    "",
    ...(target.bfrt ? onTofino(pipe, holds) : onBmv2(name, total, holds)),
    ...inTheEngine(pipe, holds),
    ...packets(pipe, holds),
  ];
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}
