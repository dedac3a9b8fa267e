# SPDX-License-Identifier: GPL-2.0-or-later
"""The same verdicts however a capture is read, and weaker ones where Wireshark is told to see less.

What one pass says of every capture (test_truth.py holds it against the truth) is what all
other ways are held against.
"""

import collections
import hashlib
import re
import shutil
import struct
import subprocess

import pytest
from conftest import LAB
from pcapfile import pcapng, read, segment, with_numbers, with_payload, written
from readings import CAPTURES, Way, join, read_all, read_lines, run
from sharkd import Sharkd

# Columns of sharkd hold no more than this many fields, and 2047 characters of each.
MAIN = [f"mwg502.{field}" for field in (
    "cause category confidence summary host url case attempts server.ip server.ipv6 server.port server.stream client.stream"
    " client.port request_frame evidence_frame range filter dns.name dns.rcode icmp.type icmp.code reported agreement"
).split()]
LINKS = ["mwg502.case", "mwg502.role", "mwg502.response_frame"]

# For ways that differ little from another one.
SOME = list(dict.fromkeys([c for c in CAPTURES if "mix" in c.name or "six" in c.name or "arp" in c.name] + CAPTURES[::3]))

# What stands with another response frame.
PLACE = {"frame", "mwg502.range", "mwg502.filter", "mwg502.export_filter", "mwg502.case"}


def off(*preferences):
    return [word for preference in preferences for word in ("-o", f"{preference}:FALSE")]


@pytest.fixture(scope="module")
def plain(tshark):
    found = read_all(tshark, Way(), tshark.fields)
    assert len(found) == len(CAPTURES) and sum(map(len, found.values())) > len(CAPTURES)
    return found


def differences(found, expected):
    """One line for each verdict that is not as expected."""
    for capture in found:
        verdicts = expected[capture]
        for had, has in zip(verdicts, found[capture]):
            if had != has:
                keys = {key for key in {*had, *has} if had.get(key) != has.get(key)}
                yield capture, had.get("frame"), {key: (had.get(key), has.get(key)) for key in sorted(keys)}
        if len(verdicts) != len(found[capture]):
            yield capture, f"{len(found[capture])} verdicts, not {len(verdicts)}"


# the same in every field ###################################################


@pytest.fixture(scope="module")
def companions(tshark, version):
    """Other post-dissectors, from the distribution's plugin folder and in Lua."""
    folders = subprocess.run(["tshark", "-G", "folders"], capture_output=True, text=True, check=True).stdout
    [folder] = re.findall(r"^Global Plugins:\s*(\S.*)", folders, re.MULTILINE)
    own = tshark.top / "plugins" / version / "epan"
    added = [own / f"{name}.so" for name in ("transum", "mate")]
    for path in added:
        shutil.copy(f"{folder}/epan/{path.name}", path)
    mate = tshark.stage("web.mate", b"""
Pdu web_pdu Proto http Transport tcp/ip {
    Extract addr From ip.addr;
    Extract port From tcp.port;
    Extract method From http.request.method;
    Extract status From http.response.code;
};
Gop web On web_pdu Match (addr, addr, port, port) {
    Start (method);
    Stop (status);
};
Done;
""")
    lua = tshark.stage("post.lua", b"""
local code, host = Field.new("http.response.code"), Field.new("http.host")
local cause = Field.new("mwg502.cause")
local post = Proto("seen502", "Reads fields after the dissection")
local seen = ProtoField.string("seen502.status", "Status")
post.fields = { seen }
function post.dissector(tvb, pinfo, tree)
    local status = code()
    if status or host() or cause() then
        tree:add(post):add(seen, tostring(status))
    end
end
register_postdissector(post, true)
""")
    yield ["-o", f"mate.config:{mate}", "--enable-protocol", "transum", "-X", f"lua_script:{lua}"]
    for path in (*added, mate, lua):
        path.unlink()


NUMBERS = off("tcp.relative_sequence_numbers", "tcp.analyze_sequence_numbers", "ip.defragment", "ipv6.defragment",
              "tcp.calculate_timestamps") + ["-o", "tcp.reassemble_out_of_order:TRUE"]


@pytest.mark.parametrize("way", [
    Way(NUMBERS, convert="gzip"),
    Way(["-N", "dmnt"], convert="pcapng"),
    Way(live=True),
], ids=["numbers-gzip", "names-pcapng", "pipe"])
def test_same(tshark, plain, way):
    assert list(differences(read_all(tshark, way, tshark.fields), plain)) == []


