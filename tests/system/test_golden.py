# SPDX-License-Identifier: GPL-2.0-or-later
"""What a user reads, for captures that stand for all causes.

A change of wording shows up here. When it is wanted, write the files anew with

    /usr/bin/python3 -m pytest tests/system/test_golden.py \\
        --module build/plugin/mwg502.so --update-golden

and review the difference. Nothing is written for a verdict that is not the
cause in the truth.
"""

import pytest
from conftest import LAB, TESTS
from test_truth import contract, truth_of

GOLDEN = TESTS / "golden"

CAPTURES = (
    "apache_gen502", "ats_h_rst", "haproxy_h_empty", "mitm_h_raw", "mwg_arp", "mwg_cname_nx", "mwg_dns_port_closed",
    "mid_mwg_syn_drop", "mwg_dns_silent", "mwg_early200_badgateway", "mwg_h_trunc", "mwg_icmp_hostprohib", "mwg_icmp_ttl", "mwg_nodata",
    "mwg_nxdomain", "mwg_parent_rst", "mwg_search_suffix_nx", "mwg_servfail", "mwg_six_client", "mwg_syn_drop",
    "mwg_synack_in", "mwg_timeout_120s", "mwg_tls_connect_alert", "mwg_two_rs", "squid_nxdomain", "vlan_mwg_mix",
)

FIELDS = ("cause", "category", "confidence", "server", "evidence", "summary")


def as_read(verdict):
    """One verdict as lines of `field: value`."""
    def value(field):
        return " ".join(verdict.get(f"mwg502.{field}", ["-"]))

    address = value("server.ip") if "mwg502.server.ip" in verdict else value("server.ipv6")
    values = {
        "server": f"{address} port {value('server.port')}",
        "evidence": value("evidence_frame"),
    }
    lines = [f"{field}: {values.get(field) or value(field)}" for field in FIELDS]
    return "\n".join([f"frame {verdict['frame']}", *lines, ""])


@pytest.mark.parametrize("name", CAPTURES)
def test_as_read(tshark, request, name):
    capture = LAB / f"{name}.pcap"
    verdicts = tshark.verdicts(capture)
    text = "\n".join(map(as_read, verdicts))
    golden = GOLDEN / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        causes = {entry["frame"]: [contract(entry["cause"])] for entry in truth_of(capture)}
        assert {verdict["frame"]: verdict["mwg502.cause"] for verdict in verdicts} == causes
        golden.write_text(text)
    assert text == golden.read_text()


def test_no_golden_file_is_left_over():
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(CAPTURES)
