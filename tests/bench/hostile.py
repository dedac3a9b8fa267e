#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes captures that try to exhaust the one who reads them.

    hostile.py KIND -n N --out FILE.pcap        KIND: see --help, or "all" (then --out is a folder)

Each is plausible traffic around a gateway on port 9090; N scales it. A few honest 502s with a known cause stand at the end of
each (their host is honest.example, cause rst): a reader that survived still has to diagnose them.
"""
import argparse
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from crowd import wire                                                                   # noqa: E402
from crowd.capture import PcapWriter                                                     # noqa: E402
from crowd.wire import ACK, FIN, PSH, RST, SYN, TcpFlow                                  # noqa: E402

GATEWAY, CLIENT, RESOLVER, SERVER = (wire.packed(a) for a in ("10.10.67.161", "10.10.67.4", "10.10.65.1", "10.20.0.131"))
MSS = 1448


class Pen:
    """Writes frames on Ethernet, a step of time apart."""

    def __init__(self, path, step=0.00002):
        self.rng = random.Random(502)
        self.link = wire.Link("ethernet", self.rng)
        self.file, self.now, self.step = PcapWriter(path, self.link.type), 0.0, step
        self.out, self.inward = self.link.header(0x0800, True), self.link.header(0x0800, False)

    def put(self, data, outgoing):
        self.now += self.step
        self.file.write(self.now, (self.out if outgoing else self.inward) + data, 0)

    def wait(self, seconds):
        self.now += seconds

    def dns(self, name, qtype=wire.A, rcode=wire.NOERROR, addresses=(), answer=True, port=40000, ident=None):
        ident = self.rng.getrandbits(16) if ident is None else ident
        self.put(wire.udp(GATEWAY, RESOLVER, port, 53, wire.dns_query(ident, name, qtype)), True)
        if answer:
            self.put(wire.udp(RESOLVER, GATEWAY, 53, port, wire.dns_answer(ident, name, qtype, rcode, addresses)), False)


class Line:
    """A TCP connection, `mine` being the side that opens it; no losses."""

    def __init__(self, pen, mine, mport, other, oport):
        self.pen = pen
        self.flow = (TcpFlow(b"", mine, other, mport, oport, 1, 64), TcpFlow(b"", other, mine, oport, mport, 1, 60))
        self.outgoing = (mine == GATEWAY, other == GATEWAY)
        self.next = [pen.rng.getrandbits(32), pen.rng.getrandbits(32)]

    def put(self, side, flags, payload=b""):
        seq, ack = self.next[side], self.next[1 - side]
        self.pen.put(self.flow[side].build(flags, seq, ack if flags & ACK else 0, 502, payload, 1, 1), self.outgoing[side])
        self.next[side] = (seq + len(payload) + (1 if flags & (SYN | FIN) else 0)) & 0xffffffff

    def open(self):
        self.put(0, SYN)
        self.put(1, SYN | ACK)
        self.put(0, ACK)
        return self

    def refused(self):
        self.put(0, SYN)
        self.put(1, RST | ACK)

    def say(self, side, data, ack=True):
        for i in range(0, len(data), MSS):
            self.put(side, ACK | PSH, data[i:i + MSS])
        if ack:
            self.put(1 - side, ACK)

    def close(self):
        self.put(0, FIN | ACK)
        self.put(1, FIN | ACK)
        self.put(0, ACK)


def get(host, path="/", more=""):
    return ("GET http://%s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: x\r\n%s\r\n" % (host, path, host, more)).encode()


BAD = b"HTTP/1.1 502 cannotconnect\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nsorry"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"


def honest(pen, count=3):
    for i in range(count):
        pen.wait(0.2)
        client = Line(pen, CLIENT, 61000 + i, GATEWAY, 9090).open()
        client.say(0, get("honest.example", "/%d" % i))
        pen.dns("honest.example", addresses=[SERVER], port=50000 + i)
        Line(pen, GATEWAY, 61500 + i, SERVER, 80).refused()
        client.say(1, BAD)
        client.close()


def syn_flood(pen, n):
    """The gateway connects to N addresses; nobody answers."""
    for i in range(n):
        address = (0x14000000 + i).to_bytes(4, "big")
        pen.put(TcpFlow(b"", GATEWAY, address, 1024 + i % 60000, 80, i & 0xffff, 64).build(SYN, i, 0, 0, b"", 1, 0), True)


def syn_flood_in(pen, n):
    """N addresses open connections to the gateway and say nothing."""
    for i in range(n):
        address = (0x14000000 + i).to_bytes(4, "big")
        pen.put(TcpFlow(b"", address, GATEWAY, 1024 + i % 60000, 9090, i & 0xffff, 64).build(SYN, i, 0, 0, b"", 1, 0), False)


def dns_names(pen, n):
    """N distinct names, each looked up once; half without answer."""
    for i in range(n):
        pen.dns("h%d.flood%d.example" % (i, i % 97), addresses=[(0x15000000 + i).to_bytes(4, "big")], answer=i % 2 == 0, port=1024 + i % 60000)


def dns_silent(pen, n):
    """N distinct names that are looked up in vain."""
    for i in range(n):
        pen.dns("h%d.silent.example" % i, answer=False, port=1024 + i % 60000)


def looked_up(pen, n):
    """One name is looked up 10 N times, each time found; then N requests for it, two waiting at a time, look it up again."""
    for i in range(10 * n):
        pen.dns("old.example", addresses=[SERVER], port=1024 + i % 60000)
    waiting = None
    for i in range(n):
        client = Line(pen, CLIENT, 10000 + i % 50000, GATEWAY, 9090).open()
        client.say(0, get("old.example", "/%d" % i))
        pen.dns("old.example", addresses=[SERVER], port=1024 + i % 60000)
        if waiting:
            waiting.say(1, BAD)
            waiting.close()
        waiting = client


def dns_addresses(pen, n):
    """One name, N addresses, a new one in each answer."""
    for i in range(n):
        pen.dns("many.example", addresses=[(0x16000000 + i).to_bytes(4, "big")], port=1024 + i % 60000)


def pipeline(pen, n):
    """One client pipelines N requests; only then answers come, all 502."""
    client = Line(pen, CLIENT, 33333, GATEWAY, 9090).open()
    for i in range(n):
        client.say(0, get("p%d.example" % (i % 5000), "/%d" % i), ack=i % 8 == 7)
    for i in range(n):
        client.say(1, BAD, ack=i % 8 == 7)


def pipeline_silent(pen, n):
    """One client pipelines N requests and never gets an answer."""
    client = Line(pen, CLIENT, 33333, GATEWAY, 9090).open()
    for i in range(n):
        client.say(0, get("p%d.example" % (i % 5000), "/%d" % i), ack=i % 8 == 7)


def long_hosts(pen, n):
    """N requests for a host of one megabyte."""
    host = "a" * 1048576
    for i in range(n):
        client = Line(pen, CLIENT, 10000 + i % 50000, GATEWAY, 9090).open()
        client.say(0, get(host + str(i)))
        client.say(1, BAD)
        client.close()


def endless_502(pen, n):
    """N answers 502 without a request, on one connection."""
    client = Line(pen, CLIENT, 33334, GATEWAY, 9090).open()
    client.say(0, get("once.example"))
    for i in range(n):
        client.say(1, BAD, ack=i % 8 == 7)


def many_502(pen, n):
    """N clients, each asks a host that nobody looks up and gets its 502."""
    for i in range(n):
        address = (0x0a800000 + i // 50000).to_bytes(4, "big")
        client = Line(pen, address, 10000 + i % 50000, GATEWAY, 9090).open()
        client.say(0, get("n%d.example" % i))
        client.say(1, BAD)
        client.close()


def one_port(pen, n):
    """One client port and one server port pair are reused for ever: N requests, each refused."""
    pen.dns("again.example", addresses=[SERVER])
    for i in range(n):
        client = Line(pen, CLIENT, 40404, GATEWAY, 9090).open()
        client.say(0, get("again.example", "/%d" % i))
        Line(pen, GATEWAY, 50505, SERVER, 80).refused()
        client.say(1, BAD)
        client.close()


def one_host(pen, n):
    """N clients wait for one dead host at once, each with its SYN; then each has its 502."""
    pen.dns("dead.example", addresses=[SERVER])
    lines = []
    for i in range(n):
        client = Line(pen, (0x0a800000 + i // 50000).to_bytes(4, "big"), 10000 + i % 50000, GATEWAY, 9090).open()
        client.say(0, get("dead.example", "/%d" % i))
        lines.append(client)
    for i in range(n):
        Line(pen, GATEWAY, 1024 + i % 60000, SERVER, 80).refused()
    for client in lines:
        client.say(1, BAD)


def one_url(pen, n):
    """N clients wait for one URL at once; N connections are refused, N more carry the request and are closed; then each has its 502."""
    pen.dns("dead.example", addresses=[SERVER])
    lines = []
    for i in range(n):
        client = Line(pen, (0x0a800000 + i // 50000).to_bytes(4, "big"), 10000 + i % 50000, GATEWAY, 9090).open()
        client.say(0, get("dead.example", "/same/for/all"))
        lines.append(client)
    for i in range(n):
        Line(pen, GATEWAY, 1024 + 2 * i % 60000, SERVER, 80).refused()
    for i in range(n):
        server = Line(pen, GATEWAY, 1025 + 2 * i % 60000, SERVER, 80).open()
        server.say(0, get("dead.example", "/same/for/all").replace(b"http://dead.example", b""))
        server.close()
    for client in lines:
        client.say(1, BAD)


def answered(pen, n):
    """N clients, each with a look-up, a connection to the server and its 200."""
    for i in range(n):
        client = Line(pen, CLIENT, 10000 + i % 50000, GATEWAY, 9090).open()
        client.say(0, get("fine%d.example" % (i % 500), "/%d" % i))
        pen.dns("fine%d.example" % (i % 500), addresses=[SERVER], port=1024 + i % 60000)
        server = Line(pen, GATEWAY, 1024 + i % 60000, SERVER, 80).open()
        server.say(0, b"GET /%d HTTP/1.1\r\nHost: fine%d.example\r\n\r\n" % (i, i % 500))
        for line in (server, client):
            line.say(1, GOOD)
            line.close()


def out_of_order(pen, n):
    """One frame is two seconds late; then N packets in less than a millisecond, which wait for others that could be."""
    pen.wait(4)
    client = Line(pen, CLIENT, 33336, GATEWAY, 9090).open()
    client.say(0, get("late.example"))
    pen.wait(-2)
    client.put(0, ACK)
    pen.wait(4)
    pen.step = 0.001 / n
    for i in range(n):
        address = (0x14000000 + i).to_bytes(4, "big")
        pen.put(TcpFlow(b"", GATEWAY, address, 1024 + i % 60000, 80, i & 0xffff, 64).build(SYN, i, 0, 0, b"", 1, 0), True)
    pen.step = 0.00002


def retransmitted(pen, n):
    """One SYN, N times; then one request whose segment comes N times."""
    syn = TcpFlow(b"", GATEWAY, SERVER, 45454, 80, 1, 64)
    for _ in range(n):
        pen.put(syn.build(SYN, 7, 0, 0, b"", 1, 0), True)
    client = Line(pen, CLIENT, 33335, GATEWAY, 9090).open()
    for _ in range(n):
        at = client.next[0]
        client.say(0, get("again.example"), ack=False)
        client.next[0] = at


def icmp_flood(pen, n):
    """N ICMP errors that quote SYNs never sent."""
    for i in range(n):
        quoted = TcpFlow(b"", GATEWAY, (0x17000000 + i).to_bytes(4, "big"), 1024 + i % 60000, 80, 1, 64).build(SYN, i, 0, 0, b"", 1, 0)
        pen.put(wire.icmp_error(RESOLVER, GATEWAY, 3, 1, quoted), False)


KINDS = {f.__name__: f for f in (syn_flood, syn_flood_in, dns_names, dns_silent, dns_addresses, looked_up, pipeline, pipeline_silent, long_hosts,
                                 endless_502, many_502, one_port, one_host, one_url, answered, out_of_order, retransmitted, icmp_flood)}
SMALL = {"long_hosts": 20000}


def write(kind, n, path):
    pen = Pen(path)
    KINDS[kind](pen, n)
    honest(pen)
    pen.file.close()
    print("%s: %d frames, %.1f MB" % (path, pen.file.count, os.path.getsize(path) / 1e6))


def main():
    p = argparse.ArgumentParser(description=__doc__ + "\n" + "\n".join("  %-16s %s" % (k, f.__doc__) for k, f in KINDS.items()),
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("kind", choices=sorted(KINDS) + ["all"])
    p.add_argument("-n", type=int, default=100000)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    if a.kind != "all":
        write(a.kind, a.n, a.out)
        return
    os.makedirs(a.out, exist_ok=True)
    for kind in KINDS:
        write(kind, max(2, a.n // SMALL.get(kind, 1)), os.path.join(a.out, kind + ".pcap"))


if __name__ == "__main__":
    main()
