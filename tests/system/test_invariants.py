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


class Changed:
    """Captures made of others, and which frame of those each of their frames is."""

    def __init__(self, folder):
        self.folder, self.origins = folder, {}

    def add(self, name, link, numbered):
        self.origins[name] = [number for number, _ in numbered]
        (self.folder / name).write_bytes(written(link, [frame for _, frame in numbered]))

    def verdicts(self, tshark):
        """{name: {frame of the capture as it was: what is said of it}}, in one reading of them all: tshark takes long to start."""
        rows = read_all(tshark, STATUSES, FIELDS, [self.folder / name for name in self.origins])
        return {name: verdicts_of(rows[name], origin) for name, origin in self.origins.items()}


def name_of(change, capture):
    return f"{change}+{capture.name}"


def name_alone(capture, row):
    return f"{capture.stem}+{row['frame']}.pcap"


# tshark needs 80 ms to forget a capture, so that not all can be done to all: each capture has one of these, in turn.
IN_TURN = ("from zero", "another gateway")


def is_changed(change, link, number):
    """Whether the capture, number n in the list, is changed so."""
    if change in IN_TURN and change != IN_TURN[number % len(IN_TURN)]:
        return False
    return "gateway" not in change or link not in (0, 108)      # loopback: nobody is beside it


def to_be_exported(rows):
    """Of the cases of a capture the first of each cause and confidence; not those on one frame, of which each has a filter."""
    found = {}
    for row in rows:
        if "," not in row["mwg502.case"]:
            found.setdefault((row["mwg502.cause"], row["mwg502.confidence"]), row)
    return found.values()


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


def add_alone(changed, link, frames, capture, every_frame, rows):
    streams = {int(row["frame"]): row["tcp.stream"].split(",") for row in every_frame[capture.name] if "tcp.stream" in row}
    for row in to_be_exported(rows):
        changed.add(name_alone(capture, row), link, [(n, frames[n - 1]) for n in selected(row["mwg502.export_filter"], streams)])


@pytest.fixture(scope="module")
def after(tshark, every_frame, plain, tmp_path_factory):
    """What is said of all of them, changed in each way."""
    changed = Changed(tmp_path_factory.mktemp("changed"))
    for number, capture in enumerate(CAPTURES):
        link, frames = read(capture)
        verdicts = [plain_verdict(row) for row in plain[capture.name]]
        for change, make in CHANGES.items():
            if is_changed(change, link, number):
                changed.add(name_of(change, capture), link, make(link, frames, verdicts))
        add_alone(changed, link, frames, capture, every_frame, plain[capture.name])
    return changed.verdicts(tshark)


@pytest.mark.parametrize("change", CHANGES)
def test_changes_nothing(plain, after, change):
    wrong = []
    for capture in CAPTURES:
        if name_of(change, capture) not in after:
            continue
        old, new = verdicts_of(plain[capture.name], range(1, 1 << 20)), after[name_of(change, capture)]
        wrong += [f"{capture.name} {frame}: {words}" for frame in sorted({*old, *new}) if (words := difference(old.get(frame), new.get(frame)))]
    assert wrong == []


# Its gateway sends with its clients' own addresses on kept connections: that it is one shows only in what it did before.
LESS_SURE_ALONE = "tproxy_squid.pcap"


def as_sure(capture, verdict, alone):
    """What is said of a case alone, where it may differ: without those that waited beside it, it may be sure of what was likely."""
    surer = ("observed", "likely") if capture.name == LESS_SURE_ALONE else ("likely", "observed")
    return alone._replace(confidence=verdict.confidence) if alone and (verdict.confidence, alone.confidence) == surer else alone


def test_case_exported_alone(plain, after):
    """By its export filter: as much as a verdict stands on."""
    wrong = []
    for capture in CAPTURES:
        for row in to_be_exported(plain[capture.name]):
            verdict, alone = said(row, range(1, 1 << 20)), after[name_alone(capture, row)].get(int(row["frame"]))
            if (words := difference(verdict, as_sure(capture, verdict, alone))):
                wrong.append(f"{name_alone(capture, row)}: {words}")
    assert wrong == []
