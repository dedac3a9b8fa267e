# SPDX-License-Identifier: GPL-2.0-or-later
"""What must not change a verdict, tried on every capture: time, copies, earlier traffic, other gateways, and what is not of the case."""

import collections
import re
import socket

import pytest
from changes import MS, beside_other, from_zero, twice, with_earlier
from conftest import TESTS
from pcapfile import read, written
from readings import Way, read_all

CAPTURES = sorted((TESTS / "captures").rglob("*.pcap"))

FIELDS = ["mwg502.cause", "mwg502.confidence", "mwg502.request_frame", "mwg502.evidence_frame", "mwg502.server.ip", "mwg502.server.ipv6",
          "mwg502.server.port"]
MORE = ["mwg502.host", "mwg502.case", "mwg502.export_filter", "tcp.stream"]
STATUSES = Way(["-o", "mwg502.status_codes:502-504"])

Said = collections.namedtuple("Said", "cause confidence request evidence server")


def numbers(text, origin):
    """Frames of the capture as it was; copies of the same frame are one."""
    return sorted({origin[int(number) - 1] for number in text.split(",") if number}, key=lambda n: n or 0)


def said(row, origin):
    request, evidence = (numbers(row.get(f"mwg502.{kind}_frame", ""), origin) for kind in ("request", "evidence"))
    return Said(row["mwg502.cause"], row["mwg502.confidence"], request, evidence, tuple(row.get(field) for field in FIELDS[4:]))


def verdicts_of(rows, origin):
    """{frame of the capture as it was: what is said of it}"""
    return {origin[int(row["frame"]) - 1]: said(row, origin) for row in rows if origin[int(row["frame"]) - 1]}


def plain_verdict(row):
    """What a change has to know of a verdict, the first one on its frame."""
    first = {field: value.split(",")[0] for field, value in row.items()}
    address = first.get("mwg502.server.ip") or first.get("mwg502.server.ipv6")
    family = socket.AF_INET6 if address and ":" in address else socket.AF_INET
    port = int(first.get("mwg502.server.port", 80))     # a next hop that was not found has none: any port of it does
    return {"frame": int(row["frame"]), "request": int(first.get("mwg502.request_frame", 0)), "host": first.get("mwg502.host"),
            "frames": [int(row["frame"])], "evidence": [int(n) for n in row.get("mwg502.evidence_frame", "").split(",") if n],
            "server": (socket.inet_pton(family, address), port) if address else None}


def difference(before, after):
    """In words; None: none"""
    if not before or not after:
        return "a new verdict" if after else "no verdict"
    changed = [f"{field} {old} becomes {new}" for field, old, new in zip(Said._fields, before, after) if old != new]
    return "; ".join(changed) or None


@pytest.fixture(scope="module")
def every_frame(tshark):
    return read_all(tshark, STATUSES, [*FIELDS, *MORE], CAPTURES, display_filter="frame")


@pytest.fixture(scope="module")
def plain(every_frame):
    return {name: [row for row in rows if "mwg502.cause" in row] for name, rows in every_frame.items()}


GAPS = (MS // 10, 5 * MS, 50 * MS)


def copied(link, frames, verdicts):
    """Each capture has one of the gaps, which hangs on its length."""
    return twice(link, frames, verdicts, GAPS[len(frames) % len(GAPS)])


CHANGES = {
    "from zero": from_zero,
    "copies": copied,
    "earlier traffic": with_earlier,
    "another gateway": lambda *of: beside_other(*of, same=False),
    "another gateway for the same": lambda *of: beside_other(*of, same=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_nothing(tshark, plain, tmp_path, change):
    origins, changed = {}, []
    for capture in CAPTURES:
        link, frames = read(capture)
        if "gateway" in change and link in (0, 108):
            continue            # loopback: nobody is beside it
        rows = CHANGES[change](link, frames, [plain_verdict(row) for row in plain[capture.name]])
        origins[capture.name] = [number for number, _ in rows]
        path = tmp_path / capture.name
        path.write_bytes(written(link, [frame for _, frame in rows]))
        changed.append(path)
    wrong = []
    for name, rows in read_all(tshark, STATUSES, FIELDS, changed).items():
        before = verdicts_of(plain[name], range(1, 1 << 20))
        after = verdicts_of(rows, origins[name])
        wrong += [f"{name} {frame}: {words}" for frame in sorted({*before, *after}) if (words := difference(before.get(frame), after.get(frame)))]
    assert wrong == []


TERM = re.compile(r"frame\.number in \{(?P<frames>[^}]*)\}|"
                  r"\(tcp\.stream == (?P<stream>\d+) && frame\.number in \{(?P<first>\d+)\.\.(?P<last>\d+)\}\)")


def selected(export_filter, streams):
    """The frames that pass it, where tshark would take one more run for each case. streams: {frame: its TCP streams}"""
    found = set()
    for term in export_filter.split(" || "):
        match = TERM.fullmatch(term)
        assert match, term
        if match["stream"]:
            found |= {n for n in range(int(match["first"]), int(match["last"]) + 1) if match["stream"] in streams.get(n, ())}
        for part in filter(None, (match["frames"] or "").split(", ")):
            first, _, last = part.partition("..")
            found |= set(range(int(first), int(last or first) + 1))
    return sorted(found)


def test_case_exported_alone(tshark, every_frame, plain, tmp_path):
    """By its export filter: as much as a verdict stands on. Without those that waited beside it, it may be sure of what was likely."""
    origins, cases, expected = {}, [], {}
    for capture in CAPTURES:
        link, frames = read(capture)
        streams = {int(row["frame"]): row["tcp.stream"].split(",") for row in every_frame[capture.name] if "tcp.stream" in row}
        for row in plain[capture.name]:
            if "," in row["mwg502.case"]:
                continue        # a filter for each of several
            path = tmp_path / f"{capture.stem}-{row['frame']}.pcap"
            origins[path.name] = selected(row["mwg502.export_filter"], streams)
            path.write_bytes(written(link, [frames[number - 1] for number in origins[path.name]]))
            cases.append(path)
            expected[path.name] = (int(row["frame"]), said(row, range(1, 1 << 20)))
    wrong = []
    for name, rows in read_all(tshark, STATUSES, FIELDS, cases).items():
        frame, verdict = expected[name]
        alone = verdicts_of(rows, origins[name]).get(frame)
        if alone and (verdict.confidence, alone.confidence) == ("likely", "observed"):
            alone = alone._replace(confidence="likely")
        if (words := difference(verdict, alone)):
            wrong.append(f"{name}: {words}")
    assert wrong == []
