// Infinite-precision integers: folding before a width is given, negative remainders excluded, casts of constants,
// typedef and type, const of every kind, ternary operator on constants and fields.
#include <core.p4>
#include <v1model.p4>
typedef bit<16> short_t;
type bit<8> Code;
const int BIG = 1 << 70;
const bit<32> FOLDED = (bit<32>)((BIG >> 66) * 1000 + 17 % 5);
const short_t WRAPPED = (short_t)(BIG + 0x12345);
const bit<8> MINUS = (bit<8>)(-1);
const Code CODE = (Code)(8w0x42);
const bool YES = 3 < 4 && !(2 == 3) || false;
const tuple<bit<8>, bit<8>> PAIR = { 1, 2 };
header data_t { bit<32> folded; short_t wrapped; bit<8> minus; Code code; bit<8> chosen; bit<8> second; }
struct headers_t { data_t d; }
struct metadata_t {}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { packet.extract(hdr.d); transition accept; }
}
control MyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.d.chosen = YES ? (hdr.d.chosen > 4 ? 8w10 : 8w20) : 8w30;
        hdr.d.folded = FOLDED;
        hdr.d.wrapped = WRAPPED;
        hdr.d.minus = MINUS;
        hdr.d.code = CODE;
        hdr.d.second = PAIR[1];
        standard_metadata.egress_spec = 1;
    }
}
#include "skeleton.p4"
