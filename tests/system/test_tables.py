# SPDX-License-Identifier: GPL-2.0-or-later
"""-z mwg502,cases, json, csv and the tables of Wireshark's menus, in the real tshark."""

import csv
import io
import json
import pathlib
import re
import shutil
import subprocess

import hostile_texts
import pytest
from conftest import ARTICLE, LAB
from sharkd import Sharkd

MIX = LAB / "bg_mwg_mix.pcap"


def table(tshark, capture, what, *args):
    staged = tshark.stage(capture.name, capture.read_bytes())
    out = tshark.run("-n", "-q", "-r", staged, "-z", what, *args)
    staged.unlink()
    return out


def objects(tshark, capture, *args, filter_=""):
    return [json.loads(line) for line in table(tshark, capture, f"mwg502,json{filter_}", *args).splitlines()]


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


CAPTURES = [MIX, ARTICLE / "rst.pcap", LAB / "mwg_six_rst.pcap", LAB / "mwg_icmp_hostprohib.pcap", LAB / "mid_mwg_syn_drop.pcap",
            LAB / "mwg_timeout_120s.pcap"]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_json_says_what_the_fields_say(tshark, capture):
    """Members have the names of the fields; `mwg502.server.ip` is `server.ip`, of either family."""
    verdicts = tshark.verdicts(capture)
    cases = objects(tshark, capture)
    assert len(cases) == len(verdicts) > 0
    for case, fields in zip(cases, verdicts, strict=True):
        fields = {name.removeprefix("mwg502."): values for name, values in fields.items() if name != "frame"} | {
            "frame": [fields["frame"]]}
        for name in ("cause", "category", "summary", "advice", "confidence", "rfc9209", "reported", "agreement", "host", "url",
                     "method", "range", "filter", "case", "status", "port", "attempts", "request_frame", "frame"):
            assert [str(case[name])] if name in case else [] == list(map(str, fields.get(name, []))), name
        assert list(map(str, case["evidence_frame"])) == fields.get("evidence_frame", [])
        for side in ("client", "server"):
            address = fields.get(f"{side}.ip") or fields.get(f"{side}.ipv6") or [None]
            assert case.get(side, {}).get("ip") == address[0]
            for part in ("port", "stream"):
                assert str(case.get(side, {}).get(part)) == fields.get(f"{side}.{part}", ["None"])[0]
        for group, parts in (("dns", ("name", "rcode")), ("icmp", ("type", "code"))):
            for part in parts:
                assert str(case.get(group, {}).get(part)) == fields.get(f"{group}.{part}", ["None"])[0]
        assert ("wait" in case) == ("time" in fields)
        if "wait" in case:
            assert case["wait"] == pytest.approx(float(fields["time"][0]), abs=1e-9)
        assert len(case["attempt"]) == len(fields.get("attempt", []))
        assert [str(one["frame"]) for one in case["attempt"] if "frame" in one] == fields.get("attempt.frame", [])
        for one, text in zip(case["attempt"], fields.get("attempt", []), strict=True):
            assert one["server"]["ip"] in text and one["outcome"] in text
        assert [str(one["query_frame"]) for one in case["lookup"]] == fields.get("lookup.query_frame", [])
        for one, text in zip(case["lookup"], fields.get("lookup", []), strict=True):
            said = ", ".join(one.get("address", [one["outcome"]]))
            assert text.startswith(f"{one['type']} {one['name']} at {one['server']}: {said}")
        told = sorted(address for one in case["lookup"] for address in one.get("address", []))
        assert told == sorted(fields.get("lookup.ip", []) + fields.get("lookup.ipv6", []))
        for one in case["evidence"]:
            assert str(one["frame"]) in fields[f"{one['role']}_frame"]


def test_lookups_name_the_address(tshark):
    """A look-up that found the server is listed with what it told, though it is no evidence."""
    (case,) = objects(tshark, LAB / "mwg_two_rs.pcap")
    assert [(one["type"], one["outcome"], one.get("address")) for one in case["lookup"]] == [
        ("A", "an address", ["10.20.0.131", "10.20.0.130"]), ("AAAA", "no address", None)]
    assert not {one["query_frame"] for one in case["lookup"]} & set(case["evidence_frame"])


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_json_leaves_no_field_out(tshark, capture):
    """A field that is new to the packet details has its member: under its name, or where its list is."""
    elsewhere = re.compile(r"time|advice\.step|why\.term|branch\..*|(server|client)\.ipv6|attempt\..*|lookup\..*|.*_frame|(un)?explained(\..*)?|differs|evidence|request")

    def members(value, path=""):
        yield path
        for name, inner in value.items() if isinstance(value, dict) else ():
            yield from members(inner, f"{path}.{name}" if path else name)

    for case, fields in zip(objects(tshark, capture), tshark.verdicts(capture), strict=True):
        names = {name.removeprefix("mwg502.") for name in fields if name != "frame"}
        assert {name for name in names if not elsewhere.fullmatch(name)} - set(members(case)) == set()


