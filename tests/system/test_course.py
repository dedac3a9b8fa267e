# SPDX-License-Identifier: GPL-2.0-or-later
"""How the deciding connection went (stall, idle, sender), why it is the request's, and the case exported alone."""

import json
import re

import pytest
from conftest import ARTICLE, LAB, TESTS

COURSE = TESTS / "captures" / "course"
FIELDS = ["mwg502.cause", "mwg502.stall", "mwg502.idle", "mwg502.sender", "mwg502.summary", "mwg502.advice", "mwg502.evidence_frame"]


def only(verdict, name):
    values = verdict.get(name, [])
    assert len(values) <= 1, (name, values)
    return values[0] if values else None


@pytest.mark.parametrize("capture", sorted(COURSE.glob("*.pcap")), ids=lambda p: p.stem)
def test_truth(tshark, capture):
    """What the truth does not name is not claimed, but for "silent" and "server"."""
    (truth,) = json.loads(capture.with_suffix("").with_suffix(".truth.json").read_text())
    (verdict,) = tshark.frames(capture, "mwg502.cause", FIELDS)
    assert only(verdict, "mwg502.cause") == truth["cause"]
    assert set(map(int, verdict["mwg502.evidence_frame"])) >= set(truth["evidence"]["frames"])
    assert only(verdict, "mwg502.stall") in ([truth["stall"]] if "stall" in truth else [None, "silent"])
    assert only(verdict, "mwg502.sender") in ([truth["sender"]] if "sender" in truth else [None, "server"])


@pytest.mark.parametrize("name, idle, says, advises", [
    ("idle_silent_drop", 400, "never acknowledged it, though the gateway sent it 8 times; the kept connection had been idle for 400 s", "TCP keep-alives"),
    ("idle_reset_by_middlebox", 960, "its TTL is 64, the server's other packets have 60: a device on the way, nearer by 4 hops, sent it", "It was not 10.20.0.124:80"),
    ("ka_fin_crosses", 5, "both crossed on their way", "keep idle connections for less time than the server"),
    ("mtu_blackhole_post", None, "large segments (1460 bytes, sent 8 times)", "smaller MTU"),
    ("zero_window_upload", None, "closed its window", "accepts no more bytes"),
    ("server_repeats_synack", None, "sent its SYN/ACK 4 times more", "asymmetric routing"),
    ("timewait_challenge_ack", None, "answered 4 SYNs with a bare ACK", "older connection with the same ports"),
    ("own_host_resets_synack", None, "the gateway's own host reset the SYN/ACK", "packet filter on the gateway that rejects"),
    ("rst_out_of_window", 5, "did not answer the request within 60 s; it acknowledged all of it", "needs longer than the gateway waits"),
])
def test_words(tshark, name, idle, says, advises):
    (verdict,) = tshark.frames(COURSE / f"{name}.pcap", "mwg502.cause", FIELDS)
    assert says in only(verdict, "mwg502.summary")
    assert advises in only(verdict, "mwg502.advice")
    assert (only(verdict, "mwg502.idle") is None) == (idle is None)
    if idle:
        assert int(float(only(verdict, "mwg502.idle"))) == idle


def test_gateway_is_known(tshark):
    """Menus only of the product that the gateway is."""
    (verdict,) = tshark.frames(ARTICLE / "response_timeout.pcap", "mwg502.cause", ["mwg502.product", "mwg502.advice"])
    assert only(verdict, "mwg502.product") == "Web Gateway"
    assert "Policy > Settings > Engines > Proxy Control" in only(verdict, "mwg502.advice")
    (verdict,) = tshark.frames(LAB / "haproxy_h_empty.pcap", "mwg502.cause", ["mwg502.product", "mwg502.advice"])
    assert only(verdict, "mwg502.product") == "HAProxy"
    assert "HAProxy's log (termination state in the HTTP log) says: SH-- (502)." in only(verdict, "mwg502.advice")
    assert "Web Gateway" not in only(verdict, "mwg502.advice")


def test_page_has_the_table():
    """docs/your-proxy.md says what mwg502.advice says."""
    table = (TESTS.parent / "plugin" / "fact" / "products.def").read_text()
    page = (TESTS.parent / "docs" / "your-proxy.md").read_text()
    text = r'"((?:[^"\\]|\\.)*)"'
    rows = re.findall(rf"^MWG502_PRODUCT_(?:ADVICE\(\w+, \w+|REMEMBERED\(\w+), {text}, {text}\)", table, re.M)
    assert len(rows) > 100
    for row in rows:
        says, check = (cell.replace('\\"', '"').replace("|", "\\|").replace("<", "&lt;") for cell in row)
        assert f"| {says} | {check} |" in page, row


EXPORTED = ["mwg_nxdomain", "mwg_icmp_hostprohib", "mwg_arp", "mwg_h_trunc", "mwg_parent_rst", "mwg_early200_badgateway", "mwg_tls_connect_alert",
            "haproxy_h_empty", "mid_mwg_syn_drop", "vlan_mwg_mix", "mwg_two_rs", "mwg_dns_silent"]


def verdicts(tshark, capture):
    fields = ["mwg502.cause", "mwg502.confidence", "mwg502.attempts", "mwg502.evidence_frame", "mwg502.export_filter", "mwg502.server.ip"]
    return tshark.frames(capture, "mwg502.cause", fields)


def kept(verdict):
    return [only(verdict, "mwg502.cause"), only(verdict, "mwg502.server.ip"), len(verdict.get("mwg502.evidence_frame", []))]


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_alone(tshark, name):
    """A case that is exported by mwg502.export_filter has the verdict that it had among the others."""
    (capture,) = LAB.glob(f"{name}.pcap*")
    found = verdicts(tshark, capture)
    assert found
    for verdict in found:
        whole = tshark.stage(capture.name, capture.read_bytes())
        alone = tshark.stage("alone.pcapng", b"")
        alone.chmod(0o666)
        tshark.run("-n", "-r", whole, "-Y", only(verdict, "mwg502.export_filter"), "-w", alone)
        exported = verdicts(tshark, alone)
        assert kept(verdict) in [kept(v) for v in exported], (verdict["frame.number"], only(verdict, "mwg502.export_filter"))


def test_why(tshark):
    """One row for each reason."""
    (verdict,) = tshark.frames(ARTICLE / "rst.pcap", "mwg502.cause", ["mwg502.why", "mwg502.why.term"])
    assert only(verdict, "mwg502.why").split("; ") == verdict["mwg502.why.term"]
