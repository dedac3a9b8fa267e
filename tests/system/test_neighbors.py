# SPDX-License-Identifier: GPL-2.0-or-later
"""Address resolution: only what asks for a neighbour is a question of the gateway."""

import pytest
from scapy.all import ARP, DNS, DNSQR, DNSRR, IP, TCP, UDP, Ether, ICMPv6ND_NS, ICMPv6NDOptSrcLLAddr, IPv6, Raw, wrpcap

CLIENT, GATEWAY, RESOLVER = "10.0.0.4", "10.0.0.20", "10.0.0.53"
CARD, OTHER_CARD = "02:00:00:00:00:20", "02:00:00:00:00:99"
REQUEST = b"GET http://www.shop.test/ HTTP/1.1\r\nHost: www.shop.test\r\n\r\n"
ANSWER = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


def tcp(src, dst, **header):
    card = {"src": CARD} if src == GATEWAY else {"dst": CARD}
    return Ether(**card) / IP(src=src, dst=dst) / TCP(**header)


def capture(tshark, address, kind, between):
    """A client's request, the address of its host, what is between, and the 502 three seconds later."""
    asked = {"sport": 50000, "dport": 9090}
    answers = {"sport": 9090, "dport": 50000}
    question = DNSQR(qname="www.shop.test", qtype=kind)
    frames = [
        tcp(CLIENT, GATEWAY, flags="S", seq=100, **asked),
        tcp(GATEWAY, CLIENT, flags="SA", seq=900, ack=101, **answers),
        tcp(CLIENT, GATEWAY, flags="A", seq=101, ack=901, **asked),
        tcp(CLIENT, GATEWAY, flags="PA", seq=101, ack=901, **asked) / Raw(REQUEST),
        Ether(src=CARD) / IP(src=GATEWAY, dst=RESOLVER) / UDP(sport=40000, dport=53) / DNS(id=7, qd=question),
        Ether(dst=CARD) / IP(src=RESOLVER, dst=GATEWAY) / UDP(sport=53, dport=40000) /
        DNS(id=7, qr=1, qd=question, an=DNSRR(rrname="www.shop.test", type=kind, rdata=address)),
        *between,
        tcp(GATEWAY, CLIENT, flags="PA", seq=901, ack=101 + len(REQUEST), **answers) / Raw(ANSWER),
    ]
    for n, frame in enumerate(frames):
        frame.time = 1700000000 + n * 0.001 + (3 if n == len(frames) - 1 else 0)
    path = tshark.stage("neighbors.pcap", b"")
    wrpcap(str(path), frames)
    return path


def cause(tshark, *args):
    (verdict,) = tshark.frames(capture(tshark, *args), "mwg502.cause", ["mwg502.cause", "mwg502.evidence_frame"])
    return verdict["mwg502.cause"][0]


SERVER, SERVER_6 = "10.0.0.80", "fd00::80"


def question(source, card):
    return Ether(src=card, dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=card, psrc=source, pdst=SERVER)


def solicitation(source, card):
    options = ICMPv6NDOptSrcLLAddr(lladdr=card) if source != "::" else b""
    return Ether(src=card, dst="33:33:ff:00:00:80") / IPv6(src=source, dst="ff02::1:ff00:80", hlim=255) / ICMPv6ND_NS(tgt=SERVER_6) / options


@pytest.mark.parametrize("source, card, expected", [
    (GATEWAY, CARD, "arp"),
    ("10.0.0.21", CARD, "arp"),                 # another address on its card
    ("0.0.0.0", OTHER_CARD, "unknown"),         # a probe, RFC 5227: somebody wants the address
    ("0.0.0.0", CARD, "unknown"),
    ("10.0.0.99", OTHER_CARD, "unknown"),       # somebody else looks for the server
])
def test_arp(tshark, source, card, expected):
    assert cause(tshark, SERVER, "A", [question(source, card)]) == expected


@pytest.mark.parametrize("source, card, expected", [
    ("fd00::20", CARD, "arp"),
    ("::", OTHER_CARD, "unknown"),              # duplicate address detection, RFC 4862
    ("fd00::99", OTHER_CARD, "unknown"),
])
def test_neighbor_discovery(tshark, source, card, expected):
    assert cause(tshark, SERVER_6, "AAAA", [solicitation(source, card)]) == expected