def test_same_beside_other_postdissectors(tshark, plain, companions):
    capture = tshark.stage("rst.pcap", (LAB / "mwg_rst.pcap").read_bytes())
    out = run(tshark, ["tshark", "-n", "-2", "-r", str(capture), *companions, "-T", "fields", "-e", "frame.number", "-Y",
                       "transum.status || (mate.web && seen502 && mwg502.cause)"])
    capture.unlink()
    assert out.split() == ["1", "10", "11", "14", "16"], "they do not run"
    found = read_all(tshark, Way(companions), tshark.fields)
    assert list(differences(found, plain)) == []


def test_same_lines_without_any_field(tshark, plain):
    """Neither filter nor column asks for a field of the module."""
    for capture, lines in read_lines(tshark, Way(), "http.response.code == 502", SOME).items():
        shown = {number: text.count("[mwg502: ") for number, text in lines}
        counted = collections.Counter()
        for verdict in plain[capture]:
            counted[verdict["frame"]] += len(verdict["mwg502.cause"].split(","))
        assert {number: n for number, n in shown.items() if n} == {
            number: n for number, n in counted.items() if number in shown}, capture


# the same cause, perhaps at another segment ################################


@pytest.mark.parametrize("options, captures", [
    (off("tcp.desegment_tcp_streams"), CAPTURES),
    (off("http.desegment_headers"), SOME),
    (off("http.desegment_body"), CAPTURES),
    (off("http.desegment_headers", "http.desegment_body"), SOME),
    (["--disable-protocol", "http"], CAPTURES),
], ids=["tcp", "headers", "body", "both", "no-http"])
def test_reassembly(tshark, plain, options, captures):
    def said(verdicts):
        """All that is said of a capture: one frame, its last, may carry the verdicts of many."""
        fields = collections.defaultdict(list)
        for verdict in verdicts:
            for key in verdict.keys() - PLACE:
                fields[key] += verdict[key].split(",")
        return {key: sorted(values) for key, values in fields.items()}

    for capture, verdicts in read_all(tshark, Way(options), tshark.fields, captures).items():
        assert said(verdicts) == said(plain[capture]), capture


def split_segment(link, frame, at):
    """The frame of a TCP segment as those of two; the first one has so many bytes."""
    whole = segment(link, frame.data)
    payload = frame.data[whole.payload:]
    for part, offset in ((payload[:at], 0), (payload[at:], at)):
        data = with_payload(with_numbers(frame.data, whole, whole.seq + offset, whole.ack), whole, part)
        yield frame._replace(data=data, length=len(data))


@pytest.mark.parametrize("at", [15, 40])
@pytest.mark.parametrize("options", [
    [],
    off("tcp.desegment_tcp_streams"),
    off("http.desegment_headers"),
    off("http.desegment_headers", "http.desegment_body"),
    ["--disable-protocol", "http"],
], ids=["all", "tcp", "headers", "both", "no-http"])
def test_head_in_two_segments(tshark, options, at):
    """Wireshark may show its first half, its second half, or both: that is one response."""
    link, found = read(LAB / "mwg_rst.pcap")
    staged = tshark.stage("halves.pcap", written(link, [*found[:15], *split_segment(link, found[15], at), *found[16:]]))
    [row] = tshark.run("-n", "-r", staged, *options, "-Y", "mwg502.cause", "-T", "fields", "-e", "mwg502.cause", "-e",
                       "mwg502.request_frame", "-e", "mwg502.evidence_frame").splitlines()
    staged.unlink()
    assert row.split("\t") == ["rst", "6", "14,15"]


# weaker where protocols are disabled ########################################

# What a weaker verdict has to say.
DISABLED = {"dns": "DNS is disabled", "icmp": "ICMP is disabled", "icmpv6": "ICMPv6 is disabled", "arp": "ARP is disabled"}

# What an error looks like that is not seen, where it is not obvious that there was one.
SILENCE = {"icmp": "syn_timeout", "dns_unreachable": "dns_timeout"}


def weakened(before, after, protocol):
    """What is wrong with a verdict of the capture without the protocol, or None."""
    words = DISABLED[protocol]
    had, has = before["mwg502.cause"], after["mwg502.cause"]
    told = words in after["mwg502.summary"]
    if had == has:
        weaker = before["mwg502.confidence"] != after["mwg502.confidence"]
        return "does not say why it is weaker" if weaker and not told else None
    for one, other in zip(had.split(","), has.split(",")):
        allowed = {one, "unknown"} | ({SILENCE.get(one)} if protocol.startswith("icmp") else set())
        if other not in allowed:
            return "a wrong cause"
    return None if told else "does not say what is missing"


