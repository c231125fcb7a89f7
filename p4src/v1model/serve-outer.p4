    // Ethernet's addresses; then the EtherType, or what a host has wrapped around, which nobody needs from here on.
    state parse_ethernet {
        packet.extract(hdr.ethernet);
        transition select(packet.lookahead<bit<16>>()) {
            ETHERTYPE_MATCHMUL: parse_bare;
            ETHERTYPE_IPV4: parse_ipv4;
            ETHERTYPE_IPV6: parse_ipv6;
            default: foreign;
        }
    }

    state parse_bare {
        packet.extract(hdr.ether_type);
        transition parse_matchmul;
    }

    // Version 4 without options, the whole datagram, UDP. EtherType, header and the UDP source port are dropped.
    state parse_ipv4 {
        transition select(packet.lookahead<bit<24>>()[7:0], packet.lookahead<bit<96>>()[7:0]) {
            (0x45, PROTOCOL_UDP): parse_fragment;
            default: foreign;
        }
    }

    state parse_fragment {
        transition select(packet.lookahead<bit<80>>()[15:0]) {
            0 &&& 0x3fff: drop_ipv4;
            default: foreign;
        }
    }

    state drop_ipv4 {
        packet.advance(16 + 160 + 16);
        transition parse_udp;
    }

    // Version 6, UDP without headers between.
    state parse_ipv6 {
        transition select(packet.lookahead<bit<24>>()[7:0], packet.lookahead<bit<72>>()[7:0]) {
            (0x60 &&& 0xf0, PROTOCOL_UDP): drop_ipv6;
            default: foreign;
        }
    }

    state drop_ipv6 {
        packet.advance(16 + 320 + 16);
        transition parse_udp;
    }

    // The destination port is the EtherType from here on; length and checksum are dropped.
    state parse_udp {
        packet.extract(hdr.ether_type);
        packet.advance(32);
        transition select(hdr.ether_type.value) {
            UDP_PORT: parse_matchmul;
            default: foreign;
        }
    }
