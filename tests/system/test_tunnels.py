# SPDX-License-Identifier: GPL-2.0-or-later
"""A tunnel or another link layer around the packets changes no verdict."""

import pytest
from conftest import LAB, TESTS
from tunnels import WRAPPERS, wrap

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
