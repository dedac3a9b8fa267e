# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/versions/run.sh, as far as it needs no other Debian, and who may ask for a version."""

import pathlib
import re
import subprocess

import pytest
from conftest import TESTS

RUN = TESTS / "versions" / "run.sh"
INSTALLED = pathlib.Path("/usr/include/wireshark")


def headers_only(*folders):
    """(exit code, first row of the table)"""
    options = [option for folder in folders for option in ("--headers", folder)]
    done = subprocess.run([RUN, "--headers-only", *options], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()[2].split()


@pytest.fixture
def claiming(tmp_path):
    """Makes a folder of the installed headers that claim to be another version's."""

    def make(major, minor):
        for path in INSTALLED.iterdir():
            (tmp_path / path.name).symlink_to(path)
        (tmp_path / "ws_version.h").unlink()
        text = (INSTALLED / "ws_version.h").read_text()
        text = re.sub(r"(WIRESHARK_VERSION_MAJOR) \d+", rf"\1 {major}", text)
        text = re.sub(r"(WIRESHARK_VERSION_MINOR) \d+", rf"\1 {minor}", text)
        (tmp_path / "ws_version.h").write_text(text)
        return tmp_path

    return make


needs_headers = pytest.mark.skipif(not INSTALLED.exists(), reason="Wireshark's headers are elsewhere")


@needs_headers
def test_headers_of_this_version(version):
    code, row = headers_only(INSTALLED)
    assert code == 0
    assert row[0].startswith(version) and row[1:3] == ["-", "ok"]


@needs_headers
def test_headers_that_do_not_fit(version, claiming):
    code, row = headers_only(claiming(4, 2 if version == "4.0" else 0))
    assert code == 1
    assert row[2] == "failed"


def test_no_headers(tmp_path):
    code, row = headers_only(tmp_path)
    assert code == 3
    assert row[2] == "skipped"


@pytest.mark.parametrize("args", [["--roots"], ["--headers-only", "sid"], ["--gone"]], ids=str)
def test_misuse(args):
    assert subprocess.run([RUN, *args], capture_output=True, check=False).returncode == 2


def test_only_compat_asks_for_a_version():
    asking = {path.name for path in (TESTS.parent / "plugin").glob("**/*.[ch]")
              if re.search(r"^\s*#.*\b(WIRESHARK_VERSION|WIRESHARK_AT_LEAST|__has_include)", path.read_text(), re.M)}
    assert asking == {"compat.h"}
