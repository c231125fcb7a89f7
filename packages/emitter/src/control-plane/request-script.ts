import type { MicroProgram } from "@matchmul/planner";
import { HEADER_BYTES, requestPacket } from "../wire.js";

/**
 * A script that makes a request and reads an answer with Python's standard library alone: what a client does, to be
 * read as well as to be run (docs/wire.md).
 */
export function requestScript(program: MicroProgram): string {
  const { input, classes } = program;
  const zeros = requestPacket(
    program,
    Array.from({ length: input.features }, () => 0),
    0,
  );
  const hex = (from: number, to?: number): string => Buffer.from(zeros.subarray(from, to)).toString("hex");
  const isPlain = input.encoding === "bytes" && input.order === undefined;
  const payload = isPlain
    ? `# The model's ${input.features} ${input.dtype} values, in order.
values = [0] * ${input.features}
payload = struct.pack("${input.features}${input.dtype === "uint8" ? "B" : "b"}", *values)`
    : `# ${input.bytes} bytes that requestPacket of @matchmul/emitter makes of the model's ${input.features} ${input.dtype} values: those of zeros.
payload = bytes.fromhex("${hex(HEADER_BYTES)}")`;
  return `"""Makes a request to ${program.name}, and reads answers:

    python3 request.py INTERFACE          sends a request and waits for the answer
    python3 request.py --write IN.pcap    writes a request as a capture
    python3 request.py --read OUT.pcap    shows the answers in a capture
"""
import socket
import struct
import sys

ETHERTYPE = 0x${hex(12, 14)}
${payload}
# To, from, EtherType; then version 1, kind 1 (a request), five fields the switch fills in around the request's number.
packet = bytes.fromhex("${hex(0, 14)}")
packet += struct.pack(">BBBBHHIH", 1, 1, 0, 0, 0, 0, 42, 0) + payload


def show(answer):
    kind = answer[15]
    number, label = struct.unpack_from(">IH", answer, 22)
    logits = struct.unpack_from(">${classes}i", answer, 28)
    print("kind", kind, "request", number, "class", label, "logits", *logits)


if sys.argv[1:2] == ["--write"]:
    with open(sys.argv[2], "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        file.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
elif sys.argv[1:2] == ["--read"]:
    with open(sys.argv[2], "rb") as file:
        file.read(24)
        while record := file.read(16):
            show(file.read(struct.unpack("<4I", record)[2]))
elif len(sys.argv) == 2:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE)) as wire:
        wire.bind((sys.argv[1], ETHERTYPE))
        wire.send(packet)
        show(wire.recv(65535))
else:
    sys.exit(__doc__)
`;
}
