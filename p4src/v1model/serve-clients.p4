    action over_udp(bit<48> host_mac, bit<48> switch_mac) {
        hdr.ethernet.destination = host_mac;
        hdr.ethernet.source = switch_mac;
        hdr.udp.setValid();
        hdr.udp.source = UDP_PORT;
        hdr.udp.destination = UDP_PORT;
        hdr.udp.length = ANSWER_BYTES;
        hdr.udp.checksum = 0;
    }

    // UDP's checksum stays 0: there is none.
<% if (it.architecture === "v1model") { -%>
    @id(30)
<% } -%>
    action over_ipv4(bit<48> host_mac, bit<48> switch_mac, bit<32> host, bit<32> switch_) {
        over_udp(host_mac, switch_mac);
        hdr.ether_type.value = ETHERTYPE_IPV4;
        hdr.ipv4.setValid();
        hdr.ipv4.version_ihl = 0x45;
        hdr.ipv4.tos = 0;
        hdr.ipv4.total_length = 20 + ANSWER_BYTES;
        hdr.ipv4.identification = 0;
        hdr.ipv4.fragment = 0x4000;  // not to be fragmented
        hdr.ipv4.hops = HOPS;
        hdr.ipv4.protocol = PROTOCOL_UDP;
        hdr.ipv4.checksum = 0;
        hdr.ipv4.source = switch_;
        hdr.ipv4.destination = host;
    }

<% if (it.architecture === "v1model") { -%>
    @id(31)
<% } -%>
    action over_ipv6(bit<48> host_mac, bit<48> switch_mac, bit<128> host, bit<128> switch_) {
        over_udp(host_mac, switch_mac);
        hdr.ether_type.value = ETHERTYPE_IPV6;
        hdr.ipv6.setValid();
        hdr.ipv6.version_class_flow = 0x60000000;
        hdr.ipv6.payload_length = ANSWER_BYTES;
        hdr.ipv6.next_header = PROTOCOL_UDP;
        hdr.ipv6.hops = HOPS;
        hdr.ipv6.source = switch_;
        hdr.ipv6.destination = host;
    }

    // Hosts that speak UDP. The others get answers bare.
<% if (it.architecture === "v1model") { -%>
    @id(30)
<% } -%>
    table clients {
        key = { <%= it.port %>: exact @name("port"); }
        actions = { over_ipv4; over_ipv6; NoAction; }
        size = <%= it.size.clients %>;
        const default_action = NoAction();
    }
