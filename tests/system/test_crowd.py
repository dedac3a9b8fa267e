# SPDX-License-Identifier: GPL-2.0-or-later
"""The generator of crowds: its truth points at what is in the capture, and calls exact only what the wire can tell."""

import collections
import json
import sys

import pytest
from conftest import TESTS

sys.path.append(str(TESTS / "bench"))
import generate                                                                          # noqa: E402
from crowd import families, tell, tlswire                                                # noqa: E402

KINDS = ["forward", *families.KINDS]
CAUSES = {"nxdomain", "dns_nodata", "dns_error", "dns_timeout", "dns_unreachable", "syn_timeout", "rst", "icmp", "arp", "tls", "invalid_response",
          "truncated", "server_closed", "server_reset", "response_timeout", "relayed", "unknown"}
# Wireshark 4.0 gives ICAP messages to HTTP segment by segment, and finds longer ones malformed.
SEGMENTED = ("noise",)


def make(tshark, kind, *more, seed=5, requests=150, name="crowd"):
    """-> (capture, truth)"""
    capture = tshark.stage(f"{name}-{kind}.pcap", b"")
    generate.generate(generate.parser().parse_args(
        ["--kind", kind, "--seed", str(seed), "--requests", str(requests), "--rate", "100", "--out", str(capture), *more]))
    capture.chmod(0o644)
    return capture, json.loads(capture.with_name(capture.name.replace(".pcap", ".truth.json")).read_text())


def rows(tshark, capture, *fields):
    told = tshark.run("-n", "-r", capture, "-T", "fields", *[x for f in fields for x in ("-e", f)])
    return {int(r[0]): r[1:] for r in (line.split("\t") for line in told.splitlines())}


@pytest.mark.parametrize("kind", KINDS)
def test_truth_is_in_the_capture(tshark, kind):
    """Every 502 of the truth is one for Wireshark, its request a request; evidence lies between both."""
    capture, truth = make(tshark, kind)
    frames = rows(tshark, capture, "frame.number", "tcp.payload", "tcp.flags", "_ws.malformed")
    assert len(truth) > 5
    for entry in truth:
        assert entry["cause"] in CAUSES
        assert entry["frame"] in frames and entry["frame_first"] <= entry["frame"]
        assert f"{entry['method']} ".encode() in bytes.fromhex(frames[entry["request_frame"]][0])
        assert b"HTTP/1.1 502 " in bytes.fromhex(frames[entry["frame_first"]][0])
        evidence = entry["evidence"]["frames"]
        assert set(evidence) <= set(frames)
        if entry.get("confidence") != "inferred" and evidence:
            shared = entry["evidence"]["kind"] in ("dns", "arp")         # may have begun for another request
            assert max(evidence) < entry["frame"] and (shared or min(evidence) > entry["request_frame"]), entry
        if entry["evidence"]["kind"] == "rst" and entry.get("confidence") != "inferred":
            assert {frames[f][1] for f in evidence} <= {"0x0002", "0x0014"}
        assert entry["cause"] not in entry["also_acceptable"]
    assert kind in SEGMENTED or not [f for f, row in frames.items() if row[2]]


@pytest.mark.parametrize("kind", ["forward", "tls", "nat"])
def test_same_seed_same_bytes(tshark, kind):
    one, truth = make(tshark, kind, name="one")
    two, again = make(tshark, kind, name="two")
    other, _ = make(tshark, kind, name="other", seed=6)
    assert one.read_bytes() == two.read_bytes() and truth == again
    assert one.read_bytes() != other.read_bytes()


def test_gaps_are_said(tshark):
    """What the capture lost makes `unknown` right, and nothing of it exact."""
    whole, truth = make(tshark, "static", name="whole")
    gaps, holed = make(tshark, "static", "--capture-loss", "0.05", name="gaps")
    assert gaps.stat().st_size < whole.stat().st_size
    assert any("unknown" in e["also_acceptable"] for e in holed)
    complete = {(e["client"], e["url"], e["kind"]): len(e["evidence"]["frames"]) for e in truth}
    for entry in holed:
        there = len(entry["evidence"]["frames"])
        assert not entry["evidence"]["exact"] or there == complete[entry["client"], entry["url"], entry["kind"]]
    assert len(holed) <= len(truth)


