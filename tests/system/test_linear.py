# SPDX-License-Identifier: GPL-2.0-or-later
"""Twice as many requests cost twice as much, and a disabled protocol nothing: counted in instructions, not in seconds."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import TESTS, UNPRIVILEGED

sys.path.append(str(TESTS / "bench"))
import hostile                                                                           # noqa: E402

N = 1500
KINDS = ("pipeline",)

pytestmark = pytest.mark.skipif(shutil.which("valgrind") is None, reason="no valgrind")


def hostile_capture(tshark, kind, n):
    capture = tshark.stage(f"{kind}.pcap", b"")
    pen = hostile.Pen(capture)
    hostile.KINDS[kind](pen, n)
    pen.file.close()
    capture.chmod(0o644)
    return capture


def instructions(tshark, function, capture, *arguments):
    """What the function and all that it calls executed."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect={function}",
               "tshark", "-n", "-r", str(capture), *arguments]
    if os.getuid() == 0:
        command = UNPRIVILEGED + command
    done = subprocess.run(command, cwd=tshark.top, env=tshark.env, capture_output=True, text=True, timeout=300, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


@pytest.mark.parametrize("kind", KINDS)
def test_pipelined_requests_cost_the_same_each(tshark, kind):
    few, many = (instructions(tshark, "dissect_mwg502", hostile_capture(tshark, kind, n), "-Y", "mwg502.cause == \"none\"") for n in (N, 2 * N))
    assert few > 100 * N                            # it was counted at all
    assert many < 2.2 * few


def test_disabled_it_wants_no_fields(tshark):
    """Wanted fields make Wireshark build a tree of every frame."""
    capture = hostile_capture(tshark, "syn_flood", 10)
    enabled, disabled = (instructions(tshark, "epan_dissect_prime_with_hfid_array", capture, *options) for options in ([], ["--disable-protocol", "mwg502"]))
    assert enabled > 0
    assert disabled == 0
