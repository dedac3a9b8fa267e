#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the captures that "Examining HTTP 502 statuses returned by McAfee Web
Gateway" describes, with the addresses, frame numbers and intervals it names.

usage: make_captures.py DIRECTORY

The article shows pictures of captures taken on the gateway with `tcpdump -i
any`. Frames that it does not name are filled with other clients that browse
through the same gateway. The output is the same, byte for byte, on every run.
"""

import itertools
import pathlib
import struct
import sys

from scapy.all import (ARP, DNS, DNSQR, DNSRR, ICMP, IP, TCP, UDP, CookedLinux,
                       IPerror, TCPerror)

CLIENT = "10.10.67.4"
GATEWAY = "10.10.67.161"
PROXY_PORT = 9090
DNS_SERVER = "10.10.65.1"
SERVER = "10.10.67.124"
HOST = "example.local"

START = 1362788757  # 08/Mar/2013:18:25:57 -0600, the article's log line
DATE = "Sat, 09 Mar 2013 00:25:57 GMT"
AGENT = "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.2; Trident/4.0)"
VIA = "1.1 10.10.67.161 (McAfee Web Gateway 7.2.0.9.0.14401)"

LINKTYPE_LINUX_SLL = 113
TO_US, FROM_US = 0, 4

BAD_RESPONSE = "Bad Response", "The transferred data could not be delivered."
NOT_RESOLVABLE = "Host Not Resolvable", "The host name could not be resolved."
CANNOT_CONNECT = "Cannot Connect", "The proxy could not connect to the destination."


def mac(address):
    return bytes((0x00, 0x50, *map(int, address.split("."))))


def cooked(source, packet, protocol=0x0800):
    """The frame as the gateway's pseudo-device `any` records it."""
    return bytes(CookedLinux(pkttype=FROM_US if source == GATEWAY else TO_US, lladdrtype=1, lladdrlen=6,
                             src=mac(source) + bytes(2), proto=protocol) / packet)


def ip(source, destination, ident):
    ttl = {GATEWAY: 64, CLIENT: 128}.get(source, 63)
    return IP(src=source, dst=destination, id=ident & 0xFFFF, flags="DF", ttl=ttl)


class Connection:
    """A TCP connection; its methods return the frames of one side each."""

    OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("NOP", None), ("WScale", 7)]

    def __init__(self, client, client_port, server, server_port):
        self._ends = (client, client_port), (server, server_port)
        self._first = client_port * 65537, client_port * 131101 + 77
        self._next = list(self._first)
        self._ident = itertools.count(client_port)

    def _send(self, side, flags, payload=b""):
        (source, sport), (destination, dport) = self._ends[side], self._ends[1 - side]
        segment = TCP(sport=sport, dport=dport, flags=flags, seq=self._next[side] & 0xFFFFFFFF,
                      ack=self._next[1 - side] & 0xFFFFFFFF if "A" in flags else 0,
                      window=0 if "R" in flags else 29200,
                      options=self.OPTIONS if "S" in flags else [])
        self._next[side] += len(payload) + ("S" in flags) + ("F" in flags)
        return cooked(source, ip(source, destination, next(self._ident)) / segment / payload)

    def up(self, flags, payload=b""):
        """From the end that opened the connection."""
        return self._send(0, flags, payload)

    def down(self, flags, payload=b""):
        return self._send(1, flags, payload)

    def syn(self):
        """The SYN, or the same SYN again."""
        self._next[0] = self._first[0]
        return self.up("S")

    def handshake(self):
        return [self.syn(), self.down("SA"), self.up("A")]

    def close(self):
        return [self.up("FA"), self.down("FA"), self.up("A")]

    def prohibited(self):
        """The ICMP error that a packet filter on the server sends for the SYN."""
        (source, sport), (destination, dport) = self._ends
        quote = (IPerror(src=source, dst=destination, id=1, flags="DF", ttl=64) /
                 TCPerror(sport=sport, dport=dport, flags="S", seq=self._first[0], window=29200, options=self.OPTIONS))
        return cooked(destination, ip(destination, source, next(self._ident)) / ICMP(type=3, code=10) / quote)


class Lookup:
    """One question of the gateway to its DNS server, and the answer."""

    def __init__(self, ident, name, kind="A"):
        self._ident, self._port = ident, 10000 + ident
        self._question = DNSQR(qname=name, qtype=kind)
        self._name, self._kind = name, kind

    def query(self):
        return cooked(GATEWAY, ip(GATEWAY, DNS_SERVER, self._ident) / UDP(sport=self._port, dport=53) /
                      DNS(id=self._ident, rd=1, qd=self._question))

    def _answer(self, **sections):
        return cooked(DNS_SERVER, ip(DNS_SERVER, GATEWAY, self._ident) / UDP(sport=53, dport=self._port) /
                      DNS(id=self._ident, qr=1, rd=1, ra=1, qd=self._question, **sections))

    def answer(self, address):
        return self._answer(an=DNSRR(rrname=self._name, type=self._kind, ttl=300, rdata=address))

    def no_such_name(self):
        return self._answer(rcode=3, aa=1)


