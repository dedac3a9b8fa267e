# SPDX-License-Identifier: GPL-2.0-or-later
"""The module as tshark sees it: fields, preferences, silence."""

import pytest
from conftest import LAB

# Saved filters and scripts stand on these names and types (FT_STRING stands for
# FT_STRINGZ too, FT_UINT for every width).
FIELDS = {
    "FT_STRING": (
        "cause category summary advice confidence rfc9209 reported agreement host url method attempt range"
        " dns.name dns.rcode filter export_filter role why stall sender product"
    ),
    "FT_FRAMENUM": (
        "request_frame evidence_frame dns_query_frame dns_response_frame syn_frame synack_frame rst_frame icmp_frame"
        " arp_frame server_request_frame server_response_frame server_close_frame tls_alert_frame response_frame"
    ),
    "FT_UINT": (
        "port server.port client.port client.stream server.stream attempts icmp.type icmp.code case"
    ),
    "FT_IPv4": "server.ip client.ip",
    "FT_IPv6": "server.ipv6 client.ipv6",
    "FT_RELATIVE_TIME": "time idle",
}

ALWAYS = ("cause", "category", "summary", "advice", "confidence", "attempts", "case", "filter", "export_filter")


def test_is_listed_as_a_plugin(tshark):
    [row] = [row for row in tshark.run("-G", "plugins").splitlines() if row.startswith("mwg502.so")]
    assert "dissector" in row


def test_fields_of_the_contract(tshark):
    types = {}
    for row in tshark.run("-G", "fields").splitlines():
        kind, _, name, *rest = row.split("\t")
        if kind == "F" and name.startswith("mwg502."):
            types[name.removeprefix("mwg502.")] = rest[0]
    for kind, names in FIELDS.items():
        for name in names.split():
            assert types.get(name, "missing").startswith(kind), name


@pytest.mark.parametrize("passes", [1, 2])
def test_some_fields_are_always_there_and_once(tshark, passes):
    for name in ("bg_mwg_mix", "mwg_keepalive_mix", "mwg_six_client"):
        for verdict in tshark.verdicts(LAB / f"{name}.pcap", passes):
            for field in ALWAYS:
                assert len(verdict[f"mwg502.{field}"]) == 1, (name, verdict["frame"], field)


def test_roles_on_a_second_pass(tshark):
    frames = tshark.frames(LAB / "mwg_rst.pcap", "mwg502.role", ["mwg502.role", "mwg502.response_frame"], passes=2)
    assert [(f["frame"], f["mwg502.role"], f["mwg502.response_frame"]) for f in frames] == [
        (6, ["request"], ["16"]), (14, ["syn"], ["16"]), (15, ["rst"], ["16"])]


@pytest.mark.parametrize("name, cause", [
    ("squid_rst", "rst"), ("apache_rst", "rst"), ("nginx_h_hang", "response_timeout")])
def test_other_status_codes_on_request(tshark, name, cause):
    capture = LAB / f"{name}.pcap"
    assert tshark.verdicts(capture) == []
    [verdict] = tshark.verdicts(capture, prefs=["mwg502.status_codes:502-504"])
    assert verdict["mwg502.cause"] == [cause]


@pytest.fixture
def capture(tshark):
    """A capture with one 502, in frame 16, that an unprivileged tshark can read."""
    staged = tshark.stage("rst.pcap", (LAB / "mwg_rst.pcap").read_bytes())
    yield staged
    staged.unlink()


def test_info_column(tshark, capture):
    args = "-r", capture, "-Y", "mwg502.cause"
    assert tshark.run(*args).endswith(" [mwg502: rst]\n")
    assert "mwg502" not in tshark.run(*args, "-o", "mwg502.info_column:FALSE")


def test_proxy_port_needs_no_http_preference(tshark, capture):
    assert "HTTP/1.1 502" in tshark.run("-r", capture, "-Y", "http.response.code == 502")


@pytest.mark.parametrize("layout", ["-T fields -e mwg502.cause", "-T ek", "-T pdml", "-V"])
def test_output_layouts_name_the_cause(tshark, capture, layout):
    out = tshark.run("-r", capture, "-Y", "frame.number == 16", *layout.split())
    assert "rst" in out.lower().split("mwg502", 1)[-1]


def test_expert_items_are_no_errors(tshark, capture):
    out = tshark.run("-2", "-r", capture, "-q", "-z", "expert,error")
    assert "mwg502" not in out.lower()
    warned = tshark.run("-r", capture, "-Y", "mwg502.cause && _ws.expert.severity == 0x00600000")
    assert warned.split()[:1] == ["16"]
