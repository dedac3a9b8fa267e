# SPDX-License-Identifier: GPL-2.0-or-later
"""What servers do: with a connection, a TLS hello, a request. `attach` gives a connection's far end its behaviour."""
from . import wire

FILLER = bytes(range(32, 127)) * 12000                   # bodies are slices of it
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def head(status, *more):
    return ("HTTP/1.1 %s\r\nServer: origin\r\n%s\r\n" % (status, "".join(m + "\r\n" for m in more))).encode()


def body(rng, size):
    start = rng.randrange(95)
    return FILLER[start:start + size]


def answer(action, rng):
    """-> (bytes, how it ends): '' keeps the connection, 'fin', 'rst'"""
    small = rng.randrange(40, 1200)
    whole = head("200 OK", "Content-Type: text/html", "Content-Length: %d" % small)
    if action in ("ok_chunked",):
        size = rng.randrange(500, 9000)
        text = body(rng, size)
        parts = [text[i:i + 2000] for i in range(0, size, 2000)]
        return head("200 OK", "Content-Type: text/html", "Transfer-Encoding: chunked") + \
            b"".join(b"%x\r\n" % len(p) + p + b"\r\n" for p in parts) + b"0\r\n\r\n", ""
    if action == "ok_large":
        size = rng.choice([60000, 200000, 1000000])
        return head("200 OK", "Content-Type: application/octet-stream", "Content-Length: %d" % size) + body(rng, size), ""
    if action == "ok_404":
        return head("404 Not Found", "Content-Type: text/html", "Content-Length: 9") + b"not found", ""
    if action == "ok_304":
        return head("304 Not Modified", 'ETag: "a1"'), ""
    if action == "ok_close":
        return head("200 OK", "Content-Type: text/html", "Content-Length: %d" % small, "Connection: close") + body(rng, small), "fin"
    if action == "h_raw":
        return bytes(rng.randrange(128, 256) for _ in range(rng.randrange(20, 300))), "fin"
    if action == "h_html":
        return b"<html><body>no status line here</body></html>\n", "fin"
    if action == "h_badhdr":
        return b"HTTP/1.1 200 OK\r\nServer: origin\r\nthis line has no colon\r\nContent-Length: 5\r\n\r\nhello", ""
    if action == "h_bighead":
        return b"HTTP/1.1 200 OK\r\nX-Filler: " + body(rng, 70000) + b"\r\nContent-Length: 2\r\n\r\nok", ""
    if action == "h_trunc_head":
        return whole[:rng.randrange(18, len(whole) - 4)], "fin"
    if action == "h_trunc_body":
        return whole + body(rng, small // 2), "fin"
    if action == "h_trunc_rst":
        return whole + body(rng, small // 3), "rst"
    if action == "h_part_hang":
        return whole + body(rng, small // 2), ""
    if action == "h_empty":
        return b"", "fin"
    if action == "h_rst":
        return b"", "rst"
    if action == "h_hang":
        return b"", ""
    if action == "h_100_close":
        return CONTINUE, "fin"
    if action == "h_100_hang":
        return CONTINUE, ""
    if action == "h_502":
        text = b"<html><head><title>502 Bad Gateway</title></head><body>upstream</body></html>"
        return head("502 Bad Gateway", "Content-Type: text/html", "Content-Length: %d" % len(text)) + text, rng.choice(["", "fin"])
    if action == "h_504":
        return head("504 Gateway Time-out", "Content-Type: text/html", "Content-Length: 4") + b"late", ""
    return whole + body(rng, small), ""


class Origin:
    """The far end of one server connection."""

    def __init__(self, conn, world, rng):
        self.conn, self.world, self.rng, self.end = conn, world, rng, conn.peer
        self.need, self.request, self.note, self.requests = None, None, None, 0
        self.end.on_data, self.end.on_fin, self.end.on_open = self._data, self._fin, self._open
        self.tunnel = False

    def expect(self, request, size, note):
        """The gateway is about to send `size` bytes for `request`; note: the answer's frames."""
        self.request, self.need, self.note = request, size, note

    def _open(self):
        action = self.request.action if self.request else None
        if action == "c_rst":
            self.end.abort()
        elif action == "c_fin":
            self.end.close()

    def _fin(self):
        self.conn.net.sim.after(self.rng.uniform(0.00005, 0.0003), self.end.close)

    def _data(self, data):
        if self.tunnel:
            self.conn.net.sim.after(self.rng.uniform(0.001, 0.01), self.end.send, wire.server_hello(self.rng) + wire.tls_data(900, self.rng))
            self.tunnel = False
            return
        if self.need is None:
            return
        self.need -= len(data)
        if self.need <= 0:
            self.need = None
            self.requests += 1
            self.conn.net.sim.after(self.rng.expovariate(1 / 0.015) + 0.0005, self._answer, self.request, self.note)

    def _answer(self, request, note):
        end, rng, action = self.end, self.rng, request.action
        if end.state != "open":
            return
        if action[0] == "t":                             # a TLS hello came
            if action == "t_alert":
                end.send(wire.TLS_ALERT, note)
                end.close()
            elif action == "t_close":
                end.close()
            elif action == "t_reset":
                end.abort()
            elif action == "t_plain":
                end.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", note)
                end.close()
            return
        data, ending = answer(action, rng)
        if not ending and action.startswith("ok"):
            self.conn.net.sim.after(rng.uniform(1.0, 12.0), self._idle, self.requests)
        if data:
            end.send(data, note)
        if ending == "fin":
            if data and rng.random() < 0.5:
                self.conn.net.sim.after(rng.uniform(0.0001, 0.02), end.close)
            else:
                end.close()
        elif ending == "rst":
            self.conn.net.sim.after(rng.uniform(0.0005, 0.002) if data else 0.0, end.abort)

    def _idle(self, requests):
        """Closes a kept-alive connection that nobody used for a while (the next request may cross the FIN)."""
        if requests == self.requests and not self.tunnel:
            self.end.close()
