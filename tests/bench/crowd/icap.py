# SPDX-License-Identifier: GPL-2.0-or-later
"""A gateway that shows every request and every answer to an ICAP service (RFC 3507) before it passes them on."""
from .sim import Signal
from .truth import Attempt

ANSWER = b"ICAP/1.0 204 No Modifications Needed\r\nISTag: \"v1\"\r\nConnection: keep-alive\r\n\r\n"


class Line:
    """One kept connection to the service."""

    def __init__(self, conn):
        self.conn, self.gate, self.peer, self.signal = conn, conn.gate, conn.peer, Signal()
        self.seen, self.need = set(), 0
        for event in ("open", "data", "fin", "rst"):
            setattr(self.gate, "on_" + event, self._event(event))

    def _event(self, what):
        def happened(*_):
            self.seen.add(what)
            self.signal.fire()
        return happened


class Icap:
    def __init__(self, proxy):
        self.proxy, self.sim, self.rng = proxy, proxy.sim, proxy.rng
        self.server = proxy.site.server(1344, latency=0.0003)
        self.idle = []
        proxy.site.before.append(self.request)
        proxy.site.behind.append(self.answer)

    # ------------------------------------------------------------ hooks of the proxy
    def request(self, request):
        """A process: REQMOD. -> the failed Attempt, or None"""
        head = request.head()
        head, body = head[:head.index(b"\r\n\r\n") + 4], b"b" * request.body
        return (yield from self._ask(request, self._message(b"REQMOD", b"request", [(b"req-hdr", head)], body, b"req-body")))

    def answer(self, request, data):
        """A process: RESPMOD, a server's 502 included."""
        head = request.head()
        cut = data.index(b"\r\n\r\n") + 4
        parts = [(b"req-hdr", head[:head.index(b"\r\n\r\n") + 4]), (b"res-hdr", data[:cut])]
        return (yield from self._ask(request, self._message(b"RESPMOD", b"response", parts, data[cut:], b"res-body"), spared=True))

    def _message(self, method, service, parts, body, name):
        host = b".".join(b"%d" % b for b in self.server.address)
        at, places = 0, []
        for part, text in parts:
            places.append(b"%s=%d" % (part, at))
            at += len(text)
        places.append(b"%s=%d" % (name if body else b"null-body", at))
        head = b"%s icap://%s:1344/%s ICAP/1.0\r\nHost: %s\r\nAllow: 204\r\nEncapsulated: %s\r\n\r\n" % (
            method, host, service, host, b", ".join(places))
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b""
        return head + b"".join(t for _, t in parts) + chunks

    # ------------------------------------------------------------ one exchange
    def _ask(self, request, message, spared=False):
        doom = "" if spared else {"i_refuse": "refuse", "i_empty": "close"}.get(request.action, "")
        attempt = Attempt(request, self.server.address, self.server.port, self.sim.now)
        line = None if doom else self._kept()
        if line is None:
            line = self._open("refuse" if doom == "refuse" else "accept")
            attempt.conn = line.conn
            line.gate.connect()
            yield line.signal, 3.0
            yield self.proxy.workers.step(0.5)
            if "open" not in line.seen:
                return self._failed(request, attempt, line, "rst")
        attempt.conn, attempt.stood, attempt.mark = line.conn, True, len(line.conn.log)
        line.need, line.doom = len(message), doom
        line.seen.discard("data")
        line.gate.send(message, attempt.asked)
        while not line.seen & {"data", "fin", "rst"}:
            yield line.signal, None
        yield self.proxy.workers.step(0.5)
        if "data" not in line.seen:
            return self._failed(request, attempt, line, "server_closed")
        self.idle.append(line)
        return None

    def _kept(self):
        while self.idle:
            line = self.idle.pop()
            if line.gate.state == "open" and not line.seen & {"fin", "rst"}:
                line.signal = Signal()
                return line
            line.gate.close()
        return None

    def _open(self, mode):
        conn = self.proxy.net.server_conn(self.proxy.site.out4[0], self.server.address, self.server.port, self.server.latency)
        conn.mode = mode
        line = Line(conn)
        line.peer.on_data = lambda data: self._arrives(line, data)
        line.peer.on_fin = lambda: self.sim.after(0.0001, line.peer.close)
        return line

    def _arrives(self, line, data):
        line.need -= len(data)
        if line.need <= 0:
            delay = self.rng.lognormvariate(-6.0, 0.8)   # 2.5 ms
            self.sim.after(delay, line.peer.close) if line.doom else self.sim.after(delay, line.peer.send, ANSWER)

    def _failed(self, request, attempt, line, cause):
        attempt.cause, attempt.end, attempt.close_mark = cause, self.sim.now, len(line.conn.log)
        request.attempts.append(attempt)
        request.asides.add(attempt.place)
        line.gate.close()
        return attempt
