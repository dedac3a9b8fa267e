# SPDX-License-Identifier: GPL-2.0-or-later
"""The Wireshark profile `MWG 502`, read by the real tshark."""

import csv
import os
import re
import shutil
import subprocess

import pytest
from conftest import ARTICLE, LAB, TESTS, UNPRIVILEGED

PROFILE = TESTS.parent / "plugin" / "profile" / "MWG 502"
NAME = PROFILE.name


class Profiled:
    """tshark -C with the profile in its configuration folder."""

    def __init__(self, tshark, folder):
        self._env = dict(tshark.env, WIRESHARK_CONFIG_DIR=str(folder), HOME=str(folder))
        self._folder = folder

    def run(self, *args):
        command = ["tshark", "-C", NAME, "-n", *map(str, args)]
        if os.getuid() == 0:
            command = UNPRIVILEGED + command
        done = subprocess.run(command, cwd=self._folder, env=self._env, capture_output=True, text=True, timeout=300,
                              check=False)
        assert (done.returncode, done.stderr) == (0, ""), command
        return done.stdout


@pytest.fixture
def profiled(tshark):
    folder = tshark.top / "config"
    shutil.copytree(PROFILE, folder / "profiles" / NAME)
    if os.getuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 65534, 65534)
    yield Profiled(tshark, folder)
    shutil.rmtree(folder)


def staged(tshark, capture):
    return tshark.stage(capture.name, capture.read_bytes())


def rows(name):
    lines = (PROFILE / name).read_text().splitlines()
    return list(csv.reader(line for line in lines if not line.startswith("#")))


def text(field):
    """What a table's field stands for: it writes some characters as \\xNN."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match.group(1), 16)), field)


def test_columns(profiled, tshark):
    out = profiled.run("-2", "-r", staged(tshark, ARTICLE / "rst.pcap"), "-Y", "mwg502")
    lines = out.splitlines()
    assert "10.10.67.161 TCP rst " in lines[2] and " 840 " in lines[2]
    assert ("HTTP rst example.local 10.10.67.124 0.028000000 827,828,829,830,832,833,836,837 "
            "HTTP/1.1 502 cannotconnect") in lines[-1]
    assert "[mwg502" not in out


def test_columns_of_an_ipv6_server(profiled, tshark):
    out = profiled.run("-r", staged(tshark, LAB / "mwg_six_rst.pcap"), "-Y", "mwg502.cause")
    assert " fd00:20::131 " in out


@pytest.mark.parametrize("label, count", [("All 502", 6), ("DNS", 1), ("Connect", 3), ("Response", 2),
                                          ("Relayed", 0), ("Unknown", 0)])
def test_buttons(profiled, tshark, label, count):
    buttons = {row[1]: text(row[2]) for row in rows("dfilter_buttons")}
    out = profiled.run("-r", staged(tshark, LAB / "bg_mwg_mix.pcap"), "-Y", buttons[label])
    assert len(out.splitlines()) == count


def test_this_case_is_the_selected_frame_s():
    buttons = {row[1]: text(row[2]) for row in rows("dfilter_buttons")}
    # tshark selects no frame; in Wireshark the reference is the selected one's value.
    assert buttons["This case"] == "mwg502.case == ${mwg502.case}"


@pytest.mark.parametrize("macro, written_out", [
    ("${article_client:10.10.67.4}", "ip.addr==10.10.67.4 && (http.response.code==502 || http.request)"),
    ("${article_dns:10.10.67.4}", "(ip.addr==10.10.67.4 && (http.response.code==502||http.request)) || dns"),
    ("${article_response:10.10.67.4;10.10.67.124}",
     "(ip.addr==10.10.67.4 || ip.addr==10.10.67.124) && (http.request|| http.response)"),
    ("${article_connect:10.10.67.4;10.10.67.124}",
     "(ip.addr==10.10.67.4 && (http.response.code==502 || http.request)) || (ip.addr==10.10.67.124 && tcp.port==80)"),
    ("${mwg502_client:10.10.67.4}", "mwg502.client.ip == 10.10.67.4"),
    ("${mwg502_server:10.10.67.124}", "mwg502.server.ip == 10.10.67.124"),
])
def test_macros_are_the_article_s_filters(profiled, tshark, macro, written_out):
    capture = staged(tshark, ARTICLE / "rst.pcap")
    out = profiled.run("-r", capture, "-Y", macro)
    assert out
    assert out == profiled.run("-r", capture, "-Y", written_out)


def test_colours(profiled, tshark):
    """Each category and each kind of evidence has its rule; frame.coloring_rule.name says which one held."""
    names = []
    for capture in (LAB / "bg_mwg_mix.pcap", LAB / "mwg_gen502.pcap", LAB / "mid_mwg_syn_drop.pcap"):
        names += profiled.run("-2", "--color", "-r", staged(tshark, capture), "-Y", "mwg502", "-T", "fields",
                              "-e", "frame.coloring_rule.name").splitlines()
    assert set(names) == {f"MWG 502: {name}" for name in (
        "Host Not Resolvable", "Cannot Connect", "Bad Response", "Relayed", "Unknown",
        "the client's request", "look-up", "connection", "server")}


def test_every_filter_is_known(profiled, tshark):
    rules = [line.split("@")[2] for line in (PROFILE / "colorfilters").read_text().splitlines() if line[0] == "@"]
    assert len(rules) == 12
    capture = staged(tshark, LAB / "mwg_rst.pcap")
    for rule in rules:
        profiled.run("-r", capture, "-Y", rule)
