# SPDX-License-Identifier: GPL-2.0-or-later
"""diagnose.sh as a user runs it."""

import os
import subprocess

import pytest
from conftest import LAB, TESTS

SCRIPT = TESTS.parent / "diagnose.sh"
CAPTURE = LAB / "mwg_rst.pcap"


@pytest.fixture
def diagnose(module, tmp_path):
    """Runs the script in tmp_path: (exit code, stdout, stderr)."""
    env = dict(os.environ, BUILD_DIR=str(module.parent.parent))

    def run(*args):
        done = subprocess.run([SCRIPT, *args], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def test_table(diagnose):
    code, out, err = diagnose(CAPTURE)
    assert (code, err) == (0, "")
    title, _, head, row, summary, advice, *_ = out.splitlines()
    assert title == f"{CAPTURE}: 1 response with 502"
    assert head.split("  ")[0] == "Frame"
    assert row.split() == ["16", "0.004471", "10.10.67.4:34779", "http://www.closed.lab/?n=r1", "rst",
                           "10.20.0.131:80", "14-15"]
    assert "10.20.0.131:80" in summary
    assert advice.strip().startswith("Advice: ")


def test_default_capture_has_a_table(diagnose):
    code, out, err = diagnose()
    assert (code, err) == (0, "")
    assert "6 responses with 502" in out


def test_several_captures_and_one_that_is_missing(diagnose):
    code, out, err = diagnose(CAPTURE, "missing.pcap", LAB / "mwg_nxdomain.pcap")
    assert code == 1
    assert err == "diagnose.sh: missing.pcap: no such file\n"
    assert out.count("1 response with 502") == 2


@pytest.mark.parametrize("name", ["two words.pcap", "-r.pcap", "--", "--help.pcap", "a'b\"c$d.pcap"])
def test_odd_names(diagnose, tmp_path, name):
    (tmp_path / name).write_bytes(CAPTURE.read_bytes())
    args = ["--", name] if name == "--" else [name]
    code, out, err = diagnose(*args)
    assert (code, err) == (0, "")
    assert out.startswith(f"{name}: 1 response with 502\n")


def test_a_capture_without_502(diagnose):
    code, out, err = diagnose(LAB / "nginx_h_raw.pcap")
    assert (code, err) == (3, "")
    assert out.endswith(": no responses with 502\n")


def test_help_of_the_tests():
    """It says what it does instead of doing it."""
    done = subprocess.run([TESTS.parent / "test.sh", "--help"], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: test.sh")


def test_help(diagnose):
    code, out, err = diagnose("--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: diagnose.sh [--json | --csv] [CAPTURE...]\n")


@pytest.mark.parametrize("data, message", [
    (b"", "is empty"),
    (b"Dear diary, this is no capture at all.\n", "is not a capture file"),
    (CAPTURE.read_bytes()[:1000], "is cut short in the middle of a packet; what lies before it was read"),
], ids=["empty", "text", "truncated"])
def test_wrong_file(diagnose, tmp_path, data, message):
    (tmp_path / "wrong.pcap").write_bytes(data)
    code, _, err = diagnose("wrong.pcap")
    assert (code, err) == (1, f"diagnose.sh: wrong.pcap: {message}\n")


def test_directory(diagnose):
    code, out, err = diagnose(".")
    assert (code, out, err) == (1, "", "diagnose.sh: .: is a directory, not a capture\n")
