"""IPv4, TCP, UDP, DNS and HTTP as bytes, with random but plausible header fields; and random words."""

import struct

WORDS = """account album answer archive banner basket blog board booking branch bridge camera cart catalog channel
client cloud color contact counter customer detail device document draft event export feed field file filter folder
forum gallery garden group guide history home image index invoice item kitchen label language letter library license
list login market master member menu message mirror model module music network news note notice number office option
order page panel paper parcel photo picture player point portal price print product profile project queue rating
record region report review river room sample school search season section select sensor server session shop signal
site state station status storage store stream street student style subject summer system table team test theme ticket
title token topic track travel union update upload user value vendor version video view village visit weather week
window winter worker""".split()
ALPHABETS = {
    "hex": "0123456789abcdef",
    "base32": "abcdefghijklmnopqrstuvwxyz234567",
    "base64": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
}


def choice(rng, items):
    return items[int(rng.integers(len(items)))]


def word(rng):
    return choice(rng, WORDS)


def sentence(rng, count):
    return " ".join(word(rng) for _ in range(count))


def text(rng, length, alphabet):
    letters = ALPHABETS[alphabet]
    return "".join(letters[i] for i in rng.integers(0, len(letters), length))


def ip_checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(rng, protocol, segment):
    """Addresses and TTL have the same distribution in every kind of packet: they must not give the answer away."""
    ttl = choice(rng, [64, 64, 128, 255]) - int(rng.integers(0, 20))
    addresses = bytes([10, *rng.integers(0, 256, 3)]) + bytes([10, *rng.integers(0, 256, 3)])
    length = min(20 + len(segment), 1500)
    fields = (0x45, 0, length, int(rng.integers(65536)), 0x4000, ttl, protocol)
    header = struct.pack("!BBHHHBBH", *fields, 0) + addresses
    return struct.pack("!BBHHHBBH", *fields, ip_checksum(header)) + addresses + segment


def tcp(rng, payload, sport=None, dport=None, flags=0x18, options="timestamp", window=None):
    """Options: none, mss, full (as real handshakes have them) or timestamp (as segments within a connection)."""
    times = rng.bytes(8)
    listed = {
        "none": b"",
        "mss": bytes.fromhex("020405b4"),
        "full": bytes.fromhex("020405b40402080a") + times + bytes.fromhex("01030307"),
        "timestamp": bytes.fromhex("0101080a") + times,
    }[options]
    near = int(rng.integers(1024, 65536))
    ports = (sport or near, dport or near)
    window = int(rng.integers(200, 65536)) if window is None else window
    header = struct.pack("!HH", *ports) + rng.bytes(8) + struct.pack("!BBH", (5 + len(listed) // 4) << 4, flags, window)
    return ip(rng, 6, header + rng.bytes(2) + b"\0\0" + listed + payload)


def udp(rng, payload, dport):
    header = struct.pack("!HHH", int(rng.integers(1024, 65536)), dport, 8 + len(payload))
    return ip(rng, 17, header + rng.bytes(2) + payload)


def http(rng, method, path, headers, body=""):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {word(rng)}.example"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return tcp(rng, ("\r\n".join(lines) + "\r\n\r\n" + body).encode(), dport=choice(rng, [80, 80, 8080]))


def dns(rng, name, kind, answers=0, edns=False):
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
    flags = 0x8180 if answers else 0x0100
    head = rng.bytes(2) + struct.pack("!HHHHH", flags, 1, answers, 0, int(edns))
    content = head + labels + struct.pack("!HH", kind, 1)
    for _ in range(answers):
        content += b"\xc0\x0c\0\1\0\1" + struct.pack("!I", int(rng.integers(30, 86400))) + b"\0\4" + rng.bytes(4)
    if edns:
        content += b"\0\0\x29\x10\0\0\0\0\0\0\0"
    return udp(rng, content, dport=53)
