/** Small v1model programs for tests. */
import type { Engine, LoadOptions } from "../../src/api.js";
import { loadProgram } from "../../src/index.js";

export interface ProgramParts {
  /** Declarations at the top: headers, constants, functions. Must declare `headers_t`. */
  top: string;
  /** Fields of the user metadata. */
  metadata?: string;
  /** States of the parser, the first being `start`; `pkt`, `hdr`, `meta` and `sm` are its parameters. */
  states?: string;
  parserTop?: string;
  /** Declarations of the ingress control. */
  locals?: string;
  /** Body of the ingress control. */
  ingress?: string;
  egressLocals?: string;
  egress?: string;
  verify?: string;
  update?: string;
  /** Body of the deparser. */
  deparser?: string;
}

export function program(p: ProgramParts): string {
  return `#include <core.p4>
#define V1MODEL_VERSION 20200408
#include <v1model.p4>
${p.top}
struct metadata_t { ${p.metadata ?? ""} }
parser P(packet_in pkt, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
${p.parserTop ?? ""}
${p.states ?? "state start { transition accept; }"}
}
control V(inout headers_t hdr, inout metadata_t meta) { apply { ${p.verify ?? ""} } }
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
${p.locals ?? ""}
apply {
${p.ingress ?? ""}
} }
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
${p.egressLocals ?? ""}
apply { ${p.egress ?? ""} } }
control C(inout headers_t hdr, inout metadata_t meta) { apply { ${p.update ?? ""} } }
control D(packet_out pkt, in headers_t hdr) { apply { ${p.deparser ?? "pkt.emit(hdr);"} } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
`;
}

export const engineOf = (parts: ProgramParts, options?: LoadOptions): Engine =>
  loadProgram(program(parts), options);

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const bytes = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replace(/\s/g, ""), "hex"));

/** What comes out, as `port:hex`. */
export const send = (engine: Engine, port: number, packet: string): string[] =>
  engine.process(port, bytes(packet)).map((out) => `${out.port}:${hex(out.bytes)}`);

/** An unsigned number as the hex of its bytes. */
export const hexOf = (v: bigint, width: number): string =>
  BigInt.asUintN(width, v)
    .toString(16)
    .padStart(width / 4, "0");