def test_copies_before_and_after_translation(tshark):
    """A packet that is there twice has both numbers in the truth, with the same bytes above TCP."""
    capture, truth = make(tshark, "nat", seed=1)
    frames = rows(tshark, capture, "frame.number", "tcp.seq_raw", "tcp.flags", "tcp.payload", "ip.src", "ip.dst", "dns.id")
    pairs = [pair for entry in truth for pair in entry.get("copies", [])]
    assert pairs
    for one, two in pairs:
        assert frames[one][:3] == frames[two][:3] and frames[one][5] == frames[two][5]
        assert abs(one - two) == 1 and frames[one][3:5] != frames[two][3:5]


# ---------------------------------------------------------------- what the wire can tell
class Unit:
    carried = None

    def __init__(self, start, end, place="server", cause="rst"):
        self.start, self.end, self.place, self.cause, self.request = start, end, place, cause, None


class Asked:
    def __init__(self, asked, told, *chain, route="route", places=("server",)):
        self.asked, self.told, self.chain, self.route, self.places, self.said = asked, told, list(chain), route, set(places), {}
        for unit in chain:
            unit.request = self


def rivals(requests, orphans=(), shown=False):
    teller = tell.Teller(requests, list(orphans), shown)
    return len(teller.rivals(requests[0], requests[0].chain))


# A gateway that begins 1 to 4 ms after a request and answers 1 to 4 ms after a failure.
HABITS = [Asked(i, i + 0.006 + i % 4 * 0.002, Unit(i + 0.001 + i % 4 * 0.001, i + 0.005 + i % 4 * 0.001)) for i in range(10, 30)]


def test_two_that_fail_together_cannot_be_told_apart():
    one, other = Asked(0, 0.008, Unit(0.002, 0.005)), Asked(0.0005, 0.0085, Unit(0.0025, 0.0055))
    assert rivals([one, other, *HABITS]) == 1


@pytest.mark.parametrize("other", [
    Asked(0.004, 0.013, Unit(0.006, 0.010)),                                     # began before the other was asked
    Asked(0.0005, 0.0085, Unit(0.0025, 0.0055, place="elsewhere"), places=("elsewhere",), route="other"),
    Asked(0.0005, 0.0145, Unit(0.0025, 0.0122)),                                 # ended after the first was answered
    Asked(0.0005, 0.0085, Unit(0.0025, 0.0055, cause=None)),                     # went well: no 502 comes of it
])
def test_what_tells_them_apart(other):
    one = Asked(0, 0.008, Unit(0.002, 0.005))
    assert rivals([one, other, *HABITS], shown=True) == 0


def test_runs_of_tries_are_swapped_as_a_whole():
    """Neither try alone can be another's, both together can."""
    tries = [Asked(i, i + 0.010, Unit(i + 0.001, i + 0.002), Unit(i + 0.003, i + 0.008)) for i in range(40, 50)]
    one = Asked(0, 0.0100, Unit(0.0010, 0.0020), Unit(0.0030, 0.0080))
    other = Asked(0.0002, 0.0101, Unit(0.0022, 0.0032), Unit(0.0042, 0.0090))
    assert rivals([one, other, *HABITS, *tries]) > 0


def test_what_nobody_asked_for_can_stand_in_the_way():
    one = Asked(0, 0.008, Unit(0.002, 0.005))
    check = Unit(0.003, 0.0055)
    assert rivals([one, *HABITS], [check]) == 1
    assert rivals([one, *HABITS], [Unit(0.003, 0.0081)]) == 0


# ---------------------------------------------------------------- TLS
def test_tls_is_tls_for_wireshark(tshark):
    """Both versions, whole and resumed: every record of the handshake is known, nothing is malformed."""
    seen = collections.Counter()
    for seed in range(1, 5):
        capture, _ = make(tshark, "tls", seed=seed, requests=80, name=f"tls{seed}")
        told = tshark.run("-n", "-r", capture, "-Y", "tls.handshake.type", "-T", "fields", "-e", "tls.handshake.type", "-e", "tls.handshake.version")
        seen.update(t for line in told.splitlines() for t in line.split("\t")[0].split(","))
    assert set("1 2 4 11 12 14 16".split()) <= set(seen)
    assert len(tlswire.CERTIFICATE) == 379
