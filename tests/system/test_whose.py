# SPDX-License-Identifier: GPL-2.0-or-later
"""Equal requests of several clients, and bytes out of order: whose is which.

Small captures built segment by segment; in each one client gets a 502 for what a
server sent on one connection, while another waits for the same URL.
"""

import pathlib

import pytest
from scapy.all import IP, TCP, Ether, PcapWriter

CROWDS = pathlib.Path(__file__).parents[1] / "captures" / "crowds"

GATEWAY, SERVER = "10.0.0.2", "10.0.9.9"
URL = b"http://www.example.org/same"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
GARBAGE = b"\x16\x03\x01 this is no HTTP at all\r\n\r\n"
BAD = b"HTTP/1.1 502 badgateway\r\nContent-Length: 0\r\n\r\n"


def request(target=URL):
    return b"GET " + target + b" HTTP/1.1\r\nHost: www.example.org\r\n\r\n"


class Capture:
    """Frames in the order of the calls, a millisecond apart."""

    def __init__(self):
        self.frames, self.seq = [], {}

    def send(self, source, target, flags, data=b"", seq=None):
        """seq: of a segment that was sent before, in bytes since the SYN; returns the frame's number."""
        here, there = (source, target), (target, source)
        at = self.seq.setdefault(here, 1000) if seq is None else 1001 + seq
        tcp = TCP(sport=source[1], dport=target[1], flags=flags, seq=at, ack=0 if flags == "S" else self.seq.get(there, 1000))
        self.frames.append(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source[0], dst=target[0]) / tcp / data)
        self.frames[-1].time = 1.0 + len(self.frames) / 1000
        self.seq[here] = max(self.seq.get(here, 0), at + len(data) + ("S" in flags or "F" in flags))
        return len(self.frames)

    def open(self, source, target):
        for flags, one, other in (("S", source, target), ("SA", target, source), ("A", source, target)):
            self.send(one, other, flags)

    def write(self, path):
        with PcapWriter(str(path), linktype=1) as writer:
            for frame in self.frames:
                writer.write(frame)
        return path.read_bytes()


def client(n):
    return (f"10.0.1.{n}", 40000 + n)


PROXY, ORIGIN = (GATEWAY, 9090), (SERVER, 80)


def leg(n):
    return (GATEWAY, 20000 + n)


@pytest.fixture
def verdicts(tshark, tmp_path):
    def read(capture):
        staged = tshark.stage("whose.pcap", capture.write(tmp_path / "whose.pcap"))
        return {verdict["frame"]: verdict for verdict in tshark.verdicts(staged)}
    return read


def kept_connection(capture):
    """A client's request is answered over a connection that the gateway keeps."""
    capture.open(client(1), PROXY)
    capture.send(client(1), PROXY, "PA", request(b"http://www.example.org/other"))
    capture.open(leg(1), ORIGIN)
    capture.send(leg(1), ORIGIN, "PA", request(b"/other"))
    capture.send(ORIGIN, leg(1), "PA", OK)
    capture.send(PROXY, client(1), "PA", OK)


def fail(verdicts, capture, asker, asked):
    """The kept connection brings garbage, the asker a 502; only that is diagnosed, by the request in frame asked."""
    capture.send(ORIGIN, leg(1), "PA", GARBAGE)
    answer = capture.send(PROXY, asker, "PA", BAD)
    found = verdicts(capture)
    assert list(found) == [answer]
    assert found[answer]["mwg502.cause"] == ["invalid_response"]
    assert found[answer]["mwg502.server_request_frame"] == [str(asked)]


