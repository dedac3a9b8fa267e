# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that are applications (php-fpm, uWSGI, Tomcat), or are asked by SOCKS or FTP: every capture of theirs against what was done to make it."""

import json

import pytest
from conftest import TESTS
from test_truth import Reading, check, check_links, stem

LAB14 = TESTS / "captures" / "lab14"
CAPTURES = [capture for kind in ("fpm", "uwsgi", "scgi", "ajp", "socks", "ftp") for capture in sorted(LAB14.glob(f"{kind}_*.pcap"))]


@pytest.mark.parametrize("capture", CAPTURES, ids=stem)
def test_truth(tshark, capture):
    truth = json.loads((LAB14 / f"{stem(capture)}.truth.json").read_text())
    frames = tshark.frames(capture, "frame", ["tcp.stream", *tshark.fields], passes=2, prefs=["mwg502.status_codes:502-504"])
    reading = Reading(frames)
    assert list(check(reading, truth)) == []
    assert list(check_links(reading)) == []


def test_names(tshark):
    """Which protocol it was stands in the summary."""
    found = {kind: tshark.verdicts(LAB14 / f"{capture}.pcap")[0]["mwg502.summary"][0]
             for kind, capture in (("FastCGI", "fpm_nginx"), ("uwsgi", "uwsgi_nginx"), ("SCGI", "scgi_nginx"), ("AJP", "ajp_tomcat_apache"))}
    assert all(f" ({kind}) " in summary for kind, summary in found.items()), found
