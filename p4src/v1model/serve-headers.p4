const bit<16> ETHERTYPE_MATCHMUL = 0x88B5;  // IEEE 802 local experimental
const bit<8>  VERSION = 2;

// What hosts may wrap around it; the UDP port has the EtherType's number, and takes its place.
const bit<16> ETHERTYPE_IPV4 = 0x0800;
const bit<16> ETHERTYPE_IPV6 = 0x86DD;
const bit<16> UDP_PORT       = ETHERTYPE_MATCHMUL;
const bit<8>  PROTOCOL_UDP   = 17;
const bit<8>  HOPS           = 64;
const bit<16> ANSWER_BYTES   = 168;  // UDP with MatchMul's header and 32 logits

const bit<8>  KIND_REQUEST = 1;  // from a host: part of the input
const bit<8>  KIND_DATA    = 2;  // part of a layer's input, on its way to a pipe
<% if (it.program !== "transit") { -%>
const bit<8>  KIND_STORE   = 3;  // the same at its pipe, being written row by row
<% } -%>
const bit<8>  KIND_WORK    = 4;  // a worker: 32 lanes that go around
const bit<8>  KIND_ANSWER  = 5;  // 32 logits, on their way to the host
<% if (it.program === "merge" || it.merges) { -%>
const bit<8>  KIND_PARTIAL = 6;  // partial sums or maxima, on their way to a pipe that merges
<% } -%>

const bit<16> CONTINUE = 0xFFFF;   // replication id of the copy with which a worker goes on
const bit<8>  PARSE_CONTINUE = 1;  // a worker's next task: its old lanes are dropped
const bit<8>  LAYER_BEFORE_FIRST = 255;

<% if (it.recirculates) { -%>
const bit<32> INSTANCE_RECIRCULATED = 4;  // of standard_metadata.instance_type
<% } -%>

header ethernet_t {
    bit<48> destination;
    bit<48> source;
}

header ether_type_t {
    bit<16> value;
}

header ipv4_t {
    bit<8>  version_ihl;
    bit<8>  tos;
    bit<16> total_length;
    bit<16> identification;
    bit<16> fragment;
    bit<8>  hops;
    bit<8>  protocol;
    bit<16> checksum;
    bit<32> source;
    bit<32> destination;
}

header ipv6_t {
    bit<32>  version_class_flow;
    bit<16>  payload_length;
    bit<8>   next_header;
    bit<8>   hops;
    bit<128> source;
    bit<128> destination;
}

header udp_t {
    bit<16> source;
    bit<16> destination;
    bit<16> length;
    bit<16> checksum;
}

header matchmul_t {
    bit<8>  version;
    bit<8>  kind;
    bit<8>  parse;        // how the next pass reads what follows
    bit<8>  layer;
    bit<16> destination;  // a pipe's or host's number
    bit<16> reply;        // the host that gets the answer
    bit<16> slot;         // store space of one request in flight
    bit<32> epoch;        // number of the request in its slot; a greater one takes the slot over
    bit<8>  attempt;      // how many times it was sent before
    bit<8>  reserved;
    bit<16> pc;           // program counter of the next pass
    bit<16> task;
    bit<16> index;        // arrival number; of an answer, which 32 logits
    bit<16> address;      // row of the store
    bit<16> base;         // the slot's first row
    bit<16> state;        // registers of this layer and slot
    bit<16> row;          // row of the lookup tables
    bit<16> source;       // pipe that a partial sum came from
}
