# SPDX-License-Identifier: GPL-2.0-or-later
"""diagnose.sh for one case, for scripts, and what its exit code tells."""

import csv
import io
import json
import os
import pty
import re
import subprocess

import pytest
from conftest import ARTICLE, LAB, TESTS

SCRIPT = TESTS.parent / "diagnose.sh"
RST = ARTICLE / "rst.pcap"
NONE = LAB / "nginx_h_raw.pcap"
UNEXPLAINED = LAB / "mid_mwg_syn_drop.pcap"


@pytest.fixture
def env(module):
    return dict(os.environ, BUILD_DIR=str(module.parent.parent), TZ="UTC", LC_ALL="C.UTF-8")


@pytest.fixture
def diagnose(env, tmp_path):
    """Runs the script in tmp_path: (exit code, stdout, stderr)."""

    def run(*args):
        done = subprocess.run([SCRIPT, *map(str, args)], cwd=tmp_path, env=env, capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def test_case_is_verdict_frames_and_ladder(diagnose):
    code, out, err = diagnose("--case", 1, RST)
    assert (code, err) == (0, "")
    verdict, frames, ladder = out.split("\n\n", 1)[1].rsplit("\n\n", 2)
    assert "10.10.67.124:80 answered each of 4 SYNs with RST" in verdict
    assert "Advice: " in verdict
    numbers = [int(line.split()[0]) for line in frames.splitlines()]
    assert numbers == [825, 827, 828, 829, 830, 832, 833, 836, 837, 840]
    lines = ladder.splitlines()
    assert "10.10.67.4 " in lines[0] and "10.10.67.124 " in lines[0] and "10.10.67.161 " in lines[1]
    assert sum("-->" in line or "<--" in line for line in lines) == len(numbers)


def test_case_of_several(diagnose):
    code, out, err = diagnose("--case", 3, LAB / "bg_mwg_mix.pcap")
    assert (code, err) == (0, "")
    assert out.startswith(f"{LAB / 'bg_mwg_mix.pcap'}: case 3\n")
    assert out.count("Advice: ") == 1
    assert "[mwg502: invalid_response]" in out


def test_case_that_is_not_there(diagnose):
    assert diagnose("--case", 7, RST) == (3, f"{RST}: no case 7\n", "")


@pytest.mark.parametrize("args", [
    ["--case"], ["--case", "0", RST], ["--case", "one", RST], ["--case", "1"], ["--case", "1", RST, NONE],
    ["--case", "1", "--json", RST],
], ids=str)
def test_misuse(diagnose, args):
    code, out, err = diagnose(*args)
    assert (code, out) == (2, "")
    assert err.splitlines()[1].startswith("usage: ")


@pytest.mark.parametrize("captures, code", [
    ([RST], 0), ([NONE], 3), ([RST, NONE], 0), ([UNEXPLAINED], 4), ([RST, UNEXPLAINED], 4), ([UNEXPLAINED, "gone"], 1),
], ids=["explained", "none", "explained and none", "unexplained", "one unexplained", "unreadable"])
def test_exit_code(diagnose, captures, code):
    assert diagnose(*captures)[0] == code


def test_exit_code_for_scripts(diagnose):
    assert diagnose("--json", NONE) == (3, "", "")


def test_json_is_what_tshark_says(diagnose, tshark):
    capture = LAB / "bg_mwg_mix.pcap"
    code, out, err = diagnose("--json", capture)
    assert (code, err) == (0, "")
    objects = [json.loads(line) for line in out.splitlines()]
    verdicts = tshark.verdicts(capture)
    assert [o["frame"] for o in objects] == [v["frame"] for v in verdicts]
    for printed, verdict in zip(objects, verdicts, strict=True):
        assert printed["capture"] == str(capture)
        for name in ("cause", "category", "host", "url", "method", "confidence", "summary", "advice", "filter"):
            assert [printed[name]] == verdict[f"mwg502.{name}"]
        assert printed["evidence_frame"] == [item["frame"] for item in printed["evidence"]] == [int(n) for n in verdict["mwg502.evidence_frame"]]
        assert printed["wait"] == float(verdict["mwg502.time"][0])
    assert not re.search(r'"(wait|epoch|relative|took|after)":\d+\.\d*0[,}]', out)


def test_csv_of_several_captures(diagnose):
    code, out, err = diagnose("--csv", RST, NONE, UNEXPLAINED)
    assert (code, err) == (4, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["capture"], row["cause"]) for row in rows] == [(str(RST), "rst"), (str(UNEXPLAINED), "unknown")]
    assert rows[0]["evidence"] == "827-830,832-833,836-837"
    assert (rows[0]["server"], rows[0]["server_port"]) == ("10.10.67.124", "80")
    assert None not in rows[0] and None not in rows[0].values()


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_names_that_need_quotes(diagnose, tmp_path, form):
    name = 'a "quoted", back\\slashed.pcap'
    (tmp_path / name).write_bytes(RST.read_bytes())
    code, out, err = diagnose(form, name)
    assert (code, err) == (0, "")
    row = json.loads(out) if form == "--json" else next(csv.DictReader(io.StringIO(out)))
    assert row["capture"] == name


def test_progress_on_a_terminal_only(env, tmp_path):
    try:
        leader, follower = pty.openpty()
    except OSError as error:                            # a chroot without devpts
        pytest.skip(f"no terminal to be had: {error}")
    done = subprocess.run([SCRIPT, RST, NONE], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=follower,
                          text=True, check=False)
    os.close(follower)
    said = os.read(leader, 65536).decode()
    os.close(leader)
    assert done.returncode == 0
    assert f"[1/2] {RST}" in said and f"[2/2] {NONE}" in said
    assert said.endswith("\r\033[K")
