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
    """Of a 502 its case and cause, of the frames that led to it their case and part; the summary."""
    out = profiled.run("-2", "-r", staged(tshark, ARTICLE / "rst.pcap"), "-Y", "mwg502")
    lines = out.splitlines()
    assert re.search(r" 10\.10\.67\.4 .* 10\.10\.67\.161 1 +request GET http://example\.local/ HTTP/1\.1 ", lines[0])
    assert re.search(r" 10\.10\.67\.161 1 +rst 80 .* 40000 \[RST, ACK\] .* 840 TCP$", lines[2])
    assert re.search(r" 1 rst +HTTP/1\.1 502 cannotconnect  \(text/html\) 10\.10\.67\.124:80 answered each of 4 SYNs with RST within 0\.2 ms "
                     r"example\.local 10\.10\.67\.124 0\.028000000 827,828,829,830,832,833,836,837 +HTTP$", lines[-1])
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


def test_this_case_needs_no_second_pass(profiled, tshark):
    """tshark selects no frame; in Wireshark a reference is the selected one's value, or each of its values."""
    buttons = {row[1]: text(row[2]) for row in rows("dfilter_buttons")}
    (frame,) = tshark.frames(ARTICLE / "rst.pcap", "mwg502.cause", ["mwg502.case", "mwg502.evidence_frame", "mwg502.request_frame"])
    values = {name: frame[name] for name in ("mwg502.case", "mwg502.evidence_frame", "mwg502.request_frame")} | {"frame.number": ["840"]}
    terms = []
    for term in buttons["This case"].split(" || "):
        field, reference = re.fullmatch(r"([\w.]+) == \$\{([\w.]+)\}", term).groups()
        terms.append(f"{field} in {{{', '.join(values.pop(reference))}}}")
    assert not values
    out = profiled.run("-r", staged(tshark, ARTICLE / "rst.pcap"), "-Y", " || ".join(terms))
    assert len(out.splitlines()) == 10


def test_buttons_that_the_first_window_shows():
    """It is 750 pixels wide."""
    assert [row[1] for row in rows("dfilter_buttons")][:2] == ["All 502", "This case"]
    recent = (PROFILE / "recent").read_text()
    widths = {name: int(width) for name, width in re.findall(r'"(%[^"]+)", (\d+)', recent)}
    titles = re.findall(r'\t"([^"]+)", "(%[^"]+)"', (PROFILE / "preferences").read_text())
    assert {form.split(":0:")[0] for _, form in titles} == set(widths)
    first = titles[:[title for title, _ in titles].index("Info") + 1]
    assert sum(widths[form.split(":0:")[0]] for _, form in first) <= 750


def test_bookmarks(profiled, tshark):
    """Edit > Preferences > Display Filters: each is a filter, and has a name."""
    capture = staged(tshark, LAB / "bg_mwg_mix.pcap")
    counts = {}
    for line in (PROFILE / "dfilters").read_text().splitlines():
        name, expression = re.fullmatch(r'"([^"]+)" (.+)', line).groups()
        counts[name] = len(profiled.run("-2", "-r", capture, "-Y", expression).splitlines())
    assert counts["MWG 502: every diagnosed response"] == 6
    assert counts["MWG 502: every frame of every case"] == 27
    assert counts["MWG 502: Cannot Connect"] == 3


def test_graphs(profiled, tshark):
    """Statistics > I/O Graphs: one for each category, and all responses."""
    capture = staged(tshark, LAB / "bg_mwg_mix.pcap")
    counts = {row[1]: len(profiled.run("-r", capture, "-Y", text(row[2])).splitlines()) for row in rows("io_graphs")}
    assert counts == {"Host Not Resolvable": 1, "Cannot Connect": 3, "Bad Response": 2, "Relayed": 0, "Unknown": 0, "All responses": 8}


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


def test_without_the_plugin_a_502_says_so(profiled, tshark):
    """Its columns would be empty, and nothing would tell why."""
    staged_capture = staged(tshark, LAB / "bg_mwg_mix.pcap")
    command = ["--color", "-r", staged_capture, "-Y", "http.response.code == 502", "-T", "fields", "-e", "frame.coloring_rule.name"]
    assert "without a verdict" not in profiled.run(*command)
    names = profiled.run(*command, "--disable-protocol", "mwg502").splitlines()
    assert names == ["MWG 502: a 502 without a verdict. Is the plugin loaded? See Help, About Wireshark, Plugins"] * 6


def test_every_filter_is_known(profiled, tshark):
    rules = [line.split("@")[2] for line in (PROFILE / "colorfilters").read_text().splitlines() if line[0] == "@"]
    assert len(rules) == 13
    capture = staged(tshark, LAB / "mwg_rst.pcap")
    for rule in rules:
        profiled.run("-r", capture, "-Y", rule)