def http(first_line, *headers, body=b""):
    return "\r\n".join((first_line, *headers, "", "")).encode() + body


def request(host, path):
    """What a browser asks of its proxy."""
    return http(f"GET http://{host}{path} HTTP/1.1", "Accept: */*", f"User-Agent: {AGENT}", f"Host: {host}",
                "Proxy-Connection: Keep-Alive")


def onward(host, path):
    """What the gateway then asks of the server."""
    return http(f"GET {path} HTTP/1.1", "Accept: */*", f"User-Agent: {AGENT}", f"Host: {host}", f"Via: {VIA}",
                "Connection: Keep-Alive")


def answered(*headers, body=b"<p>hello</p>\n"):
    return http("HTTP/1.1 200 OK", *headers, "Content-Type: text/html", f"Content-Length: {len(body)}", body=body)


def blocked(phrase, page, path):
    title, text = page
    body = (f"<html>\n<head>\n<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{text}</p>\n"
            f"<p><b>URL:</b> http://{HOST}{path}</p>\n</body></html>\n").encode()
    return http(f"HTTP/1.1 502 {phrase}", f"Via: {VIA}", f"Date: {DATE}", "Content-Type: text/html",
                "Cache-Control: no-cache", f"Content-Length: {len(body)}", "Proxy-Connection: Keep-Alive", body=body)


def page_view(number, client, host, server):
    """The frames of one page that another client fetches through the gateway."""
    outer = Connection(client, 20000 + number, GATEWAY, PROXY_PORT)
    inner = Connection(GATEWAY, 30000 + number, server, 80)
    lookup = Lookup(1000 + number, host)
    path = f"/{number}.html"
    yield from outer.handshake()
    yield outer.up("PA", request(host, path))
    yield outer.down("A")
    yield lookup.query()
    yield lookup.answer(server)
    yield from inner.handshake()
    yield inner.up("PA", onward(host, path))
    yield inner.down("A")
    yield inner.down("PA", answered())
    yield inner.up("A")
    yield outer.down("PA", answered(f"Via: {VIA}"))
    yield outer.up("A")
    yield from inner.close()
    yield from outer.close()


def arp(asked, asking):
    yield cooked(asking, ARP(op=1, hwsrc=mac(asking), psrc=asking, hwdst=bytes(6), pdst=asked), 0x0806)
    yield cooked(asked, ARP(op=2, hwsrc=mac(asked), psrc=asked, hwdst=mac(asking), pdst=asking), 0x0806)


def other_traffic():
    for number in itertools.count():
        client = f"10.10.67.{5 + number % 40}"
        yield from page_view(number, client, f"www{number % 25}.example.net", f"10.10.70.{10 + number % 25}")
        yield from arp(client, GATEWAY)


class Capture:
    """Frames with times; what lies between the placed ones is other traffic."""

    def __init__(self, earlier_visit=True):
        self._frames = []
        self._now = 0.0
        # A page of the same server, fetched before it failed: so the gateway
        # knows the address, and no look-up comes between request and SYN.
        earlier = page_view(9999, "10.10.67.60", HOST, SERVER) if earlier_visit else ()
        self._others = itertools.chain(earlier, other_traffic())

    def place(self, number, time, *frames):
        """Put frames at this number and time, 0.2 ms apart."""
        missing = number - 1 - len(self._frames)
        assert missing >= 0 and time > self._now, f"frame {number} at {time}"
        step = (time - self._now) / (missing + 1)
        for frame in itertools.islice(self._others, missing):
            self._append(self._now + step, frame)
        for index, frame in enumerate(frames):
            self._append(time + index * 0.0002, frame)

    def _append(self, time, frame):
        self._now = time
        self._frames.append((time, frame))

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_LINUX_SLL))
            for time, frame in self._frames:
                seconds, micros = divmod(round(time * 1000000), 1000000)
                file.write(struct.pack("<IIII", START + seconds, micros, len(frame), len(frame)) + frame)


def client_connection():
    return Connection(CLIENT, 51234, GATEWAY, PROXY_PORT)


def server_connection(attempt=0):
    return Connection(GATEWAY, 40000 + attempt, SERVER, 80)


