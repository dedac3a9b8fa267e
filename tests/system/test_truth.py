# SPDX-License-Identifier: GPL-2.0-or-later
"""Every capture of tests/captures/lab against what was done to make it.

tests/captures/lab/README.md says what an entry of the truth holds.
"""

import collections
import json

import pytest
from conftest import LAB
from readings import Way, read_all

CAPTURES = sorted(LAB.glob("*.pcap*"))

# What the truth calls otherwise than the plugin.
CONTRACT = {
    "no_response_timeout": "response_timeout",
    "closed_no_response": "server_closed",
    "reset_after_request": "server_reset",
    "truncated_response": "truncated",
}

# What proxies say of themselves; no verdict may hang on it.
OWN_WORDS = (
    b"notresolvable", b"cannotconnect", b"badgateway", b"handshakefailed",
    b"Host Not Resolvable", b"Cannot Connect", b"Bad Response", b"Handshake Failed",
    b"X-Squid-Error", b"Proxy-Status", b"Bad Gateway", b"could not be resolved",
    b"Could Not Connect", b"Cannot find server", b"DNS Lookup Failed",
)

# These share ARP and ICMP with whoever else waits, which the truth does not list.
SHARED = ("arp", "dns_unreachable")


def contract(cause):
    return CONTRACT.get(cause, cause)


def stem(capture):
    return capture.name.partition(".")[0]


def truth_of(capture):
    entries = json.loads((LAB / f"{stem(capture)}.truth.json").read_text())
    return [entry for entry in entries if entry["status"] == 502]


def numbers(values):
    return sorted(map(int, values))


def own_frames(entry, streams):
    """Every frame that belongs to the request of this entry."""
    own = {entry["request_frame"], entry.get("upstream_request_frame"), *entry["evidence"]["frames"]}
    for key, value in entry["related"].items():
        if key == "tcp_streams":
            own.update(*(streams[stream] for stream in value))
        elif isinstance(value, list):
            own.update(value)
    return own


def server_of(verdict):
    host = verdict.get("mwg502.server.ip") or [f"[{ip}]" for ip in verdict.get("mwg502.server.ipv6", ["-"])]
    return f"{host[0]}:{verdict.get('mwg502.server.port', ['-'])[0]}"


def check_entry(entry, verdict, streams):
    """The complaints about one verdict."""
    cause, truth = verdict["mwg502.cause"][0], contract(entry["cause"])
    if cause != truth:
        if cause not in map(contract, entry.get("also_acceptable", [])):
            yield f"cause {cause}, truth {truth}"
        return
    if entry["evidence"]["exact"]:
        listed = set(numbers(verdict.get("mwg502.evidence_frame", [])))
        if lost := set(entry["evidence"]["frames"]) - listed:
            yield f"evidence lacks {sorted(lost)}"
        if truth not in SHARED and (alien := listed - own_frames(entry, streams)):
            yield f"evidence of other requests {sorted(alien)}"
        if entry["server"] and server_of(verdict) != entry["server"]:
            yield f"server {server_of(verdict)}, truth {entry['server']}"
    request = numbers(verdict.get("mwg502.request_frame", []))
    if entry["request_frame"] and request != [entry["request_frame"]]:
        yield f"request {request}, truth {entry['request_frame']}"


class Reading:
    """What tshark says of a capture: its verdicts, its streams, its links."""

    def __init__(self, frames):
        self.verdicts = {frame["frame"]: frame for frame in frames if "mwg502.cause" in frame}
        self.streams = collections.defaultdict(set)
        self.linked_from = collections.defaultdict(set)
        for frame in frames:
            for stream in frame.get("tcp.stream", []):
                self.streams[int(stream)].add(frame["frame"])
            for response in numbers(frame.get("mwg502.response_frame", [])):
                self.linked_from[response].add(frame["frame"])


def readings(tshark, captures):
    """All of them in one pass, by name; no field that is compared here has a comma in it."""
    found = read_all(tshark, Way(), ["tcp.stream", *tshark.fields], captures, display_filter="frame")
    return {name: Reading([{key: int(value) if key == "frame" else value.split(",") for key, value in row.items()} for row in rows])
            for name, rows in found.items()}


def check(reading, truth):
    """All complaints about the verdicts of one reading."""
    strays = dict(reading.verdicts)
    for entry in truth:
        verdict = strays.pop(entry["frame"], {"mwg502.cause": []})
        if len(verdict["mwg502.cause"]) != 1:
            yield f"frame {entry['frame']}: verdicts {verdict['mwg502.cause']}, truth {contract(entry['cause'])}"
            continue
        for complaint in check_entry(entry, verdict, reading.streams):
            yield f"frame {entry['frame']}: {complaint}"
    for frame, verdict in strays.items():
        yield f"frame {frame}: {verdict['mwg502.cause']}, no such response in the truth"


def case_of(verdict):
    """The request and the evidence."""
    return set(numbers(verdict.get("mwg502.evidence_frame", []) + verdict.get("mwg502.request_frame", [])))


def check_links(reading):
    """All complaints about what a second pass shows on the other frames of a case."""
    for frame, verdict in reading.verdicts.items():
        if reading.linked_from[frame] != case_of(verdict):
            yield f"frame {frame}: linked from {sorted(reading.linked_from[frame])}, case {sorted(case_of(verdict))}"
    cases = [case for verdict in reading.verdicts.values() for case in verdict["mwg502.case"]]
    if len(set(cases)) != len(cases):
        yield f"a case number stands twice in {cases}"


@pytest.fixture(scope="module")
def one_pass(tshark):
    return readings(tshark, CAPTURES)


@pytest.fixture(scope="module")
def blanked(tshark, tmp_path_factory):
    """Without what proxies say of themselves."""
    folder = tmp_path_factory.mktemp("blanked")
    for capture in CAPTURES:
        data = capture.read_bytes()
        for words in OWN_WORDS:
            data = data.replace(words, b"x" * len(words))
        (folder / capture.name).write_bytes(data)
    return readings(tshark, [folder / capture.name for capture in CAPTURES])


@pytest.mark.parametrize("capture", CAPTURES, ids=stem)
def test_one_pass(one_pass, capture):
    assert list(check(one_pass[capture.name], truth_of(capture))) == []


@pytest.mark.parametrize("capture", CAPTURES, ids=stem)
def test_blanked(blanked, capture):
    assert list(check(blanked[capture.name], truth_of(capture))) == []


@pytest.mark.parametrize("capture", CAPTURES, ids=stem)
def test_two_passes(tshark, capture):
    reading = Reading(tshark.frames(capture, "frame", ["tcp.stream", *tshark.fields], passes=2))
    assert list(check(reading, truth_of(capture))) == []
    assert list(check_links(reading)) == []
