// The parts of a v1model switch that most tests leave empty. A test declares headers_t, metadata_t, a parser P
// and a control MyIngress, includes this file last, and may name its own controls by these macros.
#ifndef VERIFY
#define VERIFY NoVerify
#endif
#ifndef EGRESS
#define EGRESS NoEgress
#endif
#ifndef UPDATE
#define UPDATE NoUpdate
#endif
#ifndef DEPARSER
#define DEPARSER EmitAll
#endif

control NoVerify(inout headers_t hdr, inout metadata_t meta) { apply {} }
control NoEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) { apply {} }
control NoUpdate(inout headers_t hdr, inout metadata_t meta) { apply {} }
control EmitAll(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }

V1Switch(P(), VERIFY(), MyIngress(), EGRESS(), UPDATE(), DEPARSER()) main;
