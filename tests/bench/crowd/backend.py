# SPDX-License-Identifier: GPL-2.0-or-later
"""The far end of a connection to an upstream: handshake, answers, idle time, and how it ends."""
from . import tlswire
from .origin import answer


class Backend:
    """tls: a tlswire.Tls, or None. `expect` says which request comes next, since what is sent may be encrypted."""

    def __init__(self, conn, server, rng, tls=None):
        self.conn, self.server, self.rng, self.end, self.tls = conn, server, rng, conn.peer, tls
        self.sim = conn.net.sim
        self.request = self.opener = self.attempt = None
        self.need = self.requests = 0
        self.busy = self.half = False
        self.end.on_open, self.end.on_fin = self._open, self._fin
        if tls:
            tls.on_peer = self._tls
        else:
            self.end.on_data = self._data

    def expect(self, request, size, attempt):
        """The gateway is about to send `size` bytes for `request`."""
        self.request, self.need, self.attempt, self.busy = request, size, attempt, True

    # ------------------------------------------------------------ events
    def _open(self):
        action = self.opener.action if self.opener else None
        if action == "c_rst":
            self.end.abort()
        elif action == "c_fin":
            self.end.close()

    def _fin(self):
        if self.busy:                                    # the gateway has only closed its half
            self.half = True
        else:
            self.sim.after(self.rng.uniform(0.00003, 0.0003), self.end.close)

    def _tls(self, event, plain):
        action = self.opener.action if self.opener else ""
        delay = self.rng.uniform(0.0003, 0.003)
        if event == "hello":
            if action[:2] != "t_" or action in ("t_untrusted", "t_late"):
                self.sim.after(delay, self.tls.flight)
            elif action == "t_alert":
                self.sim.after(delay, self._refuse, tlswire.HANDSHAKE_FAILURE)
            elif action == "t_plain":
                self.sim.after(delay, self._plain)
            elif action in ("t_close", "t_reset"):
                self.sim.after(delay, self.end.close if action == "t_close" else self.end.abort)
        elif event == "finished":
            if action == "t_late":
                self.sim.after(delay, self._refuse, tlswire.CERTIFICATE_REQUIRED)
            else:
                self.sim.after(self.rng.uniform(0.0001, 0.0006), self.tls.tickets)
        elif event == "data":
            self._data(plain)
        elif event == "alert":
            self.sim.after(0.0001, self.end.close)

    def _refuse(self, code):
        note = self.attempt.ender if self.attempt else None
        if code == tlswire.CERTIFICATE_REQUIRED and self.tls.version == 0x0304:
            self.tls.sealed_alert(self.end, note)
        else:
            self.tls.alert(self.end, code, note)
        self.end.close()

    def _plain(self):
        self.end.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", self.attempt.ender if self.attempt else None)
        self.end.close()

    def _data(self, data):
        if not self.busy or self.need <= 0:
            return
        self.need -= len(data)
        if self.need <= 0:
            self.requests += 1
            self.sim.after(self.server.work(self.rng), self._answer, self.request, self.attempt)

    # ------------------------------------------------------------ the answer
    def _answer(self, request, attempt):
        end, rng = self.end, self.rng
        if end.state != "open" or self.server.mode != "accept":
            return                                       # it vanished meanwhile
        data, ending = answer(request.action, rng)
        self.busy = request.action in ("h_hang", "h_100_hang", "h_part_hang")
        if self.half and not ending and not self.busy:
            ending = "fin"
        if data:
            note = attempt.answer if attempt else None
            if self.tls:
                self.tls.send(end, data, note)
            else:
                end.send(data, note)
        if ending == "fin":
            if self.tls and rng.random() < 0.7 and request.action != "h_empty":
                self.tls.sealed_alert(end)
            if data and rng.random() < 0.5:
                self.sim.after(rng.uniform(0.0001, 0.02), end.close)
            else:
                end.close()
        elif ending == "rst":
            self.sim.after(rng.uniform(0.0005, 0.002) if data else 0.0, end.abort)
        elif not self.busy:
            self.sim.after(self.server.keep, self._idle, self.requests)

    def _idle(self, requests):
        """Closes a kept-alive connection that nobody used for a while (the next request may cross the FIN)."""
        if requests == self.requests and not self.busy and self.end.state == "open" and not self.end.gone:
            if self.tls:
                self.tls.sealed_alert(self.end)
            self.end.close()
