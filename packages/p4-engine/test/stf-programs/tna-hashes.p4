// Hash: the algorithms, a polynomial of one's own, narrower and wider results, fields that are no whole bytes.
#include <core.p4>
#include <tna.p4>
header data_t { bit<32> a; bit<16> b; bit<4> c; bit<4> d; bit<8> crc8; bit<16> crc16; bit<32> crc32; bit<8> low; bit<16> ccitt; bit<16> xored; bit<32> identity; bit<16> odd; }
struct headers_t { data_t d; }
struct metadata_t {}
control MyIngress(inout headers_t hdr, inout metadata_t meta, in ingress_intrinsic_metadata_t ig_intr_md,
                  in ingress_intrinsic_metadata_from_parser_t ig_prsr_md,
                  inout ingress_intrinsic_metadata_for_deparser_t ig_dprsr_md,
                  inout ingress_intrinsic_metadata_for_tm_t ig_tm_md) {
    Hash<bit<8>>(HashAlgorithm_t.CRC8) crc8;
    Hash<bit<16>>(HashAlgorithm_t.CRC16) crc16;
    Hash<bit<32>>(HashAlgorithm_t.CRC32) crc32;
    Hash<bit<8>>(HashAlgorithm_t.CRC32) low;
    CRCPolynomial<bit<16>>(16w0x1021, false, false, false, 16w0xffff, 16w0) ccitt_poly;
    Hash<bit<16>>(HashAlgorithm_t.CUSTOM, ccitt_poly) ccitt;
    Hash<bit<16>>(HashAlgorithm_t.XOR16) xored;
    Hash<bit<32>>(HashAlgorithm_t.IDENTITY) identity;
    Hash<bit<16>>(HashAlgorithm_t.CRC16) odd;
    apply {
        ig_tm_md.ucast_egress_port = 1;
        hdr.d.crc8 = crc8.get({ hdr.d.a, hdr.d.b, hdr.d.c, hdr.d.d });
        hdr.d.crc16 = crc16.get({ hdr.d.a, hdr.d.b, hdr.d.c, hdr.d.d });
        hdr.d.crc32 = crc32.get({ hdr.d.a, hdr.d.b, hdr.d.c, hdr.d.d });
        hdr.d.low = low.get({ hdr.d.a, hdr.d.b, hdr.d.c, hdr.d.d });
        hdr.d.ccitt = ccitt.get({ hdr.d.a, hdr.d.b, hdr.d.c, hdr.d.d });
        hdr.d.xored = xored.get({ hdr.d.a, hdr.d.b });
        hdr.d.identity = identity.get({ hdr.d.b, hdr.d.c });
        hdr.d.odd = odd.get({ hdr.d.c, hdr.d.b });
    }
}
#include "tna-skeleton.p4"
