"""Benign traffic, made up: what clients and servers send each other all day. Each function gives one IP packet."""

from wire import choice, dns, http, sentence, tcp, text, udp, word

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/118.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 13_5) AppleWebKit/605.1.15 Version/16.6 Safari/605.1.15",
    "curl/7.88.1",
    "python-requests/2.31.0",
    "okhttp/4.11.0",
]
# Words that attacks use too, in sentences that are none.
INNOCENT = ["select a union station", "drop table lamp", "script font", "etc and so on", "or 1 of 1", "passwd reset"]


def path(rng):
    parts = "/".join(word(rng) for _ in range(rng.integers(0, 4)))
    ending = choice(rng, ["", "/", ".html", ".css", ".js", ".png", ".php"])
    query = ""
    if rng.random() < 0.5:
        pairs = []
        for _ in range(rng.integers(1, 4)):
            value = choice(rng, INNOCENT) if rng.random() < 0.15 else sentence(rng, rng.integers(1, 4))
            pairs.append(f"{word(rng)}={value.replace(' ', choice(rng, ['+', '%20']))}")
        query = "?" + "&".join(pairs)
    return f"/{parts}{ending}{query}"


def headers(rng, agent=None):
    lines = {"User-Agent": agent or choice(rng, AGENTS), "Accept": choice(rng, ["*/*", "text/html", "application/json"])}
    if rng.random() < 0.7:
        lines["Accept-Language"] = choice(rng, ["en-US,en;q=0.5", "de,en;q=0.7", "fr"])
    if rng.random() < 0.7:
        lines["Accept-Encoding"] = "gzip, deflate"
    if rng.random() < 0.5:
        lines["Cookie"] = f"{word(rng)}={text(rng, rng.integers(16, 64), 'base64')}"
    if rng.random() < 0.5:
        lines["Referer"] = f"http://{word(rng)}.example{path(rng)}"
    return lines


def body(rng):
    if rng.random() < 0.5:
        fields = ", ".join(f'"{word(rng)}": "{sentence(rng, 3)}"' for _ in range(rng.integers(1, 8)))
        return "{" + fields + "}", "application/json"
    fields = "&".join(f"{word(rng)}={sentence(rng, 3).replace(' ', '+')}" for _ in range(rng.integers(1, 8)))
    return fields, "application/x-www-form-urlencoded"


def http_get(rng):
    return http(rng, "GET", path(rng), headers(rng))


def http_post(rng):
    content, kind = body(rng)
    return http(rng, "POST", path(rng), headers(rng) | {"Content-Type": kind}, content)


def http_response(rng):
    kind = choice(rng, ["text/html", "application/json", "image/png"])
    head = f"HTTP/1.1 {choice(rng, ['200 OK', '304 Not Modified', '404 Not Found'])}\r\n"
    head += f"Server: {choice(rng, ['nginx', 'Apache/2.4.57'])}\r\nContent-Type: {kind}\r\n\r\n"
    content = rng.bytes(700) if kind == "image/png" else f"<html><p>{sentence(rng, 90)}</p></html>".encode()
    return tcp(rng, head.encode() + content, sport=80)


def dns_query(rng):
    return dns(rng, f"{word(rng)}.{word(rng)}.example", choice(rng, [1, 28, 15, 16]))


def dns_answer(rng):
    return dns(rng, f"{word(rng)}.{word(rng)}.example", 1, answers=int(rng.integers(1, 6)))


def tls_hello(rng):
    name = f"{word(rng)}.example".encode()
    ciphers = bytes([0x13, 1, 0x13, 2, 0x13, 3]) + bytes(b for c in rng.permutation(14) for b in (0xC0, 0x23 + c))
    sni = b"\0\0" + (len(name) + 5).to_bytes(2, "big") + (len(name) + 3).to_bytes(2, "big") + b"\0"
    sni += len(name).to_bytes(2, "big") + name
    extensions = sni + bytes.fromhex("000a00080006001d00170018000b00020100002b0003020304") + b"\0\x33\0\x26" + rng.bytes(38)
    hello = b"\3\3" + rng.bytes(32) + b"\x20" + rng.bytes(32) + len(ciphers).to_bytes(2, "big") + ciphers
    hello += b"\1\0" + len(extensions).to_bytes(2, "big") + extensions
    record = b"\1" + len(hello).to_bytes(3, "big") + hello
    return tcp(rng, b"\x16\3\1" + len(record).to_bytes(2, "big") + record, dport=443)


def tls_data(rng):
    size = int(rng.integers(40, 1400))
    return tcp(rng, b"\x17\3\3" + size.to_bytes(2, "big") + rng.bytes(size), dport=443)


def quic(rng):
    long = rng.random() < 0.4
    head = b"\xc3\0\0\0\1\x08" if long else bytes([0x40 | int(rng.integers(64))])
    return udp(rng, head + rng.bytes(rng.integers(60, 1100)), dport=443)


def ssh(rng):
    if rng.random() < 0.4:
        return tcp(rng, f"SSH-2.0-OpenSSH_{rng.integers(7, 10)}.{rng.integers(1, 9)}\r\n".encode(), dport=22)
    return tcp(rng, rng.bytes(16 * int(rng.integers(2, 30))), dport=22)


def mail(rng):
    who = f"{word(rng)}@{word(rng)}.example"
    lines = [f"MAIL FROM:<{who}>", f"RCPT TO:<{who}>", "DATA", f"Subject: {sentence(rng, 5)}", "", sentence(rng, 70)]
    return tcp(rng, "\r\n".join(lines[rng.integers(0, 4) :]).encode(), dport=25)


def mqtt(rng):
    topic = f"{word(rng)}/{word(rng)}/temperature".encode()
    value = f"{rng.normal(21, 4):.2f}".encode()
    content = len(topic).to_bytes(2, "big") + topic + value
    return tcp(rng, b"\x30" + bytes([len(content)]) + content, dport=1883)


def ntp(rng):
    return udp(rng, b"\x23\2\6\xec" + bytes(8) + rng.bytes(36), dport=123)


def handshake(rng):
    port = choice(rng, [80, 443, 443, 22, 25, 8080, 1883])
    return tcp(rng, b"", dport=port, flags=choice(rng, [0x02, 0x12, 0x10, 0x11]), options="full")


KINDS = {
    **{f.__name__: (f, 3) for f in (http_get, http_post, http_response)},
    **{f.__name__: (f, 2) for f in (dns_query, dns_answer, tls_hello, tls_data, quic, handshake)},
    **{f.__name__: (f, 1) for f in (ssh, mail, mqtt, ntp)},
}
