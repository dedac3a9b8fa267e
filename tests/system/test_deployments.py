# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP/2, and TLS that a key log opens: the captures of tests/captures/deployments against what was done to make them."""

import json
import subprocess

import pytest
from conftest import TESTS
from test_truth import Reading, check, check_links

CAPTURES = sorted((TESTS / "captures" / "deployments").glob("*.pcap"))


def truth_of(capture):
    return json.loads(capture.with_suffix(".truth.json").read_text())


@pytest.fixture
def prefs(tshark, tmp_path):
    """Opens the TLS of a capture whose keys lie beside it."""
    def of(capture):
        keys = capture.with_suffix(".keys")
        opened = [f"tls.keylog_file:{tshark.stage(keys.name, keys.read_bytes())}"] if keys.exists() else []
        return ["mwg502.status_codes:502-504", *opened]
    return of


@pytest.mark.parametrize("passes", (1, 2))
@pytest.mark.parametrize("capture", CAPTURES, ids=lambda c: c.stem)
def test_truth(tshark, capture, passes, prefs):
    reading = Reading(tshark, capture, passes, prefs(capture))
    assert list(check(reading, truth_of(capture))) == []
    if passes == 2:
        assert list(check_links(reading)) == []
