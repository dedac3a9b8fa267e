# SPDX-License-Identifier: GPL-2.0-or-later
"""diagnose.sh as a user runs it."""

import csv
import io
import json
import os
import pty
import re
import select
import shutil
import subprocess

import hostile_texts
import pytest
import remembered
from conftest import ARTICLE, LAB, TESTS
from nametables import without_name_tables

TOP = TESTS.parent
SCRIPT = TOP / "diagnose.sh"
CAPTURE = LAB / "mwg_rst.pcap"
MIX = LAB / "bg_mwg_mix.pcap"


@pytest.fixture(scope="module")
def environment(module, tshark):
    return dict(os.environ, BUILD_DIR=str(module.parent.parent), **without_name_tables(tshark.top / "without-names"))


@pytest.fixture
def diagnose(environment, tmp_path):
    """Runs the script in tmp_path: (exit code, stdout, stderr)."""

    def run(*args, data=None):
        done = subprocess.run([SCRIPT, *args], cwd=tmp_path, env=environment, capture_output=True, input=data, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


def test_table(diagnose):
    code, out, err = diagnose(CAPTURE)
    assert (code, err) == (0, "")
    title, _, head, row, summary, advice, *_ = out.splitlines()
    assert title == f"{CAPTURE}: 1 case: rst 1"
    assert head.split("  ")[0] == "Case"
    assert row.split() == ["1", "16", "2026-11-23", "19:34:41.044", "502", "10.10.67.4:34779", "http://www.closed.lab/?n=r1", "rst",
                           "10.20.0.131:80", "14-15"]
    assert "10.20.0.131:80" in summary
    assert advice.strip().startswith("Advice: ")


def test_default_capture_has_a_table(diagnose):
    code, out, err = diagnose()
    assert (code, err) == (0, "")
    assert "6 cases: nxdomain 1, syn_timeout 1, " in out


def test_several_captures_and_one_that_is_missing(diagnose):
    code, out, err = diagnose(CAPTURE, "missing.pcap", LAB / "mwg_nxdomain.pcap")
    assert code == 1
    assert err == "diagnose.sh: missing.pcap: no such file\n"
    assert out.count(": 1 case: ") == 2
    assert out.splitlines()[-1] == "2 cases in 2 captures: rst 1, nxdomain 1"


def test_other_statuses_by_default(diagnose):
    """503 and 504 are looked at, and shown as what they are."""
    code, out, _ = diagnose(LAB / "squid_rst.pcap")
    assert code == 0 and re.search(r" 503 +10\.10\.67\.4:\d+ .* rst ", out)
    code, out, _ = diagnose("--status", "502", LAB / "squid_rst.pcap")
    assert code == 3 and out.endswith(": no response with status 502\n")


def test_ports(diagnose):
    parent = LAB / "mwg_parent_rst.pcap"
    code, out, _ = diagnose("--ports", "3128,9090", "--json", parent)
    assert code == 0 and {json.loads(line)["cause"] for line in out.splitlines()} == {"rst"}


def test_keys(diagnose, tmp_path):
    folder = TESTS / "captures" / "deployments"
    keys = tmp_path / "keys"
    keys.write_bytes((folder / "https_nginx_h2.keys").read_bytes())
    keys.chmod(0o600)
    code, out, err = diagnose("--keys", "keys", "--json", folder / "https_nginx_h2.pcap")
    assert (code, err) == (0, "") and len(out.splitlines()) == 6
    assert {json.loads(line)["host"] for line in out.splitlines() if "host" in json.loads(line)}
    code, out, _ = diagnose("--json", folder / "https_nginx_h2.pcap")
    assert code != 0 and len(out.splitlines()) < 6


ODD_NAMES = ["two words.pcap", "-r.pcap", "--", "--help.pcap", "a'b\"c$d.pcap", "=cmd.pcap"]


def test_odd_names(diagnose, tmp_path):
    for name in ODD_NAMES:
        (tmp_path / name).write_bytes(CAPTURE.read_bytes())
    code, out, err = diagnose("--", *ODD_NAMES)
    assert (code, err) == (0, "")
    assert re.findall(r"^(.*): 1 case: rst 1$", out, re.M) == ODD_NAMES
    _, out, _ = diagnose("--json", "--", *ODD_NAMES)
    assert [json.loads(line)["capture"] for line in out.splitlines()] == ODD_NAMES
    _, out, _ = diagnose("--csv", "--", *ODD_NAMES)
    assert [row["capture"] for row in csv.DictReader(io.StringIO(out))] == ["'" * (name[0] in "-=") + name for name in ODD_NAMES]


def test_standard_input(diagnose):
    code, out, err = diagnose("--json", "-", data=CAPTURE.read_bytes())
    assert (code, err) == (0, "")
    assert (json.loads(out)["capture"], json.loads(out)["cause"]) == ("-", "rst")


def test_one_case(diagnose):
    code, out, err = diagnose("--case", "2", MIX)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{MIX}: case 2"
    assert [line.split()[0] for line in out.splitlines() if re.match(r" +\d+ +0\.6", line)] == ["51", "57", "58", "59"]
    assert "|Time" in out and "nxdomain" not in out
    code, out, err = diagnose("--case", "7", MIX)
    assert (code, out, err) == (3, f"{MIX}: no case 7\n", "")


def test_csv_of_several(diagnose):
    code, out, err = diagnose("--csv", MIX, CAPTURE)
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["case"] for row in rows] == ["1", "2", "3", "4", "5", "6", "1"]
    assert rows[-1]["capture"] == str(CAPTURE)
    assert out.count("capture,case,frame") == 1