@pytest.mark.parametrize("passes", [1, 2])
def test_json_tells_when(tshark, passes):
    """The time of each frame, absolute and relative, in one pass and two; what the packet list says of it in two."""
    staged = tshark.stage(MIX.name, MIX.read_bytes())
    listed = {}
    for line in tshark.run("-n", "-r", staged, "-T", "fields", "-o", "mwg502.info_column:FALSE", "-e", "frame.number", "-e", "frame.time_epoch",
                           "-e", "frame.time_relative", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info").splitlines():
        number, *cells = line.split("\t")
        listed[int(number)] = cells
    cases = objects(tshark, MIX, "-o", "mwg502.info_column:FALSE", *["-2"][: passes - 1])
    for case in cases:
        assert case["evidence"]
        for frame in (case["request"], *case["evidence"], case["response"], case):
            epoch, relative, protocol, info = listed[frame["frame"]]
            assert float(relative) == pytest.approx(frame["relative"], abs=1e-9)
            whole, fraction = epoch.split(".")
            assert frame["time"].endswith(f".{fraction}Z")
            stamp = subprocess.run(["date", "-u", "-d", f"@{whole}", "+%Y-%m-%dT%H:%M:%S"], capture_output=True, text=True, check=True)
            assert frame["time"].startswith(stamp.stdout.strip())
            if frame is not case and (passes == 2 or frame is case["response"]):
                assert (frame["protocol"], frame["info"]) == (protocol, info.strip())
                assert frame["source"] and frame["destination"]
            elif frame is not case:
                assert "info" not in frame
        assert (case["request"]["role"], case["response"]["role"]) == ("request", "response")


def test_epoch_is_exact(tshark):
    """A double would lose the nanoseconds."""
    line = table(tshark, ARTICLE / "rst.pcap", "mwg502,json")
    assert '"epoch":1362788766.03,' in line and '"wait":0.028,' in line


@pytest.mark.parametrize("what", ["cases", "json", "csv", "table", "srt"])
def test_filter(tshark, what):
    all_cases = table(tshark, MIX, f"mwg502,{what}")
    assert "invalid_response" in all_cases and "server_closed" in all_cases
    two = table(tshark, MIX, f"mwg502,{what},mwg502.cause in {{\"rst\", \"icmp\"}} && frame.number < 100")
    assert "rst" in two and "invalid_response" not in two and "10.20.0.132:80" not in two


def test_a_wrong_filter_or_name_is_said(tshark):
    staged = tshark.stage("mix.pcap", MIX.read_bytes())
    for what, said in (("mwg502,json,no.such.field", "no.such.field"), ("mwg502,jsonx", "no such table")):
        with pytest.raises(AssertionError):
            tshark.run("-n", "-q", "-r", staged, "-z", what)
        assert said in tshark.complaint("-n", "-q", "-r", staged, "-z", what)


@pytest.mark.parametrize("what", ["mwg502,cases", "mwg502,table", "mwg502,srt", "mwg502,tree"])
def test_server_without_port(tshark, what):
    """A next hop that was not found is named by its address alone."""
    out = table(tshark, LAB.parent / "lab14" / "docker_gone.pcap", what)
    assert "172.17.0.9" in out and "172.17.0.9:" not in out


@pytest.mark.skipif(not pathlib.Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("what", ["cases", "comments", "csv", "json"])
def test_a_full_disk_is_said(tshark, what):
    staged = tshark.stage(MIX.name, MIX.read_bytes())
    with open("/dev/full", "wb") as full:
        done = subprocess.run(tshark.command("-n", "-q", "-r", staged, "-z", f"mwg502,{what}"), env=tshark.env, stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=300, check=False)
    assert done.stderr == "tshark: The cases cannot be written: No space left on device\n"


def test_csv(tshark):
    (row,) = rows(table(tshark, ARTICLE / "rst.pcap", "mwg502,csv"))
    (case,) = objects(tshark, ARTICLE / "rst.pcap")
    assert row.pop("time") == "2013-03-09T00:26:06.030000Z" and case["time"] == "2013-03-09T00:26:06.030000000Z"
    assert row.pop("evidence") == "827-830,832-833,836-837"
    assert (row.pop("client"), row.pop("client_port")) == (case["client"]["ip"], str(case["client"]["port"]))
    assert (row.pop("server"), row.pop("server_port")) == (case["server"]["ip"], str(case["server"]["port"]))
    assert float(row.pop("wait")) == case["wait"]
    assert row == {name: str(case.get(name, "")) for name in row}


def test_no_case(tshark):
    nothing = LAB / "nginx_h_raw.pcap"
    assert table(tshark, nothing, "mwg502,cases") == "0 cases\n"
    assert table(tshark, nothing, "mwg502,json") == ""
    assert rows(table(tshark, nothing, "mwg502,csv")) == []
    assert table(tshark, nothing, "mwg502,csv").startswith("case,frame,time,status,client,")


@pytest.fixture(scope="module")
def hostile_capture(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "hostile.pcap"
    path.write_bytes(hostile_texts.capture())
    return path


def test_hostile_json(tshark, hostile_capture):
    cases = objects(tshark, hostile_capture, "-2")
    assert len(cases) == len(hostile_texts.TEXTS)
    by_name = dict(zip(hostile_texts.TEXTS, cases, strict=True))
    assert by_name["quotes"]["host"] == 'say"yes",no'
    assert by_name["template"]["url"] == "http://${7*7}`{{7*7}}/%s%n\\u003c\\"
    assert "\ufffd" in by_name["encoding"]["url"]
    for case in cases:
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", json.dumps(case, ensure_ascii=False))


def test_hostile_csv(tshark, hostile_capture):
    """Each case is one line, and no cell is a formula."""
    out = table(tshark, hostile_capture, "mwg502,csv")
    assert len(out.splitlines()) == 1 + len(hostile_texts.TEXTS)
    for row in rows(out):
        assert None not in row and None not in row.values()
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row.values() if cell)
    assert rows(out)[0]["host"] == "'=cmd|'"


def test_hostile_table(tshark, hostile_capture):
    """No control character reaches the terminal, and no text breaks the table."""
    for what in ("cases", "table"):
        out = table(tshark, hostile_capture, f"mwg502,{what}")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", out)
    lines = table(tshark, hostile_capture, "mwg502,cases").splitlines()
    head = next(line for line in lines if line.startswith("Case"))
    causes = [line.index("nxdomain") for line in lines if re.match(r" +\d+ +\d+ +2013-", line)]
    assert causes == [head.index("Cause")] * len(hostile_texts.TEXTS)
    assert max(map(len, lines)) < 200


def test_totals(tshark):
    out = table(tshark, MIX, "mwg502,cases")
    assert out.splitlines()[-1] == "6 cases: nxdomain 1, syn_timeout 1, rst 1, icmp 1, invalid_response 1, server_closed 1"


def test_share_of_all_responses(tshark):
    lines = [line.split() for line in table(tshark, MIX, "mwg502_share,tree").splitlines()]
    gateway = next(i for i, line in enumerate(lines) if line[:1] == ["10.10.67.161:9090"])
    assert lines[gateway][1] == "7"
    assert [line[:2] for line in lines[gateway + 1:gateway + 3]] == [["502", "6"], ["200", "1"]]


def test_statistics_by_client(tshark):
    out = table(tshark, MIX, "mwg502,tree").split("Responses by client")[1].split("Wait of the client")[0]
    assert re.search(r"10\.10\.67\.4 +4 ", out) and re.search(r"10\.10\.67\.5 +2 ", out)


@pytest.mark.skipif(not shutil.which("sharkd"), reason="no sharkd")
def test_tables_of_the_menus(tshark):
    """Wireshark's tables, as sharkd fills them: each time anew, and of another file too."""
    shark = Sharkd(tshark)
    staged = [tshark.stage(name, data) for name, data in (("mix.pcap", MIX.read_bytes()), ("rst.pcap", (ARTICLE / "rst.pcap").read_bytes()))]
    for capture, causes in ((staged[0], ["nxdomain", "rst", "invalid_response", "icmp", "server_closed", "syn_timeout"]), (staged[1], ["rst"])):
        shark.ask("load", file=str(capture))
        for _ in range(2):
            (table_,) = shark.ask("tap", tap0="nstat:mwg502,table")["taps"]
            items = table_["tables"][0]["i"] if "i" in table_["tables"][0] else table_["tables"][0]["items"]
            assert [row[0] for row in items] == list(range(1, len(causes) + 1))
            assert [row[4] for row in items] == causes
            (times,) = shark.ask("tap", tap0="srt:mwg502")["taps"]
            assert times["tables"][0]["f"] == "mwg502.case"
            rows_ = {row["idx"]: row["n"] for row in times["tables"][0]["r"] if row["num"]}
            assert list(rows_) == list(range(1, len(causes) + 1))
            assert [text.split()[0] for text in rows_.values()] == causes
    shark.close()
