# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file says its licence: REUSE 3.3, as far as the tool is there."""

import re
import shutil
import subprocess

import pytest
from conftest import TESTS

TOP = TESTS.parent


def test_reuse_lint(tmp_path):
    version = shutil.which("reuse") and subprocess.run(["reuse", "--version"], capture_output=True, text=True, check=True).stdout
    if not version or int(re.search(r"\d+", version).group()) < 4:
        pytest.skip("no reuse that knows REUSE.toml")
    # It looks for the text in a folder that only it knows.
    copy = shutil.copytree(TOP, tmp_path / "copy", ignore=shutil.ignore_patterns(".git", "build*", "__pycache__"))
    (copy / "LICENSES").mkdir()
    shutil.copy(TOP / "LICENSE", copy / "LICENSES" / "GPL-2.0-or-later.txt")
    done = subprocess.run(["reuse", "--root", copy, "lint"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