@pytest.mark.parametrize("protocol", DISABLED)
def test_disabled(tshark, plain, protocol):
    captures = SOME if protocol in ("icmpv6", "arp") else CAPTURES
    wrong, weaker = [], 0
    for capture, verdicts in read_all(tshark, Way(["--disable-protocol", protocol]), tshark.fields, captures).items():
        assert [v["frame"] for v in verdicts] == [v["frame"] for v in plain[capture]], capture
        for before, after in zip(plain[capture], verdicts):
            weaker += before["mwg502.cause"] != after["mwg502.cause"]
            if complaint := weakened(before, after, protocol):
                wrong.append((capture, before["frame"], complaint, before["mwg502.cause"], after["mwg502.cause"],
                              after["mwg502.summary"]))
    assert not wrong, "\n".join(map(str, wrong))
    assert weaker > 0 or protocol == "icmpv6", "no capture stands on it"


# sharkd ####################################################################


@pytest.fixture
def sharkd(tshark):
    if not shutil.which("sharkd"):
        pytest.skip("this Wireshark comes without sharkd")
    process = Sharkd(tshark)
    yield process
    process.close()


def case_of(verdict):
    """The request and the evidence."""
    return {frame for field in ("mwg502.request_frame", "mwg502.evidence_frame") for frame in verdict.get(field, "").split(",") if frame}


def links_of(verdicts):
    """Frames of each case: the cases that they belong to."""
    found = collections.defaultdict(set)
    for verdict in verdicts:
        for frame in case_of(verdict):
            found[frame].add(verdict["frame"])
    return found


def test_sharkd(tshark, plain, sharkd):
    """One process for all captures, and every frame visited again."""
    for capture in CAPTURES:
        staged = tshark.stage(capture.name, capture.read_bytes())
        sharkd.ask("load", file=str(staged))
        expected = [{key: v for key, v in verdict.items() if key in ("frame", *MAIN)} for verdict in plain[capture.name]]
        found = sharkd.frames("mwg502.cause", MAIN)
        assert list(differences({capture.name: found}, {capture.name: expected})) == []
        linked = {row["frame"]: set(row["mwg502.response_frame"].split(","))
                  for row in sharkd.frames("mwg502.response_frame", LINKS)}
        assert linked == links_of(plain[capture.name]), capture.name
        if expected and "," not in expected[0]["mwg502.cause"]:
            shown = {row["frame"] for row in sharkd.frames(expected[0]["mwg502.filter"], ["frame.number"])}
            assert shown == {expected[0]["frame"], *case_of(expected[0])}, capture.name
        staged.unlink()


def test_sharkd_preferences(tshark, sharkd):
    """A preference holds from the next file on, and that is the same file, too."""
    def causes(status_codes):
        sharkd.ask("setconf", name="mwg502.status_codes", value=status_codes)
        sharkd.ask("load", file=str(staged))
        return [(row["frame"], row["mwg502.cause"]) for row in sharkd.frames("mwg502.cause", ["mwg502.cause"])]

    staged = tshark.stage("squid.pcap", (LAB / "squid_rst.pcap").read_bytes())
    assert causes("502") == []
    [(frame, cause)] = causes("502-504")
    assert cause == "rst"
    sharkd.ask("setconf", name="http.desegment_body", value="false")
    assert causes("503") == [(frame, "rst")]
    assert causes("502") == []
    staged.unlink()


# a read filter #############################################################

# Each capture is read with one of them.
READ_FILTERS = [
    "http",
    "tcp.flags.syn == 1 || tcp.flags.reset == 1 || dns.flags.response == 1 || http.response",
    "mwg502.cause || http.request",
    "http.request || dns",
    "tcp.len > 0 || icmp || arp",
]


