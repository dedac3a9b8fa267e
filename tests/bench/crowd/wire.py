# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes on the wire: link layers, IPv4/IPv6, TCP, UDP, ICMP, ARP/ND, DNS and a little TLS."""
import socket
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
V4_TCP = struct.Struct("!BBHHHBBH4s4sHHIIBBHHHBBBBII")
V6_TCP = struct.Struct("!IHBB16s16sHHIIBBHHHBBBBII")
V4_TCP_BARE = struct.Struct("!BBHHHBBH4s4sHHIIBBHHH")
V6_TCP_BARE = struct.Struct("!IHBB16s16sHHIIBBHHH")
SYN_OPTIONS = struct.Struct("!BBHBBBBIIBBB")


def packed(address):
    """'10.0.0.1' or 'fd00::1' -> bytes"""
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def checksum(data):
    if len(data) & 1:
        data += b"\0"
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    s = (s & 0xffff) + (s >> 16)
    return ~(s + (s >> 16)) & 0xffff


class Link:
    """Link layer headers: ethernet, or Linux cooked v1/v2 as `-i any` writes them."""
    TYPES = {"ethernet": 1, "sll": 113, "sll2": 276}

    def __init__(self, name, rng):
        self.name, self.type = name, self.TYPES[name]
        mac = lambda: bytes([0x02]) + bytes(rng.randrange(256) for _ in range(5))
        self.own, self.router = mac(), mac()
        self.legs = {}                                   # interface: (own, router) where it has a card of its own

    def apart(self, interface, rng):
        """Gives an interface a card of its own, behind another router."""
        self.legs[interface] = b"\x02" + rng.randbytes(5), b"\x02" + rng.randbytes(5)

    def header(self, proto, outgoing, interface=0):
        own, router = self.legs.get(interface, (self.own, self.router))
        mac = own if outgoing else router
        if self.name == "ethernet":
            return (router + own if outgoing else own + router) + struct.pack("!H", proto)
        kind = 4 if outgoing else 0
        if self.name == "sll":
            return struct.pack("!HHH8sH", kind, 1, 6, mac + b"\0\0", proto)
        return struct.pack("!HHIHBB8s", proto, 0, interface + 2, 1, kind, 6, mac + b"\0\0")


class TcpFlow:
    """One direction of a connection: everything constant is prepared once."""
    __slots__ = ("link", "src", "dst", "sport", "dport", "six", "base", "ident", "ttl")

    def __init__(self, link, src, dst, sport, dport, ident, ttl):
        self.link, self.src, self.dst, self.sport, self.dport = link, src, dst, sport, dport
        self.six = len(src) == 16
        self.ident, self.ttl = ident, ttl
        if not self.six:
            self.base = 0x4500 + 0x4000 + (ttl << 8) + 6 + sum(struct.unpack("!4H", src + dst))

    def build(self, flags, seq, ack, window, payload, tsval, tsecr):
        if flags & RST:                                  # no options on a reset
            return self._head(V4_TCP_BARE, V6_TCP_BARE, 20, 0x50, flags, seq, ack, 0, payload, ())
        if flags & SYN:
            options = SYN_OPTIONS.pack(2, 4, 1440 if self.six else 1460, 4, 2, 8, 10, tsval, tsecr, 1, 3, 3) + b"\x0a"
            return self._head(V4_TCP_BARE, V6_TCP_BARE, 20, 0xa0, flags, seq, ack, 64240, options, ())
        return self._head(V4_TCP, V6_TCP, 32, 0x80, flags, seq, ack, window, payload, (1, 1, 8, 10, tsval, tsecr))

    def _head(self, four, six, size, offset, flags, seq, ack, window, rest, options):
        if self.six:
            return self.link + six.pack(0x60000000, size + len(rest), 6, self.ttl, self.src, self.dst, self.sport, self.dport,
                                        seq, ack, offset, flags, window, 0, 0, *options) + rest
        total = 20 + size + len(rest)
        self.ident = ident = (self.ident + 1) & 0xffff
        s = self.base + total + ident
        s = (s & 0xffff) + (s >> 16)
        s = ~((s & 0xffff) + (s >> 16)) & 0xffff
        return self.link + four.pack(0x45, 0, total, ident, 0x4000, self.ttl, 6, s, self.src, self.dst, self.sport, self.dport,
                                     seq, ack, offset, flags, window, 0, 0, *options) + rest


def ip(src, dst, proto, payload, ttl=64, ident=0):
    if len(src) == 16:
        return struct.pack("!IHBB16s16s", 0x60000000, len(payload), proto, ttl, src, dst) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, 0x4000, ttl, proto, 0, src, dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def pseudo(src, dst, proto, size):
    return src + dst + struct.pack("!II", size, proto)


