# SPDX-License-Identifier: GPL-2.0-or-later
"""No false alarms: where no response has a watched status, nothing of ours is in the dissection."""

import os
import random
import struct

import pytest
from conftest import ARTICLE, LAB
from scapy.all import (ARP, BOOTP, DHCP, DNS, DNSQR, DNSRR, ICMP, IP, NTP, TCP, UDP, Ether, ICMPv6ND_NS, IPv6, Raw, wrpcap)

# Random bytes behind these
RANDOM = {
    "ethernet": Raw(),
    "arp": Ether(type=0x0806),
    "vlan": Ether(type=0x8100),
    "ip": Ether(type=0x0800),
    "ipv6": Ether(type=0x86dd),
    "icmp": Ether() / IP(proto=1),
    "icmpv6": Ether() / IPv6(nh=58),
    "gre": Ether() / IP(proto=47),
    "tcp": Ether() / IP(proto=6),
    "udp": Ether() / IP(proto=17),
    "http": Ether() / IP() / TCP(sport=50000, dport=8080, flags="PA"),
    "https": Ether() / IP() / TCP(sport=443, dport=50000, flags="PA"),
    "bgp": Ether() / IP() / TCP(dport=179, flags="PA"),
    "giop": Ether() / IP() / TCP(dport=2809, flags="PA"),
    "tds": Ether() / IP() / TCP(dport=1433, flags="PA"),
    "dns": Ether() / IP() / UDP(dport=53),
    "nbns": Ether() / IP() / UDP(dport=137),
    "syslog": Ether() / IP() / UDP(dport=514),
    "vxlan": Ether() / IP() / UDP(dport=4789),
}


def has_nothing(tshark, capture, *args):
    """Two passes show what a first visit shows, and what only a second one does."""
    assert 'name="mwg502' not in tshark.run("-2", "-n", "-r", capture, "-T", "pdml", *args)


def has_502(tshark, capture):
    # A 502 that Wireshark takes for another one's body is a response all the same.
    return b" 502 " in capture.read_bytes() or tshark.frames(capture, "http.response.code == 502", []) != []


def test_captures_without_a_502(tshark):
    silent = []
    for capture in sorted([*LAB.glob("*.pcap*"), *ARTICLE.glob("*.pcap*")]):
        if not has_502(tshark, capture):
            silent.append(capture.name)
            staged = tshark.stage(capture.name, capture.read_bytes())
            has_nothing(tshark, staged)
            staged.unlink()
    assert len(silent) >= 5, silent


@pytest.mark.parametrize("name", ["mwg_nxdomain", "bg_mwg_mix"])
def test_502_that_is_not_watched(tshark, name):
    (capture,) = LAB.glob(f"{name}.pcap*")
    staged = tshark.stage(capture.name, capture.read_bytes())
    has_nothing(tshark, staged, "-o", "mwg502.status_codes:503-504")
    staged.unlink()


@pytest.mark.parametrize("protocol", RANDOM)
def test_random_packets(tshark, tmp_path, protocol):
    path, rng = tmp_path / "random.pcap", random.Random(protocol)
    wrpcap(str(path), [bytes(RANDOM[protocol] / Raw(rng.randbytes(rng.randrange(1000)))) for _ in range(200)], linktype=1)
    staged = tshark.stage("random.pcap", path.read_bytes())
    # They would have to spell a status line.
    has_nothing(tshark, staged)
    staged.unlink()


