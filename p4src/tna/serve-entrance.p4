    action drop() {
        ig_dprsr_md.drop_ctl = 1;
    }

    action from_link() { }

    // Ports that lead to other switches. All others are hosts'.
    table links {
        key = { ig_intr_md.ingress_port: exact @name("port"); }
        actions = { from_link; NoAction; }
        size = <%= it.size.links %>;
        const default_action = NoAction();
    }

    // A request becomes input of layer 0.
    action admit_request(bit<16> reply) {
        hdr.matchmul.kind = KIND_DATA;
        hdr.matchmul.layer = LAYER_BEFORE_FIRST;
        hdr.matchmul.reply = reply;
    }

    // Which slots are whose: a host has its own.
    table admit {
        key = {
            ig_intr_md.ingress_port: exact @name("port");
            hdr.matchmul.slot: exact;
        }
        actions = { admit_request; drop; }
        size = <%= it.size.admit %>;
        const default_action = drop();
    }

    // Whatever the host wrote there: it cannot choose its rows of the store. Each copy is for one of the layer's pipes; parts
    // go by different loopbacks.
    action place(bit<16> address, bit<16> pc, bit<8> parse, bit<16> group) {
        hdr.matchmul.address = address;
        hdr.matchmul.pc = pc;
        hdr.matchmul.parse = parse;
        ig_tm_md.mcast_grp_a = group;
    }

    // The packets an input is made of.
    table requests {
        key = { hdr.matchmul.index: exact; }
        actions = { place; drop; }
        size = <%= it.size.requests %>;
        const default_action = drop();
    }

    action forward(bit<9> port) {
        ig_tm_md.ucast_egress_port = port;
        ig_tm_md.bypass_egress = 1;
    }

    // To a host whose addresses egress knows.
    action deliver(bit<9> port) {
        ig_tm_md.ucast_egress_port = port;
    }

    // To another link, a host, or a loopback port of the destination. A packet without a port is dropped.
    table route {
        key = { hdr.matchmul.destination: exact; }
        actions = { forward; deliver; NoAction; }
        size = <%= it.size.route %>;
        const default_action = NoAction();
    }
