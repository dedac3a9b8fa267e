# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that are asked by SOCKS or FTP: every capture of theirs against what was done to make it."""

import json

import pytest
from conftest import TESTS
from test_truth import Reading, check, check_links, stem

LAB14 = TESTS / "captures" / "lab14"
CAPTURES = [capture for kind in ("socks", "ftp") for capture in sorted(LAB14.glob(f"{kind}_*.pcap"))]


@pytest.mark.parametrize("capture", CAPTURES, ids=stem)
def test_truth(tshark, capture):
    truth = json.loads((LAB14 / f"{stem(capture)}.truth.json").read_text())
    frames = tshark.frames(capture, "frame", ["tcp.stream", *tshark.fields], passes=2, prefs=["mwg502.status_codes:502-504"])
    reading = Reading(frames)
    assert list(check(reading, truth)) == []
    assert list(check_links(reading)) == []


@pytest.mark.parametrize(("name", "says"), [
    ("socks_dante", ["connection refused (5)", "host unreachable (4)", "TTL expired (6)", "not allowed by its rules (2)", "host unreachable (4)"]),
    ("socks_login", ["no acceptable authentication method (255)"]),
    ("socks_login_wrong", ["login refused"]),
    ("ftp_squid", ["service not available (421)"]),
])
def test_code(tshark, name, says):
    """The reply that refused is named, and who gave it."""
    refused = [v for v in tshark.verdicts(LAB14 / f"{name}.pcap") if v["mwg502.cause"] == ["unknown"]]
    assert [v["mwg502.summary"][0].split(" answered: ")[1].split(", after")[0] for v in refused] == says
    assert all(v["mwg502.server.port"] == (["21"] if name == "ftp_squid" else ["1080"]) for v in refused)
