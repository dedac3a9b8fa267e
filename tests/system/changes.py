# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes of a capture that change no verdict. Each gives the new frames, and which of the old ones each of them is (None: none)."""

import heapq
import random
import re
import struct
import sys

from conftest import TESTS
from pcapfile import Frame, segment, with_numbers, with_payload

sys.path.append(str(TESTS / "bench"))
from crowd import wire                                                                   # noqa: E402

MS = 1000
HEAD = re.compile(rb"(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) (\S+) HTTP/1\.[01]\r\n")


def originals(frames):
    return list(enumerate(frames, 1))


def merged(numbered, added):
    """The added frames at their times between the others; those keep their order, whatever their times are."""
    def reached():
        latest = 0
        for number, frame in numbered:
            latest = max(latest, frame.time)
            yield latest, 0, number, frame

    rows = heapq.merge(reached(), ((frame.time, 1, number, frame) for number, frame in sorted(added, key=lambda row: row[1].time)),
                       key=lambda row: row[:2])
    return [(number, frame) for _, _, number, frame in rows]


# time

def shifted(link, frames, verdicts, by):
    return [(number, frame._replace(time=frame.time + by)) for number, frame in originals(frames)]


def from_zero(link, frames, verdicts):
    """The first frame comes at 0.000000, as a capture is normalised."""
    return shifted(link, frames, verdicts, -min(frame.time for frame in frames))


# copies

def twice(link, frames, verdicts, gap):
    """Every frame comes again, so many microseconds later."""
    return merged(originals(frames), [(number, frame._replace(time=frame.time + gap)) for number, frame in originals(frames)])


# earlier traffic

def with_earlier(link, frames, verdicts):
    """Each client whose request got a verdict had another one answered before, on the same connection."""
    streams = earlier_streams(link, frames, verdicts)
    found = []
    for number, frame in originals(frames):
        at = segment(link, frame.data)
        stream = streams.get(frozenset(at.ends)) if at else None
        if stream is None:
            found.append((number, frame))
            continue
        if number == stream.first:
            found += [(None, one) for one in stream.frames(link, frame, at)]
        if number >= stream.first:
            mine, other = (stream.asked, stream.answered)[::1 if at.ends[0] == stream.client else -1]
            frame = frame._replace(data=with_numbers(frame.data, at, at.seq + len(mine), at.ack + len(other)))
        found.append((number, frame))
    return found


class Earlier:
    """A request and its response that come first on a connection."""

    def __init__(self, first, client, target):
        self.first, self.client = first, client
        place, host = (b"http://", b"earlier.example") if b"://" in target else (b"/", b"earlier")
        self.asked = b"GET " + place + host + b" HTTP/1.1\r\nHost: earlier.example\r\n\r\n"
        self.answered = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    def frames(self, link, frame, at):
        """Both, right before the frame of the first request, whose time they share."""
        ask = with_payload(frame.data, at, self.asked)
        yield Frame(frame.time, ask, len(ask))
        size = len(at.ends[0][0])
        addresses = at.ip + (12 if size == 4 else 8)
        back = bytearray(with_payload(frame.data, at, self.answered))
        back[addresses:addresses + 2 * size] = at.ends[1][0] + at.ends[0][0]
        struct.pack_into(">HHII", back, at.tcp, at.ends[1][1], at.ends[0][1], at.ack, (at.seq + len(self.asked)) % 2 ** 32)
        turn_round(link, back)
        yield Frame(frame.time, bytes(back), len(back))


def turn_round(link, data):
    """The link layer's header of the answer: addresses and direction."""
    if link == 1:
        data[0:12] = data[6:12] + data[0:6]
    elif link == 113:
        data[0:2] = struct.pack(">H", 4 - struct.unpack_from(">H", data)[0] % 5)
    elif link == 276:
        data[10] = 4 - data[10] % 5


def earlier_streams(link, frames, verdicts):
    """{ends: Earlier} of the connections whose first bytes are a request's head, if one has a verdict on it and is no gateway's own"""
    def streams(key):
        segments = (segment(link, frames[number - 1].data) for verdict in verdicts for number in verdict[key])
        return {frozenset(at.ends) for at in segments if at}

    diagnosed = streams("frames") - streams("evidence")
    found, begun = {}, set()
    for number, frame in originals(frames):
        at = segment(link, frame.data)
        if not at or len(frame.data) == at.payload or frozenset(at.ends) in begun or frozenset(at.ends) not in diagnosed:
            continue
        begun.add(frozenset(at.ends))
        if (head := HEAD.match(frame.data[at.payload:])):
            found[frozenset(at.ends)] = Earlier(number, at.ends[0], head[1])
    return found


