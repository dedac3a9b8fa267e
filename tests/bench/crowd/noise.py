# SPDX-License-Identifier: GPL-2.0-or-later
"""What a gateway does for itself: clock, log host, directory, certificate status, updates; look-ups and connections of its own."""
import struct

from .errand import errand
from .web import Name


class Noise:
    def __init__(self, proxy, ends):
        self.proxy, self.net, self.rng, self.sim, self.site, self.book, self.ends = proxy, proxy.net, proxy.rng, proxy.sim, proxy.site, proxy.book, ends
        site, rng = self.site, self.rng
        self.ntp = site.server(123).address
        self.log = Name(site.name(("corp.example",), ("log", "syslog")), rng.choice(["good", "nxdomain", "servfail", "mute"]), [site.server(514).address])
        self.update = Name(site.name(("vendor.example",), ("update", "download")), "good", [])
        self.ocsp = Name(site.name(("ca.example",), ("ocsp",)), "good", [])
        self.places = {"ldap": site.server(389), "update": site.server(80), "ocsp": site.server(80)}
        self.update.addresses, self.ocsp.addresses = [self.places["update"].address], [self.places["ocsp"].address]

    def start(self):
        """Everything begins; it ends with the clients."""
        for what, every in ((self._clock, 4.0), (self._log, 0.8), (self._directory, 0.5), (self._ocsp, 1.2), (self._updates, 2.5)):
            self.sim.start(self._again(what, every * self.rng.uniform(0.6, 1.4)))

    def _again(self, what, every):
        yield self.rng.uniform(0.0, every)
        while not self.ends():
            self.sim.start(what())
            yield self.rng.expovariate(1.0 / every) if what != self._clock else every

    # ------------------------------------------------------------ over UDP
    def _clock(self):
        stamp = struct.pack("!II", 3900000000 + int(self.sim.now), self.rng.getrandbits(32))
        ask = b"\x23\x00\x06\xec" + bytes(36) + stamp
        self._udp(True, self.ntp, 123, 123, ask)
        yield self.rng.uniform(0.002, 0.03)
        self._udp(False, self.ntp, 123, 123, b"\x24\x02\x06\xe9" + bytes(20) + stamp + stamp + stamp)

    def _udp(self, out, other, sport, dport, payload):
        self.net.datagram(out, self.site.dns4, other, sport, dport, payload)

    def _log(self):
        """A line for the log host: its name is looked up, and that may fail again and again."""
        if (yield from self._look_up(self.log)):
            self._udp(True, self.log.addresses[0], 40514, 514, b"<134>Nov 26 10:00:00 gw proxy: [access] client=10.0.0.1 url=http://x/ status=502")

    def _look_up(self, name):
        """A process: -> whether the name led anywhere"""
        known = name.name in self.proxy.resolver.cache
        addresses, lookup, _ = yield from self.proxy.resolver.lookup(name)
        if lookup and lookup.cause and not known:
            self.book.orphan(lookup)
        return bool(addresses)

    # ------------------------------------------------------------ over TCP
    def _directory(self):
        bind = bytes.fromhex("300c020101600702010304008000")
        yield from self._talk("ldap", bind, bytes.fromhex("300c02010161070a010004000400"))

    def _ocsp(self):
        if (yield from self._look_up(self.ocsp)):
            body = self.rng.randbytes(71)
            yield from self._talk("ocsp", b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: application/octet-stream\r\nContent-Length: 71\r\n\r\n" %
                                  self.ocsp.name.encode() + body, self._page(b"\x30\x03\x0a\x01\x06"))

    def _updates(self):
        if (yield from self._look_up(self.update)):
            yield from self._talk("update", b"GET /list?v=%d HTTP/1.1\r\nHost: %s\r\nUser-Agent: updater\r\n\r\n" %
                                  (self.rng.randrange(999), self.update.name.encode()), self._page(bytes(200)))

    def _page(self, body):
        if self.rng.random() < 0.15:
            return b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def _talk(self, what, question, answer):
        """A process: one connection, one question; a third of them fails in some way."""
        sim, rng = self.sim, self.rng
        fate = rng.choices(["good", "refuse", "drop", "fin", "reset", "mute"], [8, 2, 0.7, 1, 1, 0.5])[0]

        def answers(peer, attempt):
            does = {"good": lambda: peer.send(answer, attempt.answer), "fin": peer.close, "reset": peer.abort}.get(fate)
            if does:
                sim.after(rng.uniform(0.001, 0.02), does)
            if fate == "good" and answer.startswith(b"HTTP/1.1 502"):
                self.proxy.book.errand_502(attempt)

        yield from errand(self.proxy, self.places[what], fate if fate in ("refuse", "drop") else "accept", question, answers, what, 3.0)
