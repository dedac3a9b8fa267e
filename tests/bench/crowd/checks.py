# SPDX-License-Identifier: GPL-2.0-or-later
"""Health checks: what a gateway sends its servers on a period, without any client."""
from .errand import errand

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
BAD = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Checks:
    """Asks for a page, or only connects; each server has its own phase, all have the same period."""

    def __init__(self, proxy, ends):
        self.proxy, self.rng, self.sim, self.ends = proxy, proxy.rng, proxy.sim, ends
        rng, groups = proxy.rng, proxy.site.groups
        self.period, self.question = rng.choice([1.0, 2.0, 5.0]), None
        if not groups[0].servers[0].tls and rng.random() < 0.7:
            self.question = ("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: health-check/1.0\r\nConnection: close\r\n\r\n" % (
                rng.choice(["/health", "/healthz", "/ping", "/"]), proxy.site.routes[0].host_to)).encode()
        self.aborts = rng.random() < 0.5                 # ends a mere connection with RST
        for group in groups:
            for server in group.servers:
                self.sim.start(self._server(server))

    def _server(self, server):
        """A process: checks one server until the clients are through."""
        yield self.rng.uniform(0.0, self.period)
        while not self.ends():
            if server.mode != "arp":
                self.sim.start(errand(self.proxy, server, server.mode, self.question, lambda peer, attempt: self._answer(peer, server, attempt), "check",
                                      min(self.period * 0.8, 2.0), self._end))
            yield self.period + self.rng.uniform(0.0, 0.002)

    def _answer(self, peer, server, attempt):
        def answers():
            if self.rng.random() < 0.03:
                peer.send(BAD, attempt.answer)
                self.proxy.book.errand_502(attempt)
            else:
                peer.send(GOOD)
            peer.close()
        self.sim.after(server.work(self.rng) * 0.3, answers)

    def _end(self, gate):
        if self.aborts and not self.question:
            gate.abort()
        else:
            gate.close()
