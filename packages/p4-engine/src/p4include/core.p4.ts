/** core.p4: the P4_16 core library (P4_16 specification, appendix "P4 core library"). */
export const coreP4 = `// The P4_16 core library: what every architecture shares.
#ifndef _CORE_P4_
#define _CORE_P4_

error {
    NoError,
    PacketTooShort,        // extract, advance or lookahead beyond the packet's end
    NoMatch,               // no case of a select applies
    StackOutOfBounds,      // an element outside a header stack
    HeaderTooShort,        // a varbit longer than declared
    ParserTimeout,         // the parser does not terminate
    ParserInvalidArgument  // for example a varbit length that is no multiple of 8
}

extern packet_in {
    void extract<T>(out T hdr);
    void extract<T>(out T variableSizeHeader, in bit<32> variableFieldSizeInBits);
    T lookahead<T>();
    void advance(in bit<32> sizeInBits);
    bit<32> length();
}

extern packet_out {
    void emit<T>(in T hdr);
}

// Ends parsing with the given error when the check fails.
extern void verify(in bool check, in error toSignal);

// Checked when the program is loaded.
extern bool static_assert(bool check, string message);
extern bool static_assert(bool check);

@noWarn("unused")
action NoAction() {}

match_kind {
    exact,
    ternary,
    lpm
}

#endif
`;