def test_kept_connection_while_another_one_is_begun(verdicts):
    """The first client's connection is under way: the kept one carries the second's request."""
    capture = Capture()
    kept_connection(capture)
    capture.open(client(2), PROXY)
    capture.open(client(3), PROXY)
    capture.send(client(2), PROXY, "PA", request())
    capture.send(leg(2), ORIGIN, "S")
    capture.send(client(3), PROXY, "PA", request())
    asked = capture.send(leg(1), ORIGIN, "PA", request(b"/same"))
    capture.send(ORIGIN, leg(2), "SA")
    capture.send(leg(2), ORIGIN, "A")
    capture.send(leg(2), ORIGIN, "PA", request(b"/same"))
    capture.send(ORIGIN, leg(2), "PA", OK)
    capture.send(PROXY, client(2), "PA", OK)
    fail(verdicts, capture, client(3), asked)


def test_kept_connection_that_was_idle(verdicts):
    """Whoever waited before it became idle waits for something else."""
    capture = Capture()
    capture.open(client(2), PROXY)
    capture.send(client(2), PROXY, "PA", request())
    kept_connection(capture)
    capture.open(client(3), PROXY)
    capture.send(client(3), PROXY, "PA", request())
    asked = capture.send(leg(1), ORIGIN, "PA", request(b"/same"))
    fail(verdicts, capture, client(3), asked)


def test_pipelined_request_waits_for_its_turn(verdicts):
    """The equal request behind another one on its connection is not served yet."""
    capture = Capture()
    capture.open(client(1), PROXY)
    capture.send(client(1), PROXY, "PA", request(b"http://www.example.org/slow") + request())
    capture.open(client(2), PROXY)
    capture.send(client(2), PROXY, "PA", request())
    capture.open(leg(1), ORIGIN)
    asked = capture.send(leg(1), ORIGIN, "PA", request(b"/same"))
    fail(verdicts, capture, client(2), asked)


def test_first_segment_of_the_server_comes_again_behind_the_second(verdicts):
    """Nothing of it is lost: what the server sends next is judged from where it begins."""
    capture = Capture()
    capture.open(client(1), PROXY)
    capture.send(client(1), PROXY, "PA", request(b"http://www.example.org/other"))
    capture.open(leg(1), ORIGIN)
    capture.send(leg(1), ORIGIN, "PA", request(b"/other"))
    capture.send(ORIGIN, leg(1), "PA", OK[20:], seq=20)
    capture.send(ORIGIN, leg(1), "PA", OK[:20], seq=0)
    capture.send(PROXY, client(1), "PA", OK)
    capture.send(client(1), PROXY, "PA", request())
    asked = capture.send(leg(1), ORIGIN, "PA", request(b"/same"))
    fail(verdicts, capture, client(1), asked)


def test_acknowledgment_of_what_the_capture_lacks(verdicts):
    """It has no bytes of its own, and says all the same that the response was complete."""
    capture = Capture()
    capture.open(client(1), PROXY)
    capture.send(client(1), PROXY, "PA", request())
    capture.open(leg(1), ORIGIN)
    capture.send(leg(1), ORIGIN, "PA", request(b"/same"))
    capture.send(ORIGIN, leg(1), "A", b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + 10 * b"a")
    capture.seq[ORIGIN, leg(1)] += 10
    capture.send(ORIGIN, leg(1), "PA", 10 * b"c")
    capture.send(leg(1), ORIGIN, "A")
    answer = capture.send(PROXY, client(1), "PA", BAD)
    (verdict,) = verdicts(capture).values()
    assert verdict["frame"] == answer
    assert verdict["mwg502.cause"] == ["unknown"]
    assert "complete, valid answer with status 200" in verdict["mwg502.summary"][0]


def test_icap(tshark):
    """
    What an ICAP server (RFC 3507) is asked about is no try to serve it, though it stands there word for word.

    The first 370 frames of the crowd of kind "noise" with seed 24 at 30 requests a second (tests/bench/generate.py).
    """
    (verdict,) = [v for v in tshark.verdicts(CROWDS / "icap_each_request.pcap") if v["frame"] == 367]
    assert (verdict["mwg502.cause"], verdict["mwg502.evidence_frame"]) == (["rst"], ["361", "366"])
