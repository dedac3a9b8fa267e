# SPDX-License-Identifier: GPL-2.0-or-later
"""Happy Eyeballs (RFC 8305): both address families, the second a little later or as soon as the first has failed."""
from .sim import Signal
from .truth import Attempt


class Race:
    """Attempts that run beside each other for one request."""

    def __init__(self, proxy, request):
        self.proxy, self.request, self.signal = proxy, request, Signal()
        self.attempts, self.winner, self.open = [], None, 0

    def begin(self, server):
        attempt = Attempt(self.request, server.address, server.port, self.proxy.sim.now)
        self.attempts.append(attempt)
        self.request.attempts.append(attempt)
        self.open += 1
        self.proxy.sim.start(self._run(server, attempt))

    def _run(self, server, attempt):
        up = yield from self.proxy.pool.dial(attempt, server, self.request)
        self.open -= 1
        if attempt.abandoned:
            attempt.cause = None
            if up:
                self.proxy.pool.drop(up)
        elif up:
            self.winner = up, attempt
            for other in self.attempts:
                if other is not attempt and not other.cause:
                    other.abandoned, other.end = True, self.proxy.sim.now
                    if other.conn:
                        other.conn.gate.close()
        self.signal.fire()


def race(proxy, request, servers, delay):
    """A process: -> (Upstream or None, the winner or the attempt begun last)"""
    run, sim = Race(proxy, request), proxy.sim
    for server in servers:
        run.begin(server)
        until = sim.now + delay
        last = server is servers[-1]
        while run.winner is None and run.open and (last or sim.now < until):
            yield run.signal, None if last else until - sim.now
            if run.winner is None and run.attempts[-1].cause:
                break                                    # failed: the next one at once
        if run.winner:
            break
        yield proxy.workers.step(0.5)
    while run.winner is None and run.open:
        yield run.signal, None
    if run.winner:
        return run.winner
    return None, max(run.attempts, key=lambda a: a.start)