@pytest.mark.parametrize("args, said", [
    (["--jsn", CAPTURE], "unknown option: --jsn"),
    ([CAPTURE, "--json"], "options come before the captures: --json"),
    (["--json", "--csv", CAPTURE], "only one of --json and --csv"),
    (["--case", CAPTURE], "--case needs the number of a case, from 1"),
    (["--case", "1", CAPTURE, CAPTURE], "--case reads one capture"),
    (["--case", "1", "--json", CAPTURE], "--case prints one case, and writes no report"),
    (["--status", "5xx", CAPTURE], "--status needs numbers, such as 502-504 or 8080,9090"),
    (["--ports"], "--ports needs numbers, such as 502-504 or 8080,9090"),
    (["--html", "--json", CAPTURE], "--html needs a file"),
    (["--keys", "no-such-file", CAPTURE], "cannot read no-such-file"),
    (["--annotate", "x.pcapng", CAPTURE, CAPTURE], "--annotate reads one capture"),
    (["--annotate", "x.pcapng", "--ring", CAPTURE], "--annotate reads no ring"),
    (["--ring"], "--ring needs files or a folder"),
    (["--ring", "--csv", CAPTURE], "--ring prints a table or JSON"),
])
def test_misuse(diagnose, args, said):
    code, out, err = diagnose(*args)
    first, second, *_ = err.splitlines()
    assert (code, out, first) == (2, "", f"diagnose.sh: {said}")
    assert second.startswith("usage: diagnose.sh ")


def test_a_capture_without_502(diagnose):
    code, out, err = diagnose(LAB / "nginx_h_raw.pcap")
    assert (code, err) == (3, "")
    assert out.endswith(": no response with status 502-504\n")


def test_unexplained(diagnose):
    assert diagnose("--json", LAB / "mid_mwg_syn_drop.pcap")[0] == 4