# another gateway

OTHER, ITS_CLIENT, ITS_RESOLVER, ITS_SERVER = (wire.packed(a) for a in ("192.0.2.1", "192.0.2.9", "192.0.2.53", "192.0.2.80"))


def of_another_host(link, header):
    """A cooked header with the packet type of what is sent to somebody else."""
    return {"sll": b"\0\3" + header[2:], "sll2": header[:10] + b"\3" + header[11:]}.get(link, header)


class Beside:
    """Writes frames of a gateway that the capture sees from beside. It has a network card, and a router's leads to all others."""

    def __init__(self, link):
        rng = random.Random(502)
        name = {number: name for name, number in wire.Link.TYPES.items()}[link]
        cards = wire.Link(name, rng)
        self.headers = [of_another_host(name, cards.header(0x0800, sent)) for sent in (False, True)]
        self.frames = []

    def put(self, time, packet):
        data = self.headers[packet[12:16] == OTHER] + packet
        self.frames.append((None, Frame(time, data, len(data))))

    def tcp(self, time, src, sport, dst, dport, flags, seq, ack, payload=b""):
        """Each side counts from a number of its own, since equal ones are those of one connection that is seen twice."""
        seq += sport << 16 | dport
        ack += dport << 16 | sport if ack else 0
        ident = len(self.frames) % 65536
        flow = wire.TcpFlow(b"", src, dst, sport, dport, ident, 61)
        self.put(time, flow.build(flags, seq, ack, 502, payload, time // MS % 2 ** 32, 0))

    def asked(self, time, sport, host, status, answered):
        """A client of it asks for that, and gets its answer then."""
        request = b"GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n" % (host, host)
        up, down = (ITS_CLIENT, sport, OTHER, 9090), (OTHER, 9090, ITS_CLIENT, sport)
        self.tcp(time, *up, wire.SYN, 1, 0)
        self.tcp(time + 10, *down, wire.SYN | wire.ACK, 1, 2)
        self.tcp(time + 20, *up, wire.ACK, 2, 2)
        self.tcp(time + 30, *up, wire.ACK | wire.PSH, 2, 2, request)
        self.tcp(answered, *down, wire.ACK | wire.PSH, 2, 2 + len(request), b"HTTP/1.1 %d so\r\nContent-Length: 0\r\n\r\n" % status)

    def looked_up(self, time, name, rcode, addresses=()):
        self.put(time, wire.udp(OTHER, ITS_RESOLVER, 40000 + time % 9999, 53, wire.dns_query(time % 65536, name, wire.A)))
        self.put(time + MS, wire.udp(ITS_RESOLVER, OTHER, 53, 40000 + time % 9999, wire.dns_answer(time % 65536, name, wire.A, rcode, addresses)))

    def refused(self, time, sport, server, port):
        self.tcp(time, OTHER, sport, server, port, wire.SYN, 1, 0)
        self.tcp(time + MS, server, port, OTHER, sport, wire.RST | wire.ACK, 0, 2)


def beside_other(link, frames, verdicts, same):
    """Another gateway has troubles while those of the capture last; same: with the same names and servers."""
    beside = Beside(link)
    begin = min(frame.time for frame in frames)
    beside.looked_up(begin, "elsewhere.example", wire.NOERROR, [ITS_SERVER])
    beside.asked(begin + 2 * MS, 20000, b"elsewhere.example", 200, begin + 22 * MS)
    for n, verdict in enumerate(verdicts, 1):
        if not verdict["request"]:
            continue
        asked, answered = (frames[number - 1].time for number in (verdict["request"], verdict["frame"]))
        middle = max((asked + answered) // 2, asked + MS // 10)
        host, server = (verdict["host"] or "nobody.example", verdict["server"]) if same else ("other.example", (ITS_SERVER, 80))
        # It does what it does for its client before it answers: what comes later would be nobody's, and could be any gateway's.
        beside.asked(asked, 20000 + n, host.encode(), 504, middle + 2 * MS)
        beside.looked_up(middle, host, wire.NXDOMAIN)
        if server and len(server[0]) == 4 and server[0][0] != 127:     # the loopback of the host that captured, which nobody else can reach
            beside.refused(middle, 30000 + n, *server)
    return merged(originals(frames), beside.frames)
