# SPDX-License-Identifier: GPL-2.0-or-later
"""A tunnel or another link layer around the packets changes no verdict."""

import struct

import pytest
from conftest import LAB, TESTS
from scapy.all import DNS, DNSQR, DNSRR, IP, TCP, UDP, IPv6, Raw, wrpcap
from tunnels import IP4, IP6, SLL, SLL2, WRAPPERS, wrap

# HTTP/2, DNS over UDP and TCP, ARP, Neighbour Discovery, ICMP and ICMPv6 errors, TLS, IPv6, many causes on one connection.
CAPTURES = [TESTS / "captures" / "deployments" / "h2c_nginx.pcap"] + [LAB / f"{name}.pcap" for name in (
    "bg_mwg_mix", "mwg_arp", "mwg_dns_port_closed", "mwg_dns_tcp_rst", "mwg_h_trunc", "mwg_icmp_ttl", "mwg_keepalive_mix", "mwg_six_client",
    "mwg_six_rst", "mwg_tls_connect_alert", "nginx_arp", "nginx_icmp_adminprohib")]


def everything(tshark, how):
    """All fields of all frames of all cases, and the links between them."""
    capture = tshark.stage(f"{how}.pcap", wrap(CAPTURES, how))
    frames = tshark.frames(capture, "mwg502", tshark.fields, passes=2)
    return {frame["frame"]: frame for frame in frames}


@pytest.fixture(scope="module")
def plain(tshark):
    frames = everything(tshark, "ether")
    causes = {frame["mwg502.cause"][0] for frame in frames.values() if "mwg502.cause" in frame}
    assert {"arp", "dns_unreachable", "icmp", "nxdomain", "rst", "tls", "truncated"} <= causes
    return frames


@pytest.mark.parametrize("how", [how for how in WRAPPERS if how != "ether"])
def test_same_verdicts(tshark, plain, how):
    assert everything(tshark, how) == plain


@pytest.mark.parametrize("order", [("vxlan", "ether"), ("ether", "gre")], ids="-".join)
def test_end_of_a_tunnel(tshark, plain, order):
    """Each packet twice, with the tunnel and without it: the same verdicts, on the first copies."""
    capture = tshark.stage("twice.pcap", wrap(CAPTURES, *order))
    twice = tshark.frames(capture, "mwg502.cause", tshark.fields)

    def told(verdict, copies):
        frames = [-(-int(n) // copies) for n in verdict.get("mwg502.evidence_frame", []) + verdict["mwg502.request_frame"]]
        return verdict["mwg502.cause"], verdict.get("mwg502.server.ip"), verdict.get("mwg502.attempts"), frames

    assert [told(v, 2) for v in twice] == [told(v, 1) for v in plain.values() if "mwg502.cause" in v]
    assert all(int(n) % 2 == 1 for v in twice for n in v.get("mwg502.evidence_frame", []))


GATEWAY_6, GATEWAY_4, SERVER = "fd00::1", "10.9.0.1", "192.0.2.1"
CARD = bytes.fromhex("0200000000010000")          # all zero: of the loopback interface


def two_families():
    """Two clients' requests for a host, of which the gateway's IPv4 address takes one, and its IPv6 address the other."""
    def segment(ends, flags, seq, ack=0, data=b""):
        src, dst, sport, dport = ends
        network = IPv6 if ":" in src else IP
        return network(src=src, dst=dst) / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack) / Raw(data)

    def back(ends):
        return ends[1], ends[0], ends[3], ends[2]

    def query(answer=None):
        ends = {"src": GATEWAY_4, "dst": "10.9.0.53"} if not answer else {"src": "10.9.0.53", "dst": GATEWAY_4}
        ports = {"sport": 33333, "dport": 53} if not answer else {"sport": 53, "dport": 33333}
        return IP(**ends) / UDP(**ports) / DNS(id=7, qr=1 if answer else 0, qd=DNSQR(qname="one.example"),
                                               an=DNSRR(rrname="one.example", rdata=answer) if answer else None)

    request, response = b"GET http://one.example/ HTTP/1.1\r\nHost: one.example\r\n\r\n", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
    clients = [("10.0.0.1", GATEWAY_4, 50001, 9090), ("fd00::c", GATEWAY_6, 50002, 9090)]
    attempts = [(GATEWAY_4, SERVER, 40001, 80), (GATEWAY_4, SERVER, 40002, 80)]
    for ends in clients:
        yield segment(ends, "S", 1000)
        yield segment(back(ends), "SA", 2000, 1001)
        yield segment(ends, "A", 1001, 2001)
    yield segment(clients[0], "PA", 1001, 2001, request)
    yield query()
    yield segment(clients[1], "PA", 1001, 2001, request)
    yield query(SERVER)
    for ends in attempts:
        yield segment(ends, "S", 3000)
    for ends in attempts:
        yield segment(back(ends), "RA", 0, 3001)
    for ends in reversed(clients):
        yield segment(back(ends), "PA", 2001, 1001 + len(request), response)


@pytest.mark.parametrize("cooked", ["SLL", "SLL2"])
def test_cooked_direction(tshark, tmp_path, cooked):
    """What the capturing host sent comes from one gateway, whatever the address."""
    path, frames = tmp_path / "cooked.pcap", []
    for packet in two_families():
        kind, ethertype = 4 if packet.src in (GATEWAY_4, GATEWAY_6) else 0, IP6 if IPv6 in packet else IP4
        head = {"SLL": struct.pack(">HHH8sH", kind, 1, 6, CARD, ethertype),
                "SLL2": struct.pack(">HHIHBB8s", ethertype, 0, 3, 1, kind, 6, CARD)}[cooked]
        frames.append(head + bytes(packet))
    wrpcap(str(path), frames, linktype={"SLL": SLL, "SLL2": SLL2}[cooked])
    verdicts = tshark.verdicts(path)
    assert [v["mwg502.cause"] for v in verdicts] == [["rst"], ["rst"]]
    assert sorted(v["mwg502.evidence_frame"] for v in verdicts) == [["11", "13"], ["12", "14"]]
