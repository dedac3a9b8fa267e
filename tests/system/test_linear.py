# SPDX-License-Identifier: GPL-2.0-or-later
"""Twice as many requests cost twice as much: counted in the module's instructions, not in seconds."""

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


def instructions(tshark, kind, n):
    """What the post-dissector and all that it calls executed."""
    capture = tshark.stage(f"{kind}.pcap", b"")
    pen = hostile.Pen(capture)
    hostile.KINDS[kind](pen, n)
    pen.file.close()
    capture.chmod(0o644)
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=dissect_mwg502",
               "tshark", "-n", "-r", str(capture), "-Y", "mwg502.cause == \"none\""]
    if os.getuid() == 0:
        command = UNPRIVILEGED + command
    done = subprocess.run(command, cwd=tshark.top, env=tshark.env, capture_output=True, text=True, timeout=300, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


@pytest.mark.parametrize("kind", KINDS)
def test_pipelined_requests_cost_the_same_each(tshark, kind):
    few, many = (instructions(tshark, kind, n) for n in (N, 2 * N))
    assert few > 100 * N                            # it was counted at all
    assert many < 2.2 * few
