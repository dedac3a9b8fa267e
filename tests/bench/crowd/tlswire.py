# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS 1.2 and 1.3 towards a server, as far as a capture without keys shows it: records of the right kinds and lengths.

What is inside encrypted records is random; both ends are told the plain text when the whole record has arrived.
"""
import base64
import collections
import struct

HANDSHAKE, ALERT, CHANGE, DATA = 22, 21, 20, 23
UNKNOWN_CA, HANDSHAKE_FAILURE, CERTIFICATE_REQUIRED = 48, 40, 116
RECORD = 16000                                           # plain text per record at most
CERTIFICATE = base64.b64decode(
    "MIIBdzCCAR2gAwIBAgIUbQOJSg9e5L28QpkLhURtxa6sCUYwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGb3JpZ2luMB4XDTI2MTEyNzEwMjUxNFoXDTM2MTEy"
    "NDEwMjUxNFowETEPMA0GA1UEAwwGb3JpZ2luMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9kSnaVnbdcysPbQo3HlesR47fQ++VSlqSxJ036Ts/vmo7oCH"
    "0Wq2M0cQsVnUbFRI6LwNg63UdtIODhO7KqFEyKNTMFEwHQYDVR0OBBYEFA0yzEl0F5Wn2ssl6ASCf0ehJP9FMB8GA1UdIwQYMBaAFA0yzEl0F5Wn2ssl6ASC"
    "f0ehJP9FMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAOqGBojzMpmBAi1HYM1T3kv7r3M6jCR6aEt5lwZR/ocqAiB2o9lFRwlT3aptKvU9"
    "e7TeiWEyrrtjSvd1tIOn6Tt3Xw==")


def record(kind, body, version=0x0303):
    return struct.pack("!BHH", kind, version, len(body)) + body


def message(kind, body):
    return bytes([kind]) + struct.pack("!I", len(body))[1:] + body


def extension(kind, body):
    return struct.pack("!HH", kind, len(body)) + body


def client_hello(rng, version, sni, alpn, resumed):
    more = extension(0x000b, b"\x01\x00") + extension(0x000a, struct.pack("!HHH", 4, 0x001d, 0x0017))
    if sni:
        name = sni.encode()
        more = extension(0, struct.pack("!HBH", len(name) + 3, 0, len(name)) + name) + more
    more += extension(0x0023, rng.randbytes(192) if resumed and version == 0x0303 else b"")
    if alpn:
        more += extension(0x0010, b"\x00\x09\x08http/1.1")
    more += extension(0x0017, b"") + extension(0x000d, struct.pack("!HHHHH", 8, 0x0403, 0x0804, 0x0401, 0x0503))
    suites = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0x00ff]
    if version == 0x0304:
        suites = [0x1302, 0x1303, 0x1301] + suites
        more += extension(0x002b, b"\x04\x03\x04\x03\x03") + extension(0x002d, b"\x01\x01") + \
            extension(0x0033, struct.pack("!HHH", 36, 0x001d, 32) + rng.randbytes(32))
        if resumed:                                      # pre_shared_key stands last
            more += extension(0x0029, struct.pack("!HH", 198, 192) + rng.randbytes(192) + rng.randbytes(4) + struct.pack("!HB", 49, 48) +
                              rng.randbytes(48))
    body = b"\x03\x03" + rng.randbytes(32) + b"\x20" + rng.randbytes(32) + struct.pack("!H", 2 * len(suites)) + \
        b"".join(struct.pack("!H", s) for s in suites) + b"\x01\x00" + struct.pack("!H", len(more)) + more
    return record(HANDSHAKE, message(1, body), 0x0301)


def server_hello(rng, version, resumed):
    if version == 0x0304:
        more = extension(0x002b, b"\x03\x04") + extension(0x0033, struct.pack("!HH", 0x001d, 32) + rng.randbytes(32))
        more += extension(0x0029, b"\x00\x00") if resumed else b""
        suite = 0x1302
    else:
        more, suite = extension(0xff01, b"\x00") + (b"" if resumed else extension(0x0023, b"")), 0xc02b
    body = b"\x03\x03" + rng.randbytes(32) + b"\x20" + rng.randbytes(32) + struct.pack("!HB", suite, 0) + struct.pack("!H", len(more)) + more
    return record(HANDSHAKE, message(2, body))


def certificate():
    one = struct.pack("!I", len(CERTIFICATE))[1:] + CERTIFICATE
    return message(11, struct.pack("!I", len(one))[1:] + one)


def key_exchange(rng):
    return message(12, b"\x03\x00\x1d\x20" + rng.randbytes(32) + b"\x04\x03\x00\x48\x30\x46\x02\x21\x00" + rng.randbytes(32) + b"\x02\x21\x00" +
                   rng.randbytes(32))


def alert(code):
    return record(ALERT, bytes([2, code]))


class Tls:
    """The TLS of one connection, both ends. What each end gets: on_gate(event, data), on_peer(event, data).

    Events in their order: peer "hello"; gate "flight"; peer "finished"; gate "ready"; then "data" on both; "alert" on either."""

    def __init__(self, conn, rng, version, sni, alpn, resumed):
        self.conn, self.rng, self.version, self.sni, self.alpn, self.resumed = conn, rng, version, sni, alpn, resumed
        self.coming = {conn.gate: collections.deque(), conn.peer: collections.deque()}
        self.have = {conn.gate: 0, conn.peer: 0}
        self.on_gate = self.on_peer = None
        conn.gate.on_data = lambda data: self._arrived(conn.gate, data)
        conn.peer.on_data = lambda data: self._arrived(conn.peer, data)

    def _send(self, end, parts, note=None):
        """parts: (record, event or None, plain text)"""
        to = self.coming[end.other]
        for data, event, plain in parts:
            to.append((len(data), event, plain))
        end.send(b"".join(p[0] for p in parts), note)

    def _arrived(self, end, data):
        self.have[end] += len(data)
        if not self.coming[end]:                         # no TLS at all
            (self.on_gate if end.gateway else self.on_peer)("garbage", data)
        coming = self.coming[end]
        while coming and self.have[end] >= coming[0][0]:
            size, event, plain = coming.popleft()
            self.have[end] -= size
            if event:
                (self.on_gate if end.gateway else self.on_peer)(event, plain)

    # ------------------------------------------------------------ the handshake
    def hello(self, note):
        self._send(self.conn.gate, [(client_hello(self.rng, self.version, self.sni, self.alpn, self.resumed), "hello", b"")], note)

    def flight(self):
        rng, hello = self.rng, server_hello(self.rng, self.version, self.resumed)
        change = (record(CHANGE, b"\x01"), None, b"")
        if self.version == 0x0304:
            sizes = [23, 69] if self.resumed else [32, 830, 96, 69]
            parts = [(hello, None, b""), change] + [(record(DATA, rng.randbytes(n)), None, b"") for n in sizes]
        elif self.resumed:
            parts = [(hello, None, b""), change, (record(HANDSHAKE, rng.randbytes(40)), None, b"")]
        else:
            parts = [(hello, None, b"")] + [(record(HANDSHAKE, m), None, b"") for m in (certificate(), key_exchange(rng), message(14, b""))]
        parts[-1] = (parts[-1][0], "flight", b"")
        self._send(self.conn.peer, parts)

    def finished(self, asked_for_certificate=False):
        """asked_for_certificate: the server wants the client's, and there is none: an empty one goes."""
        rng, parts = self.rng, []
        if asked_for_certificate and self.version != 0x0304:
            parts.append((record(HANDSHAKE, message(11, b"\0\0\0")), None, b""))
        if self.version != 0x0304 and not self.resumed:
            parts.append((record(HANDSHAKE, message(16, b"\x20" + rng.randbytes(32))), None, b""))
        parts.append((record(CHANGE, b"\x01"), None, b""))
        if asked_for_certificate and self.version == 0x0304:
            parts.append((record(DATA, rng.randbytes(25)), None, b""))
        last = record(DATA, rng.randbytes(69)) if self.version == 0x0304 else record(HANDSHAKE, rng.randbytes(40))
        self._send(self.conn.gate, parts + [(last, "finished", b"")])

    @property
    def waits(self):
        """Does the gateway wait for the server's Finished before it may send?"""
        return self.version != 0x0304 and not self.resumed

    def tickets(self):
        rng = self.rng
        if self.version == 0x0304:
            self._send(self.conn.peer, [(record(DATA, rng.randbytes(250)), None, b"") for _ in range(1 if self.resumed else 2)])
        elif not self.resumed:
            self._send(self.conn.peer, [(record(HANDSHAKE, message(4, struct.pack("!IH", 7200, 176) + rng.randbytes(176))), None, b""),
                                        (record(CHANGE, b"\x01"), None, b""), (record(HANDSHAKE, rng.randbytes(40)), "ready", b"")])

    # ------------------------------------------------------------ afterwards
    def send(self, end, data, note=None):
        more = 17 if self.version == 0x0304 else 24
        self._send(end, [(record(DATA, self.rng.randbytes(len(part) + more)), "data", part)
                         for part in (data[i:i + RECORD] for i in range(0, len(data), RECORD))], note)

    def alert(self, end, code, note=None):
        """A fatal alert inside the handshake, in the clear as long as nothing is encrypted."""
        self._send(end, [(alert(code), "alert", b"")], note)

    def sealed_alert(self, end, note=None):
        """close_notify, or any alert after the handshake."""
        body = self.rng.randbytes(19 if self.version == 0x0304 else 26)
        self._send(end, [(record(DATA if self.version == 0x0304 else ALERT, body), "notify", b"")], note)