def finish(capture, number, time, client, *parts):
    """The gateway answers the client, the client closes."""
    capture.place(number, time, client.down("PA", b"".join(parts)), client.up("A"), *client.close())
    return capture


def nxdomain():
    """Queries in 74 and 76, `No Such Name` in 75 and 77."""
    capture, client = Capture(earlier_visit=False), client_connection()
    first, second = Lookup(1, HOST), Lookup(2, HOST, "AAAA")
    capture.place(67, 1.0, *client.handshake())
    capture.place(72, 1.003, client.up("PA", request(HOST, "/")), client.down("A"),
                  first.query(), first.no_such_name(), second.query(), second.no_such_name())
    return finish(capture, 78, 1.0045, client, blocked("notresolvable", NOT_RESOLVABLE, "/"))


def syn_timeout():
    """Request in 34, SYN in 35 and again after doubling waits from 3 s, 502 in 3310."""
    capture, client, server = Capture(), client_connection(), server_connection()
    capture.place(30, 1.0, *client.handshake())
    capture.place(34, 1.002, client.up("PA", request(HOST, "/")), server.syn(), client.down("A"))
    for number, wait in (90, 3), (195, 9), (405, 21), (820, 45), (1650, 93):
        capture.place(number, 1.0022 + wait, server.syn())
    return finish(capture, 3310, 190.0022, client, blocked("cannotconnect", CANNOT_CONNECT, "/"))


def rst():
    """A RST in 828, 830, 833 ... after each SYN."""
    capture, client = Capture(), client_connection()
    capture.place(820, 9.0, *client.handshake())
    capture.place(825, 9.002, client.up("PA", request(HOST, "/")), client.down("A"))
    for attempt, (number, time) in enumerate(((827, 9.0025), (829, 9.0035), (832, 9.0105), (836, 9.0205))):
        server = server_connection(attempt)
        capture.place(number, time, server.syn(), server.down("RA"))
    return finish(capture, 840, 9.03, client, blocked("cannotconnect", CANNOT_CONNECT, "/"))


def icmp():
    """`Host administratively prohibited` in 46, 48, 137 ... after each SYN."""
    capture, client = Capture(), client_connection()
    capture.place(40, 1.0, *client.handshake())
    capture.place(43, 1.002, client.up("PA", request(HOST, "/")), client.down("A"))
    for attempt, (number, time) in enumerate(((45, 1.0025), (47, 1.0035), (136, 2.004), (220, 3.005))):
        server = server_connection(attempt)
        capture.place(number, time, server.syn(), server.prohibited())
    return finish(capture, 224, 3.01, client, blocked("cannotconnect", CANNOT_CONNECT, "/"))


def server_leg(path):
    """Look-up, connection and onward request of the gateway, in 34 to 42."""
    capture, client, server = Capture(earlier_visit=False), client_connection(), server_connection()
    lookup = Lookup(1, HOST)
    capture.place(27, 1.0, *client.handshake())
    capture.place(31, 1.002, client.up("PA", request(HOST, path)), client.down("A"))
    capture.place(34, 1.003, lookup.query(), lookup.answer(SERVER))
    capture.place(38, 1.004, *server.handshake(), server.up("PA", onward(HOST, path)), server.down("A"))
    return capture, client, server


def bad_response(early_headers=()):
    """Onward request in 41, bytes without a header in 51, `200 OK` and the 502 in 249."""
    path = "/fw4.pdf"
    capture, client, server = server_leg(path)
    document = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n" * 25
    capture.place(51, 1.2, server.down("PA", document), server.up("A"))
    capture.place(120, 2.0, server.down("PA", document), server.up("A"))
    capture.place(246, 3.0, server.down("FA"), server.up("FA"), server.down("A"))
    early = http("HTTP/1.0 200 OK", f"Via: {VIA}", "Content-Type: application/pdf", *early_headers)
    return finish(capture, 249, 3.0015, client, early, blocked("badgateway", BAD_RESPONSE, path))


def bad_response_shown():
    """The same, with a 200 whose end Wireshark's HTTP dissector can see."""
    return bad_response(early_headers=["Content-Length: 0"])


def response_timeout():
    """The server takes the request and says nothing for two minutes."""
    path = "/report"
    capture, client, server = server_leg(path)
    capture.place(700, 121.0048, server.up("FA"), server.down("A"))
    return finish(capture, 702, 121.0055, client, blocked("badgateway", BAD_RESPONSE, path))


SCENES = nxdomain, syn_timeout, rst, icmp, bad_response, bad_response_shown, response_timeout


def main(directory):
    for scene in SCENES:
        scene().write(pathlib.Path(directory, f"{scene.__name__}.pcap"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
