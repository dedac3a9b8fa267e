# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file says its licence: REUSE 3.3, as far as the tool is there."""

import re
import shutil
import subprocess

import pytest
from conftest import TESTS

TOP = TESTS.parent


def test_licence_text_is_where_reuse_looks():
    assert (TOP / "LICENSES" / "GPL-2.0-or-later.txt").read_text() == (TOP / "LICENSE").read_text()


def test_reuse_lint():
    version = shutil.which("reuse") and subprocess.run(["reuse", "--version"], capture_output=True, text=True, check=True).stdout
    if not version or int(re.search(r"\d+", version).group()) < 4:
        pytest.skip("no reuse that knows REUSE.toml")
    done = subprocess.run(["reuse", "--root", TOP, "lint"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
