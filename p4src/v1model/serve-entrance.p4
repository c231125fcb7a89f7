    // Why packets are dropped.
    const bit<32> MALFORMED    = 0;  // cut off, another version, not ours
    const bit<32> FOREIGN      = 1;  // from a host, and no part of a request of a slot of its own
    const bit<32> UNROUTED     = 2;  // no way to the destination
<% if (it.program !== "transit") { -%>
    const bit<32> UNKNOWN_SLOT = 3;  // input of a layer or slot that is not here
<% } -%>
    const bit<32> UNKNOWN_STEP = 4;
<% if (it.program === "tile") { -%>
    const bit<32> UNKNOWN_TASK = 5;
<% } -%>
<% if (it.program !== "transit") { -%>
    const bit<32> STALE        = 6;  // of an earlier request; the slot has a later one
<% } -%>
<% if (it.program === "tile") { -%>
    const bit<32> UNFED        = 7;  // a worker whose input is not complete: the pipe has restarted
<% } -%>

    @id(1)
    counter(8, CounterType.packets) dropped;

    action drop(bit<32> cause) {
        dropped.count(cause);
        mark_to_drop(standard_metadata);
    }

    @id(1)
    action from_link() { }

    // Ports that lead to other switches. All others are hosts'.
    @id(1)
    table links {
        key = { meta.port: exact; }
        actions = { from_link; NoAction; }
        size = <%= it.size.links %>;
        const default_action = NoAction();
    }

    // A request becomes input of layer 0.
    @id(2)
    action admit_request(bit<16> reply) {
        hdr.matchmul.kind = KIND_DATA;
        hdr.matchmul.layer = LAYER_BEFORE_FIRST;
        hdr.matchmul.reply = reply;
    }

    // Which slots are whose: a host has its own.
    @id(2)
    table admit {
        key = {
            meta.port: exact;
            hdr.matchmul.slot: exact;
        }
        actions = { admit_request; NoAction; }
        size = <%= it.size.admit %>;
        const default_action = NoAction();
    }

    // Whatever the host wrote there: it cannot choose its rows of the store. Each copy is for one of the layer's pipes; parts
    // go by different loopbacks.
    @id(3)
    action place(bit<16> address, bit<16> pc, bit<8> parse, bit<16> group) {
        hdr.matchmul.address = address;
        hdr.matchmul.pc = pc;
        hdr.matchmul.parse = parse;
        standard_metadata.mcast_grp = group;
    }

    // The packets an input is made of.
    @id(3)
    table requests {
        key = { hdr.matchmul.index: exact; }
        actions = { place; NoAction; }
        size = <%= it.size.requests %>;
        const default_action = NoAction();
    }

    @id(4)
    action forward(bit<9> port) {
        standard_metadata.egress_spec = port;
    }

    // To another link, a host, or a loopback port of the destination.
    @id(4)
    table route {
        key = { hdr.matchmul.destination: exact; }
        actions = { forward; NoAction; }
        size = <%= it.size.route %>;
        const default_action = NoAction();
    }