def stream(client, server, sport, dport, *turns):
    """A whole TCP connection: (from the client?, bytes), both ends"""
    seq = [1000, 2000]
    ends = [IP(src=client, dst=server) / TCP(sport=sport, dport=dport), IP(src=server, dst=client) / TCP(sport=dport, dport=sport)]

    def packet(side, flags, data=b""):
        p = Ether() / ends[side].copy()
        p[TCP].flags, p[TCP].seq = flags, seq[side]
        p[TCP].ack = seq[1 - side] if "A" in flags else 0
        seq[side] += len(data) + ("S" in flags or "F" in flags)
        return p / Raw(data) if data else p

    packets = [packet(0, "S"), packet(1, "SA"), packet(0, "A")]
    for from_client, data in turns:
        packets.append(packet(0 if from_client else 1, "PA", data))
    return [*packets, packet(0, "FA"), packet(1, "FA"), packet(0, "A")]


# The words of a 502, where they are none.
TEXT_502 = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


def others():
    client, server, resolver = "10.0.0.4", "10.0.0.80", "10.0.0.53"
    mail = stream(client, server, 40001, 25, (False, b"220 mail\r\n"), (True, b"DATA\r\n"), (True, TEXT_502 + b".\r\n"), (False, b"502 no\r\n"))
    ftp = stream(client, server, 40002, 21, (False, b"220 ftp\r\n"), (True, b"USER x\r\n"), (False, b"502 Command not implemented\r\n"))
    good = stream(client, server, 40003, 9090, (True, b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"),
                  (False, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(TEXT_502) + TEXT_502))
    other = stream(client, server, 40004, 80, (True, b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
                   (False, b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"))
    upload = stream(client, server, 40005, 80, (True, b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: %d\r\n\r\n" % len(TEXT_502)),
                    (True, TEXT_502), (False, b"HTTP/1.1 204 Taken\r\n\r\n"))
    names = [Ether() / IP(src=client, dst=resolver) / UDP(sport=5000, dport=53) / DNS(id=1, qd=DNSQR(qname="nosuch.example")),
             Ether() / IP(src=resolver, dst=client) / UDP(sport=53, dport=5000) / DNS(id=1, qr=1, rcode=3, qd=DNSQR(qname="nosuch.example")),
             Ether() / IP(src=resolver, dst=client) / UDP(sport=53, dport=5000) / DNS(id=2, qr=1, qd=DNSQR(qname="a.example"),
                                                                                     an=DNSRR(rrname="a.example", rdata="10.0.0.80"))]
    lan = [Ether() / ARP(psrc=client, pdst="10.0.0.99"), Ether() / IPv6(src="fe80::4", dst="ff02::1") / ICMPv6ND_NS(tgt="fe80::99"),
           Ether() / IP(src="10.0.0.1", dst=client) / ICMP(type=3, code=1) / IP(src=client, dst="10.0.0.99") / TCP(sport=40006, dport=80, flags="S"),
           Ether() / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / BOOTP() / DHCP(options=[("message-type", "discover"), "end"]),
           Ether() / IP(src=client, dst=server) / UDP(sport=123, dport=123) / NTP(),
           Ether() / IP(src=client, dst=server) / UDP(sport=9090, dport=9090) / Raw(TEXT_502)]
    tls = stream(client, server, 40007, 443, (True, b"\x16\x03\x01\0\x08\x01\0\0\x04\x03\x03\0\0"), (False, b"\x15\x03\x03\0\x02\x02\x28"))
    h2 = stream(client, server, 40008, 80, (True, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + struct.pack(">I", 0) + b"\4" + bytes(4)))
    return [*mail, *ftp, *good, *other, *upload, *names, *lan, *tls, *h2]


def test_other_protocols(tshark, tmp_path):
    path = os.fspath(tmp_path / "others.pcap")
    wrpcap(path, others())
    staged = tshark.stage("others.pcap", (tmp_path / "others.pcap").read_bytes())
    dissected = tshark.run("-n", "-r", staged, "-T", "fields", "-e", "_ws.col.Protocol").split()
    assert {"SMTP", "FTP", "HTTP", "DNS", "ARP", "ICMP", "ICMPv6", "DHCP", "NTP", "TLSv1.2"} <= set(dissected), set(dissected)
    has_nothing(tshark, staged)
    staged.unlink()
