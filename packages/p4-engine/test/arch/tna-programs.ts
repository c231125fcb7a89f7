/** Small tna programs for tests. */
import type { Engine, LoadOptions } from "../../src/api.js";
import { loadProgram } from "../../src/index.js";

export interface TnaParts {
  top: string;
  metadata?: string;
  /** States after `start`, which extracts the intrinsic metadata and goes to `begin`. */
  states: string;
  parserTop?: string;
  locals?: string;
  ingress?: string;
  /** Of the ingress deparser, before it emits `hdr`. */
  deparserTop?: string;
  deparser?: string;
  egressStates?: string;
  egressLocals?: string;
  egress?: string;
  egressDeparserTop?: string;
  egressDeparser?: string;
}

export const tnaProgram = (p: TnaParts, architecture: "tna" | "t2na" = "tna"): string => `
#include <core.p4>
#include <${architecture}.p4>
${p.top}
struct metadata_t { ${p.metadata ?? ""} }
parser IP(packet_in pkt, out headers_t hdr, out metadata_t md, out ingress_intrinsic_metadata_t ig_intr_md) {
  ${p.parserTop ?? ""}
  state start {
    pkt.extract(ig_intr_md);
    transition ${p.states.includes("state resubmitted") ? "select(ig_intr_md.resubmit_flag) { 1: resubmitted; default: port; }" : "port;"}
  }
  state port { pkt.advance(PORT_METADATA_SIZE); transition begin; }
  ${p.states}
}
control I(inout headers_t hdr, inout metadata_t md, in ingress_intrinsic_metadata_t ig_intr_md,
          in ingress_intrinsic_metadata_from_parser_t prsr, inout ingress_intrinsic_metadata_for_deparser_t dprsr,
          inout ingress_intrinsic_metadata_for_tm_t tm) {
  ${p.locals ?? ""}
  apply { ${p.ingress ?? "tm.ucast_egress_port = 1;"} }
}
control ID(packet_out pkt, inout headers_t hdr, in metadata_t md, in ingress_intrinsic_metadata_for_deparser_t dprsr) {
  ${p.deparserTop ?? ""}
  apply { ${p.deparser ?? ""} pkt.emit(hdr); }
}
parser EP(packet_in pkt, out headers_t hdr, out metadata_t md, out egress_intrinsic_metadata_t eg_intr_md) {
  state start { pkt.extract(eg_intr_md); transition begin; }
  ${p.egressStates ?? "state begin { transition accept; }"}
}
control E(inout headers_t hdr, inout metadata_t md, in egress_intrinsic_metadata_t eg_intr_md,
          in egress_intrinsic_metadata_from_parser_t prsr, inout egress_intrinsic_metadata_for_deparser_t dprsr,
          inout egress_intrinsic_metadata_for_output_port_t oport) {
  ${p.egressLocals ?? ""}
  apply { ${p.egress ?? ""} }
}
control ED(packet_out pkt, inout headers_t hdr, in metadata_t md, in egress_intrinsic_metadata_for_deparser_t dprsr) {
  ${p.egressDeparserTop ?? ""}
  apply { ${p.egressDeparser ?? ""} pkt.emit(hdr); }
}
Pipeline(IP(), I(), ID(), EP(), E(), ED()) pipe;
Switch(pipe) main;
`;

export const tnaEngine = (parts: TnaParts, options?: LoadOptions, architecture?: "tna" | "t2na"): Engine =>
  loadProgram(tnaProgram(parts, architecture), options);