def test_help_of_the_tests():
    """It says what it does instead of doing it."""
    done = subprocess.run([TOP / "test.sh", "--help"], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: test.sh")


def test_help(diagnose):
    code, out, err = diagnose("--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: diagnose.sh [OPTION...] [CAPTURE...]\n")


@pytest.mark.parametrize("data, message", [
    (b"", "is empty"),
    (b"Dear diary, this is no capture at all.\n", "is not a capture file"),
    (CAPTURE.read_bytes()[:1000], "is cut short in the middle of a packet; what lies before it was read"),
], ids=["empty", "text", "truncated"])
def test_wrong_file(diagnose, tmp_path, data, message):
    (tmp_path / "wrong.pcap").write_bytes(data)
    code, _, err = diagnose("wrong.pcap")
    assert (code, err) == (1, f"diagnose.sh: wrong.pcap: {message}\n")


@pytest.mark.parametrize("options", [[], ["--ring"]], ids=str)
def test_a_module_for_another_wireshark(environment, tmp_path, options):
    """The headers' version is not tshark's: the module lies where tshark does not look."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pkg-config").write_text("#!/bin/sh\n[ \"$2\" = wireshark ] && echo 9.9.9 || exec /usr/bin/pkg-config \"$@\"\n")
    (tmp_path / "bin" / "pkg-config").chmod(0o755)
    done = subprocess.run([SCRIPT, *options, CAPTURE], cwd=tmp_path, env=dict(environment, PATH=f"{tmp_path}/bin:{environment['PATH']}"),
                          capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"diagnose\.sh: this tshark does not load .*/mwg502\.so, which was built for Wireshark 9\.9\n", done.stderr)


def test_directory(diagnose):
    code, out, err = diagnose(".")
    assert (code, out, err) == (1, "", "diagnose.sh: .: is a directory, not a capture\n")


def test_progress_on_a_terminal(environment, tmp_path):
    """How far it is, of one file too; gone when the table comes."""
    for args, shown in ((["--csv", CAPTURE, MIX], f"[2/2] {MIX}"), ([MIX], f"{MIX} ")):
        try:
            ours, theirs = pty.openpty()
        except OSError:
            pytest.skip("no terminals here")
        shark = subprocess.Popen([SCRIPT, *args], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        out = shark.stdout.read()
        said = b""
        while select.select([ours], [], [], 0)[0]:
            try:
                said += os.read(ours, 4096)
            except OSError:
                break
        os.close(ours)
        assert shark.wait(60) == 0 and out
        assert re.search(re.escape(shown) + r" ?\d+ %", said.decode())
        assert said.endswith(b"\r\x1b[K")


# an annotated capture *******************************************************

def comments(tshark, path, display_filter):
    staged = tshark.stage("annotated.pcapng", path.read_bytes())
    out = tshark.run("-n", "-r", staged, "-Y", display_filter, "-T", "json", "-e", "frame.number", "-e", "frame.comment",
                     "--disable-protocol", "mwg502")
    return {int(p["_source"]["layers"]["frame.number"][0]): p["_source"]["layers"]["frame.comment"] for p in json.loads(out)}


def test_annotate(diagnose, tshark, tmp_path):
    """Each frame of a case says so, without the plugin; the 502 names the cause and the frames."""
    code, out, err = diagnose("--annotate", "out.pcapng", MIX)
    assert (code, err) == (0, "")
    assert out == "6 cases in 1 capture: syn_timeout 1, server_closed 1, rst 1, nxdomain 1, invalid_response 1, icmp 1\n"
    case = comments(tshark, tmp_path / "out.pcapng", 'frame.comment contains "case 2:"')
    assert list(case) == [51, 57, 58, 59]
    (text,) = case[59]
    assert text.startswith("mwg502 case 2: Cannot Connect (rst): 10.20.0.131:80 answered the SYN with RST within 0.046 ms; "
                           "request in frame 51; evidence in frames 57-58; next: ")
    assert case[51] == ["mwg502 case 2: The client's request; led to the 502 in frame 59 (rst)"]
    every = comments(tshark, tmp_path / "out.pcapng", "frame.comment")
    _, out, _ = diagnose("--json", MIX)
    cases = [json.loads(line) for line in out.splitlines()]
    assert set(every) == {frame for case in cases for frame in (case["request_frame"], *case["evidence_frame"], case["frame"])}
    before, after = (subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "ip.src"],
                                    capture_output=True, check=True).stdout for path in (MIX, tmp_path / "out.pcapng"))
    assert before == after


def test_annotate_shared_frames(diagnose, tshark, tmp_path):
    """A failure that led to several responses has a line for each."""
    (tmp_path / "in.pcap").write_bytes(remembered.capture(4))
    assert diagnose("--annotate", "out.pcapng", "in.pcap")[0] == 0
    every = comments(tshark, tmp_path / "out.pcapng", "dns")
    assert list(every) == [5, 6]
    for texts in every.values():
        # 4.4 shows the lines of a comment apart as well.
        assert re.findall(r"mwg502 case (\d+):", max(texts, key=len)) == ["1", "2", "3", "4"]


def test_annotate_hostile(diagnose, tshark, tmp_path):
    (tmp_path / "in.pcap").write_bytes(hostile_texts.capture())
    code, _, err = diagnose("--annotate", "out.pcapng", "in.pcap")
    assert (code, err) == (0, "")
    assert len(comments(tshark, tmp_path / "out.pcapng", 'frame.comment contains "Host Not Resolvable"')) == len(hostile_texts.TEXTS)


def test_annotate_nothing(diagnose, tmp_path):
    code, out, err = diagnose("--annotate", "out.pcapng", LAB / "nginx_h_raw.pcap")
    assert (code, out, err) == (3, "0 cases in 1 capture\n", "")
    assert (tmp_path / "out.pcapng").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


# a ring of files ************************************************************

def ring(capture, folder, packets):
    folder.mkdir()
    subprocess.run(["editcap", "-c", str(packets), capture, folder / "502.pcap"], check=True)
    return sorted(folder.iterdir())


def facts(case):
    """What a case says of frames, told by their times."""
    return (case["time"], case["cause"], case["summary"], case["url"], [(frame["role"], frame["time"]) for frame in case["evidence"]],
            case.get("request", {}).get("time"), [attempt["outcome"] for attempt in case["attempt"]])


@pytest.mark.skipif(not shutil.which("jq"), reason="no jq")
@pytest.mark.parametrize("capture, packets", [(MIX, 100), (MIX, 7), (ARTICLE / "syn_timeout.pcap", 500), (LAB / "mwg_flapping_host.pcap", 40)],
                         ids=lambda value: getattr(value, "stem", str(value)))
def test_ring(diagnose, tmp_path, capture, packets):
    """A case across files is found once, and is what it is in the whole; each frame is named in its own file."""
    files = ring(capture, tmp_path / "ring", packets)
    assert len(files) > 2
    _, out, _ = diagnose("--json", capture)
    whole = [json.loads(line) for line in out.splitlines()]
    code, out, err = diagnose("--ring", "--json", "ring")
    assert err == ""
    parts = [json.loads(line) for line in out.splitlines()]
    assert [facts(case) for case in parts] == [facts(case) for case in whole]
    assert [case["case"] for case in parts] == list(range(1, len(whole) + 1))
    names = [str(path.relative_to(tmp_path)) for path in files]
    for one, other in zip(parts, whole, strict=True):
        assert names.index(one["capture"]) == (other["frame"] - 1) // packets
        assert one["frame"] == (other["frame"] - 1) % packets + 1
        for frame, expected in zip(one["evidence"], other["evidence"], strict=True):
            assert (names.index(frame["file"]) * packets + frame["frame"]) == expected["frame"]
        assert set(one["filters"]) == {frame["file"] for frame in (one["request"], *one["evidence"], one["response"])}


@pytest.mark.skipif(not shutil.which("jq"), reason="no jq")
def test_ring_in_any_order_and_still_written(diagnose, tmp_path):
    """Names wrap around in a ring, and the newest file ends in the middle of a packet."""
    files = ring(MIX, tmp_path / "ring", 100)
    files[0].rename(tmp_path / "ring" / "z.pcap")
    last = files[-1].read_bytes()
    files[-1].write_bytes(last[:-10])
    code, out, err = diagnose("--ring", "ring/z.pcap", files[2], files[1])
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "6 cases in 3 captures: syn_timeout 1, server_closed 1, rst 1, nxdomain 1, invalid_response 1, icmp 1"
    assert re.search(r"^4 .* icmp .* z\.pcap: 97$", out, re.M)


@pytest.mark.skipif(not shutil.which("jq"), reason="no jq")
def test_ring_says_what_is_no_capture(diagnose, tmp_path):
    ring(MIX, tmp_path / "ring", 100)
    (tmp_path / "ring" / "notes.txt").write_text("no capture")
    code, out, err = diagnose("--ring", "ring")
    assert err == "diagnose.sh: ring/notes.txt: is not a capture file\n"
    assert out.splitlines()[-1].startswith("6 cases in 3 captures: ")
