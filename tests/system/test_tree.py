# SPDX-License-Identifier: GPL-2.0-or-later
"""The packet details, row by row: what a person reads in Wireshark."""

import json
import re
import sys

import pytest
import remembered
from conftest import ARTICLE, LAB, TESTS

sys.path.insert(0, str(TESTS / "article"))
import make_captures as article  # noqa: E402
from test_golden import CAPTURES  # noqa: E402
from test_reported import pcap, response  # noqa: E402


def trees(tshark, capture, passes=1):
    """Our part of each frame's packet details, as rows."""
    out = tshark.run("-n", "-r", capture, "-V", "-O", "mwg502", "-Y", "mwg502", *["-2"][: passes - 1])
    return re.findall(r"(?m)^\[MWG 502: .*\n(?: .*\n)*", out)


def texts(tree, level):
    """The rows of one level without brackets and blanks; a row that goes on is one text."""
    joined = []
    for row in re.findall(rf"(?m)^ {{{level}}}\[(.*)\]$", tree):
        if row.startswith("    "):
            joined[-1] += row
        else:
            joined.append(row)
    return [row.replace(" ", "") for row in joined]


@pytest.mark.parametrize("name", CAPTURES)
def test_no_row_is_cut(tshark, name):
    capture = LAB / f"{name}.pcap"
    shown = trees(tshark, tshark.stage(capture.name, capture.read_bytes()), passes=2)
    assert shown
    for tree in shown:
        assert "[truncated]" not in tree and "\u2026" not in tree


def test_verdict_comes_first_and_reads_as_one(tshark):
    (tree,) = trees(tshark, tshark.stage("rst.pcap", (ARTICLE / "rst.pcap").read_bytes()))
    assert tree.startswith("[MWG 502: Cannot Connect (rst): 10.10.67.124:80 answered each of 4 SYNs with RST within 0.2 ms]\n")
    rows = texts(tree, 4)
    order = [next(i for i, row in enumerate(rows) if row.startswith(begin)) for begin in (
        "Cause:", "Summary:", "Requestfrom", "Attempts:", "Evidence:", "Whattocheck", "Gatewaysays:", "Agreement:", "Errortype")]
    assert order == sorted(order)


def test_advice_is_one_sentence_a_row(tshark):
    capture = LAB / "mwg_timeout_120s.pcap"
    verdict = tshark.verdicts(capture)[1]
    tree = trees(tshark, tshark.stage(capture.name, capture.read_bytes()))[1]
    steps = tree.split("[What to check next]")[1].split("\n    [")[0].strip().splitlines()
    steps = [step.strip().strip("[]") for step in steps]
    assert steps == verdict["mwg502.advice.step"]
    assert " ".join(steps) == verdict["mwg502.advice"][0]
    assert all(step.endswith(".") for step in steps)


def test_name_longer_than_a_row(tshark):
    """A host name may have 253 characters, a row has 240: nothing of the sentences is lost."""
    host = ".".join(["a" * 60] * 4)
    lookup = article.Lookup(1, host)
    outer = article.Connection(article.CLIENT, 51234, article.GATEWAY, article.PROXY_PORT)
    data = pcap([*outer.handshake(), outer.up("PA", article.request(host, "/")), lookup.query(), lookup.no_such_name(),
                 outer.down("PA", response("Content-Length: 0", body=b""))])
    (verdict,) = tshark.verdicts(tshark.stage("long.pcap", data))
    capture = tshark.stage("long.pcap", data)
    (tree,) = trees(tshark, capture)
    assert verdict["mwg502.summary"] == [f"DNS server {article.DNS_SERVER} answered No such name for {host}"]
    assert tree.startswith("[MWG 502: Host Not Resolvable (nxdomain)]\n")
    assert f"Summary: {verdict['mwg502.summary'][0]}".replace(" ", "") in texts(tree, 4)
    for step in verdict["mwg502.advice.step"]:
        assert step.replace(" ", "") in texts(tree, 8)
    assert verdict["mwg502.advice"] == [" ".join(verdict["mwg502.advice.step"])]


def test_shared_frame_lists_its_cases_in_order(tshark):
    capture = tshark.stage("remembered.pcap", remembered.capture(4))
    out = tshark.run("-n", "-2", "-r", capture, "-Y", "dns && mwg502", "-T", "fields", "-e", "frame.number", "-e", "mwg502.case",
                     "-e", "mwg502.response_frame")
    assert out == "5\t1,2,3,4\t7,15,23,31\n6\t1,2,3,4\t7,15,23,31\n"


def test_json_has_keys_that_a_script_can_know(tshark):
    """No key holds what is different in each case."""
    keys = set()

    def collect(pairs):
        keys.update(name for name, _ in pairs)
        return dict(pairs)

    for name in ("bg_mwg_mix", "mwg_timeout_120s"):
        capture = LAB / f"{name}.pcap"
        out = tshark.run("-n", "-r", tshark.stage(capture.name, capture.read_bytes()), "-Y", "mwg502.cause", "-T", "json", "-J", "mwg502")
        json.loads(out, object_pairs_hook=collect)
    ours = {key for key in keys if key.startswith("mwg502")}
    assert "mwg502.branch.request" in ours
    assert not [key for key in keys if " " in key and not key.startswith("_")]


def test_expert_information_counts_causes_by_server(tshark):
    """Rows that differ in milliseconds only are one."""
    capture = LAB / "mwg_flapping_host.pcap"
    out = tshark.run("-n", "-q", "-r", tshark.stage(capture.name, capture.read_bytes()), "-z", "expert,warn")
    rows = re.findall(r"(\d+) +Response +MWG 502 +(.*)", out)
    assert sorted(rows) == [("3", "Cannot Connect (icmp): 10.20.0.132:80"), ("3", "Cannot Connect (rst): 10.20.0.131:80"),
                            ("3", "Cannot Connect (syn_timeout): 10.20.0.130:80"), ("3", "Host Not Resolvable (dns_error): flap.lab"),
                            ("3", "Host Not Resolvable (nxdomain): flap.lab")]
