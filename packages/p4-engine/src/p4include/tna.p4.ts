/** tna.p4 and t2na.p4: the programmable blocks of Tofino 1 and 2 and their packages. */

/** @param generation 1 for tna, 2 for t2na, whose parameters up to the deparser metadata are not optional. */
function blocks(generation: 1 | 2): string {
  const opt = generation === 1 ? "@optional " : "";
  return `
parser IngressParserT<H, M>(
    packet_in pkt,
    out H hdr,
    out M ig_md,
    ${opt}out ingress_intrinsic_metadata_t ig_intr_md,
    @optional out ingress_intrinsic_metadata_for_tm_t ig_intr_md_for_tm,
    @optional out ingress_intrinsic_metadata_from_parser_t ig_intr_md_from_prsr);

parser EgressParserT<H, M>(
    packet_in pkt,
    out H hdr,
    out M eg_md,
    ${opt}out egress_intrinsic_metadata_t eg_intr_md,
    @optional out egress_intrinsic_metadata_from_parser_t eg_intr_md_from_prsr,
    @optional out egress_intrinsic_metadata_for_deparser_t eg_intr_md_for_dprsr);

control IngressT<H, M>(
    inout H hdr,
    inout M ig_md,
    ${opt}in ingress_intrinsic_metadata_t ig_intr_md,
    ${opt}in ingress_intrinsic_metadata_from_parser_t ig_intr_md_from_prsr,
    ${opt}inout ingress_intrinsic_metadata_for_deparser_t ig_intr_md_for_dprsr,
    ${opt}inout ingress_intrinsic_metadata_for_tm_t ig_intr_md_for_tm${
      generation === 2 ? ",\n    @optional in ghost_intrinsic_metadata_t gh_intr_md" : ""
    });
${generation === 2 ? "\ncontrol GhostT(in ghost_intrinsic_metadata_t gh_intr_md);\n" : ""}
control EgressT<H, M>(
    inout H hdr,
    inout M eg_md,
    ${opt}in egress_intrinsic_metadata_t eg_intr_md,
    ${opt}in egress_intrinsic_metadata_from_parser_t eg_intr_md_from_prsr,
    ${opt}inout egress_intrinsic_metadata_for_deparser_t eg_intr_md_for_dprsr,
    ${opt}inout egress_intrinsic_metadata_for_output_port_t eg_intr_md_for_oport);

control IngressDeparserT<H, M>(
    packet_out pkt,
    inout H hdr,
    in M metadata,
    ${opt}in ingress_intrinsic_metadata_for_deparser_t ig_intr_md_for_dprsr,
    @optional in ingress_intrinsic_metadata_t ig_intr_md);

control EgressDeparserT<H, M>(
    packet_out pkt,
    inout H hdr,
    in M metadata,
    ${opt}in egress_intrinsic_metadata_for_deparser_t eg_intr_md_for_dprsr,
    @optional in egress_intrinsic_metadata_t eg_intr_md,
    @optional in egress_intrinsic_metadata_from_parser_t eg_intr_md_from_prsr);

package Pipeline<IH, IM, EH, EM>(
    IngressParserT<IH, IM> ingress_parser,
    IngressT<IH, IM> ingress,
    IngressDeparserT<IH, IM> ingress_deparser,
    EgressParserT<EH, EM> egress_parser,
    EgressT<EH, EM> egress,
    EgressDeparserT<EH, EM> egress_deparser${generation === 2 ? ",\n    @optional GhostT ghost" : ""});

${switchOf("Switch", "Pipeline", generation)}`;
}

/** A package of one to four pipes, of which the later ones default to the first. */
function switchOf(name: string, pipeline: string, generation: 1 | 2): string {
  const types = (pipe: number) => ["IH", "IM", "EH", "EM"].map((t) => `${t}${pipe}`).join(", ");
  const pipes = [0, 1, 2, 3];
  const version = generation === 1 ? `arch="TNA", version="2.0.1"` : `arch="T2NA", version="1.0.1"`;
  return `@pkginfo(${version})
@noWarn("unused")
package ${name}<${pipes.map(types).join(", ")}>(
${pipes.map((p) => `    ${p === 0 ? "" : "@optional "}${pipeline}<${types(p)}> pipe${p}`).join(",\n")});
`;
}

/** Tofino 1 may give each of its 18 parsers of a pipe another program. */
function multiParser(): string {
  const parsers = (gress: string) =>
    `package ${gress}Parsers<H, M>(\n${Array.from(
      { length: 18 },
      (_, i) => `    ${i === 0 ? "" : "@optional "}${gress}ParserT<H, M> prsr${i}`,
    ).join(",\n")});\n`;
  return `
${parsers("Ingress")}
${parsers("Egress")}
package MultiParserPipeline<IH, IM, EH, EM>(
    IngressParsers<IH, IM> ig_prsr,
    IngressT<IH, IM> ingress,
    IngressDeparserT<IH, IM> ingress_deparser,
    EgressParsers<EH, EM> eg_prsr,
    EgressT<EH, EM> egress,
    EgressDeparserT<EH, EM> egress_deparser);

${switchOf("MultiParserSwitch", "MultiParserPipeline", 1)}`;
}

const widths = (generation: 1 | 2): string => `#define PORT_ID_WIDTH 9
#define MULTICAST_GROUP_ID_WIDTH 16
#define QUEUE_ID_WIDTH ${generation === 1 ? 5 : 7}
#define MIRROR_TYPE_WIDTH ${generation === 1 ? 3 : 4}
#define MIRROR_ID_WIDTH ${generation === 1 ? 10 : 8}
#define RESUBMIT_TYPE_WIDTH 3
#define DIGEST_TYPE_WIDTH 3
#define REPLICATION_ID_WIDTH 16
#define L1_EXCLUSION_ID_WIDTH 16
#define L2_EXCLUSION_ID_WIDTH 9`;

export const tnaP4 = `// The Tofino native architecture. With __TARGET_TOFINO__ defined as 2 it has Tofino 2's widths.
#ifndef _TOFINO_NATIVE_ARCHITECTURE_
#define _TOFINO_NATIVE_ARCHITECTURE_

#define TOFINO_GENERATION 1
#if defined(__TARGET_TOFINO__) && __TARGET_TOFINO__ == 2
${widths(2)}
#else
${widths(1)}
#endif

#include <tofino_base.p4>

#if defined(__TARGET_TOFINO__) && __TARGET_TOFINO__ == 2
typedef MirrorType_t CloneId_t;
const bit<32> PORT_METADATA_SIZE = 192;
#else
const bit<32> PORT_METADATA_SIZE = 64;
#endif
${blocks(1)}${multiParser()}
#endif
`;

export const t2naP4 = `// The Tofino 2 native architecture.
#ifndef _TOFINO_NATIVE_ARCHITECTURE_
#define _TOFINO_NATIVE_ARCHITECTURE_

#define TOFINO_GENERATION 2
${widths(2)}

#include <tofino_base.p4>

typedef MirrorType_t CloneId_t;
const bit<32> PORT_METADATA_SIZE = 192;
${blocks(2)}
#endif
`;