def originals(shown, tshark, capture):
    """The number in the capture for each frame that was shown, by its own number."""
    path = tshark.stage(f"raw-{capture.name}", capture.read_bytes())
    if capture.suffix != ".pcap":
        subprocess.run(["editcap", "-F", "pcap", path, path.with_suffix(".pcap")], check=True)
        path.unlink()
        path = path.with_suffix(".pcap")
    kept, found = iter(shown), {}
    row = next(kept, None)
    for number, frame in enumerate(read(path)[1], 1):
        if row and (f"{frame.time / 1e6:.6f}", hashlib.md5(frame.data).hexdigest()) == (
                row["frame.time_epoch"][:-3], row["frame.md5_hash"]):
            found[row["frame"]] = str(number)
            row = next(kept, None)
    path.unlink()
    assert row is None, "a frame is shown that is not in the capture"
    return found


def check_read_filter(tshark, capture, expected, read_filter):
    """All complaints about what -2 -R shows, when that is how the verdicts are without it."""
    staged = tshark.stage(capture.name, capture.read_bytes())
    fields = ["frame.time_epoch", "frame.md5_hash", *MAIN, *LINKS[1:]]
    printed = [word for field in ("frame.number", *fields) for word in ("-e", field)]
    rows = tshark.run("-n", "-2", "-R", read_filter, "-r", staged, "-o", "frame.generate_md5_hash:TRUE", "-T", "fields",
                      *printed)
    shown = [{k: v for k, v in zip(("frame", *fields), row.split("\t")) if v} for row in rows.splitlines()]
    staged.unlink()
    original = originals(shown, tshark, capture)
    renumbered = {old: new for new, old in original.items()}
    verdicts = {verdict["frame"]: verdict for verdict in expected}
    links = links_of(expected)

    def kept(verdict, field):
        return [renumbered[frame] for frame in verdict.get(field, "").split(",") if frame in renumbered]

    for row in shown:
        was = original[row["frame"]]
        back = {renumbered[frame] for frame in links[was] if frame in renumbered}
        if set(filter(None, row.get("mwg502.response_frame", "").split(","))) != back:
            yield f"{was}: linked to {row.get('mwg502.response_frame')}, not to {back}"
        verdict = verdicts.get(was)
        if not verdict:
            if "mwg502.cause" in row:
                yield f"{was}: an alien verdict {row['mwg502.cause']}"
            continue
        if row.get("mwg502.cause") != verdict["mwg502.cause"]:
            yield f"{was}: {row.get('mwg502.cause')}, not {verdict['mwg502.cause']}"
            continue
        for field in ("mwg502.request_frame", "mwg502.evidence_frame"):
            if list(filter(None, row.get(field, "").split(","))) != kept(verdict, field):
                yield f"{was}: {field} is {row.get(field)}, not {kept(verdict, field)}"
        if "," in verdict["mwg502.cause"]:
            continue
        lost = sum(len(verdict.get(field, "").split(",")) - len(kept(verdict, field))
                   for field in ("mwg502.request_frame", "mwg502.evidence_frame") if field in verdict)
        added = f"; the read filter left out {lost} frame{'s' if lost > 1 else ''} of this case" if lost else ""
        if row["mwg502.summary"] != verdict["mwg502.summary"] + added:
            yield f"{was}: {row['mwg502.summary']}"


def test_read_filter(tshark, plain):
    def complaints(numbered):
        number, capture = numbered
        read_filter = READ_FILTERS[number % len(READ_FILTERS)]
        return [(capture.name, read_filter, complaint)
                for complaint in check_read_filter(tshark, capture, plain[capture.name], read_filter)]

    assert [c for part in join(complaints, enumerate(SOME)) for c in part] == []


@pytest.mark.parametrize("read_filter", ["http", "http.request || tcp.flags.reset == 1", "http || tcp.flags.reset == 1",
                                         "http.response"])
def test_read_filter_out_of_order(tshark, tmp_path, read_filter):
    """SYN and RST come later in the file than their 502, from another interface: the second pass knows them."""
    link, found = read(LAB / "mwg_rst.pcap")
    sides = [(0 if struct.pack(">H", 9090) in frame.data[40:44] else 1, frame) for frame in found]
    capture = tmp_path / "mixed.pcapng"
    capture.write_bytes(pcapng(link, [*sides[:13], sides[15], *sides[13:15], *sides[16:]]))
    [verdict] = tshark.verdicts(capture, passes=2)
    assert (verdict["frame"], verdict["mwg502.cause"], verdict.get("mwg502.evidence_frame")) == (14, ["rst"], ["15", "16"])
    expected = {key: str(value) if key == "frame" else ",".join(value) for key, value in verdict.items()}
    assert list(check_read_filter(tshark, capture, [expected], read_filter)) == []