def udp(src, dst, sport, dport, payload, ttl=64):
    head = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
    if len(src) == 16:
        c = checksum(pseudo(src, dst, 17, 8 + len(payload)) + head + payload)
    else:
        c = checksum(src + dst + struct.pack("!HH", 17, 8 + len(payload)) + head + payload)
    return ip(src, dst, 17, head[:6] + struct.pack("!H", c or 0xffff) + payload, ttl)


def icmp_error(src, dst, kind, code, quoted, ident=0):
    """An ICMP or ICMPv6 error that quotes the IP packet `quoted`."""
    if len(src) == 16:
        body = struct.pack("!BBHI", kind, code, 0, 0) + quoted[:1200]
        c = checksum(pseudo(src, dst, 58, len(body)) + body)
        return ip(src, dst, 58, body[:2] + struct.pack("!H", c) + body[4:], 64)
    body = struct.pack("!BBHI", kind, code, 0, 0) + quoted[:548]
    return ip(src, dst, 1, body[:2] + struct.pack("!H", checksum(body)) + body[4:], 64, ident)


def arp_request(mac, src, dst):
    return struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, src, b"\0" * 6, dst)


def arp_reply(mac, src, target_mac, dst):
    return struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 2, mac, src, target_mac, dst)


def neighbour_solicitation(mac, src, target):
    group = bytes.fromhex("ff0200000000000000000001ff") + target[13:]
    body = struct.pack("!BBHI16sBB6s", 135, 0, 0, 0, target, 1, 1, mac)
    c = checksum(pseudo(src, group, 58, len(body)) + body)
    return ip(src, group, 58, body[:2] + struct.pack("!H", c) + body[4:], 255)


# ---------------------------------------------------------------- DNS
A, CNAME, SOA, AAAA = 1, 5, 6, 28
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
_names = {}


def dns_name(name):
    if name not in _names:
        if len(_names) > 50000:
            _names.clear()
        _names[name] = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".") if p) + b"\0"
    return _names[name]


def dns_query(ident, name, qtype):
    return struct.pack("!HHHHHH", ident, 0x0100, 1, 0, 0, 0) + dns_name(name) + struct.pack("!HH", qtype, 1)


def dns_answer(ident, name, qtype, rcode, addresses, cname=None, truncated=False, zone="example"):
    """The answer to a question: addresses, or an SOA in the authority section."""
    answers, owner = b"", b"\xc0\x0c"
    count = 0
    if cname:
        target = dns_name(cname)
        answers += owner + struct.pack("!HHIH", CNAME, 1, 60, len(target)) + target
        owner, count = target, 1
    for a in addresses:
        answers += owner + struct.pack("!HHIH", qtype, 1, 60, len(a)) + a
        count += 1
    authority = b""
    if not addresses and rcode in (NOERROR, NXDOMAIN) and not truncated:
        soa = dns_name("ns1." + zone) + dns_name("hostmaster." + zone) + struct.pack("!IIIII", 1, 3600, 600, 86400, 60)
        authority = dns_name(zone) + struct.pack("!HHIH", SOA, 1, 60, len(soa)) + soa
    flags = 0x8180 | rcode | (0x0200 if truncated else 0)
    return struct.pack("!HHHHHH", ident, flags, 1, count, 1 if authority else 0, 0) + dns_name(name) + \
        struct.pack("!HH", qtype, 1) + answers + authority


# ---------------------------------------------------------------- TLS
def client_hello(host, rng):
    name = host.encode()
    sni = struct.pack("!HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
    more = struct.pack("!HHHH", 0x000a, 4, 2, 0x001d) + struct.pack("!HHHHH", 0x000d, 6, 4, 0x0403, 0x0804)
    body = b"\x03\x03" + rng.randbytes(32) + b"\x20" + rng.randbytes(32) + \
        struct.pack("!HHHHBB", 6, 0xc02f, 0xc030, 0x009c, 1, 0) + struct.pack("!H", len(sni) + len(more)) + sni + more
    hand = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(hand)) + hand


def server_hello(rng):
    body = b"\x03\x03" + rng.randbytes(32) + b"\x20" + rng.randbytes(32) + struct.pack("!HB", 0xc02f, 0)
    hand = b"\x02" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x03" + struct.pack("!H", len(hand)) + hand


TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"              # fatal, handshake_failure


def tls_data(size, rng):
    return b"\x17\x03\x03" + struct.pack("!H", size) + rng.randbytes(size)
