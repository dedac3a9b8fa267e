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
