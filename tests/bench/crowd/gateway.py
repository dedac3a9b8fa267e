# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway: how it serves one request after the other of each client, and what it says when that fails."""
from . import wire
from .dns import Neighbours, Resolver
from .kinds import GOOD
from .origin import Origin, head
from .sim import Signal
from .truth import Attempt

PAGES = {"Host Not Resolvable": "notresolvable", "Cannot Connect": "cannotconnect", "Bad Response": "badgateway", "Handshake Failed": "handshakefailed"}
CATEGORY = {"nxdomain": "Host Not Resolvable", "dns_nodata": "Host Not Resolvable", "dns_error": "Host Not Resolvable",
            "dns_timeout": "Host Not Resolvable", "dns_unreachable": "Host Not Resolvable", "syn_timeout": "Cannot Connect", "rst": "Cannot Connect",
            "icmp": "Cannot Connect", "arp": "Cannot Connect", "tls": "Handshake Failed"}


class Upstream:
    """The gateway's end of a server connection, and the reply that is being read from it."""

    def __init__(self, conn):
        self.conn, self.end, self.signal = conn, conn.gate, Signal()
        self.opened = self.fin = self.reset = self.icmp = False
        self.reused, self.reply = False, None
        end = self.end
        end.on_open, end.on_data, end.on_fin, end.on_rst = self._open, self._data, self._fin, self._reset
        conn.on_icmp = self._icmp

    def _open(self):
        self.opened = True
        self.signal.fire()

    def _data(self, data):
        if self.reply:
            self.reply.feed(data)
        self.signal.fire()

    def _fin(self):
        self.fin = True
        self.signal.fire()

    def _reset(self):
        self.reset = True
        self.signal.fire()

    def _icmp(self):
        self.icmp = True
        self.signal.fire()

    def usable(self):
        return self.end.state == "open" and not self.fin and not self.end.gone


class Reply:
    """A response as it arrives: `state` is head, body, done or bad."""

    def __init__(self, tls=False):
        self.buffer, self.fresh, self.total, self.state, self.interim = b"", [], 0, "head", False
        self.status, self.left, self.chunked, self.large, self.tls = 0, 0, False, False, tls

    def feed(self, data):
        self.total += len(data)
        if self.tls:
            self.state = "bad"
            return
        if self.state == "head":
            self.buffer += data
            self._head()
        elif self.state == "body":
            self._body(data)

    def _head(self):
        while True:
            text = self.buffer
            if not text.startswith(b"HTTP/1.1 "[:len(text)]) or len(text) > 65536:
                self.state = "bad"
                return
            end = text.find(b"\r\n\r\n")
            if end < 0:
                return
            lines = text[:end].split(b"\r\n")
            if any(b":" not in line for line in lines[1:]):
                self.state = "bad"
                return
            self.status = int(lines[0][9:12])
            if self.status >= 200:
                break
            self.interim, self.buffer = True, text[end + 4:]
        rest, self.buffer = text[end + 4:], text[:end + 4]
        fields = {k.lower(): v.strip() for k, v in (line.split(b":", 1) for line in lines[1:])}
        self.chunked = b"transfer-encoding" in fields
        self.left = 0 if self.status == 304 else int(fields.get(b"content-length", b"0"))
        self.large = self.left > 50000
        self.keep = fields.get(b"connection") != b"close"
        self.state = "body"
        self.fresh.append(self.buffer)
        self._body(rest)

    def _body(self, data):
        self.fresh.append(data)
        if self.chunked:
            if b"".join(self.fresh[-2:])[-5:] == b"0\r\n\r\n":
                self.state = "done"
            return
        self.left -= len(data)
        if self.left <= 0:
            self.state = "done"

    def take(self):
        data, self.fresh = b"".join(self.fresh), []
        return data


class Gateway:
    def __init__(self, net, world, book):
        self.net, self.world, self.book = net, world, book
        self.sim, self.rng = net.sim, net.rng
        self.neighbours = Neighbours(net, world)
        self.resolver = Resolver(net, world, self.neighbours)
        self.pool, self.down = {}, {}

    def session(self, conn):
        """A process: serves the requests of one client connection, in order."""
        while True:
            request = yield from conn.app.next()
            if request is None:
                break
            yield self.rng.uniform(0.5, 1.0) * self.world.pace
            yield from self.serve(request)
            self.book.served(request, self.sim.now)
            if request.closes or conn.gate.state != "open":
                break
        conn.gate.close()

    # ------------------------------------------------------------ one request
    def serve(self, request):
        world, host = self.world, request.host
        if request.kind == "nothing":
            yield self.rng.uniform(0.001, 0.02)
            yield from self.fail(request, "unknown")
            return
        port = request.port
        if request.via_parent:
            addresses, port = [world.parent], world.parent_port
        elif host.literal:
            addresses = host.addresses
        else:
            addresses, lookup, remembered = yield from self.resolver.lookup(host)
            if lookup:
                request.lookups.append(lookup)
            if not addresses:
                yield from self.fail(request, lookup.cause, lookup=lookup, remembered=remembered)
                return
        yield self.rng.uniform(0.3, 0.6) * world.pace
        for address in addresses:
            old = self.down.get((address, port)) if world.remember_hops else None
            if old and old[0] > self.sim.now:
                if address is addresses[-1]:
                    yield from self.fail(request, old[1].cause, attempt=old[1], remembered=True)
                    return
                continue
            tries = 2 if request.action == "c_refuse_once" else world.refused_tries
            for turn in range(tries):
                attempt = yield from self.attempt(request, address, port, turn)
                if attempt.stood or attempt.cause != "rst":
                    break
            if attempt.cause is None:
                return
            if attempt.stood:
                break
            if world.remember_hops and attempt.cause in ("rst", "syn_timeout", "icmp"):
                self.down[(address, port)] = (self.sim.now + world.memory, attempt)
        yield from self.fail(request, attempt.cause, attempt=attempt)

    def attempt(self, request, address, port, turn, fresh=False):
        """A process: one connection tried (or reused). -> Attempt; cause None when the client has its answer."""
        world, sim, net = self.world, self.sim, self.net
        attempt = Attempt(request, address, port, sim.now)
        request.attempts.append(attempt)
        request.places.add((address, port))
        server = world.servers[address]
        if server.local:
            attempt.arp = yield from self.neighbours.fail(address)
            attempt.cause, attempt.end = "arp", sim.now
            return attempt
        tls = request.action[0] == "t"
        special = request.action[:2] == "c_"
        up = None if tls or special or fresh or request.method == "CONNECT" else self._idle(address, port)
        if up is None:
            own = world.own6 if len(address) == 16 else world.out4
            conn = net.server_conn(own, address, port, server.latency)
            up = Upstream(conn)
            conn.app = Origin(conn, world, self.rng)
            conn.app.request = request if special else None
            conn.mode, conn.detail = server.mode, server.detail
            if request.action == "c_refuse" or (request.action == "c_refuse_once" and turn == 0):
                conn.mode = "refuse"
            attempt.conn = conn
            ok = yield from self._connect(request, attempt, up)
            if not ok:
                return attempt
        else:
            attempt.conn, attempt.mark, attempt.start = up.conn, len(up.conn.log), sim.now
        attempt.stood = True
        if request.action in ("c_rst", "c_fin"):
            yield up.signal, server.latency * 3 + 0.002
            if up.fin or up.reset:
                attempt.cause = "rst" if up.reset else "server_closed"
                attempt.end = sim.now
                up.end.close()
                return attempt
        if tls:
            yield from self._handshake(request, attempt, up)
            return attempt
        if request.method == "CONNECT":
            yield from self._tunnel(request, up)
            return attempt
        if request.body:
            if request.expect:
                request.client.gate.send(b"HTTP/1.1 100 Continue\r\n\r\n")
                request.client.app.interim()
            if not (yield from request.client.app.until(request.body_end, 30.0)):
                attempt.cause = "unknown"
                up.end.close()
                return attempt
            if not up.usable():
                up.end.close()
                request.attempts.pop()
                return (yield from self.attempt(request, address, port, turn, True))
        yield self.rng.uniform(0.1, 0.4) * world.pace
        if not up.usable() and up.reused:                # the server closed while we were thinking
            request.attempts.pop()
            return (yield from self.attempt(request, address, port, turn, True))
        yield from self._exchange(request, attempt, up)
        if attempt.cause in ("server_closed", "server_reset") and up.reused and not up.reply.total and \
                (world.retry_stale or request.kind in GOOD and self.rng.random() < 0.8):
            return (yield from self.attempt(request, address, port, turn, True))
        return attempt

    def _idle(self, address, port):
        pool = self.pool.get((address, port))
        while pool:
            up = pool.pop()
            if up.usable():
                up.reused, up.signal = True, Signal()
                return up
            up.end.close()
        return None

    def _connect(self, request, attempt, up):
        """A process: -> True when the connection stands; else the attempt has its cause."""
        sim = self.sim
        deadline = sim.now + self.world.connect_timeout
        up.end.connect()
        while not up.opened:
            came = yield up.signal, deadline - sim.now
            if not came or up.reset or (up.icmp and request.kind != "icmp_ignored"):
                break
        if up.opened:
            return True
        log = attempt.conn.log
        attempt.cause = "icmp" if any(s.flags == -1 for s in log) else "rst" if up.reset else "syn_timeout"
        attempt.end = sim.now
        up.end.close()
        yield self.rng.uniform(0.1, 0.3) * self.world.pace
        return False

    def _handshake(self, request, attempt, up):
        sim = self.sim
        hello = wire.client_hello(request.host.name, self.rng)
        attempt.mark, attempt.carried = len(attempt.conn.log), "tls"
        up.reply = Reply(tls=True)
        attempt.conn.app.expect(request, len(hello), attempt.ender)
        up.end.send(hello, attempt.hello)
        deadline = sim.now + self.world.tls_timeout
        while not (up.reply.total or up.fin or up.reset):
            if not (yield up.signal, deadline - sim.now):
                break
        attempt.cause, attempt.end = "tls", sim.now
        attempt.close_mark = len(attempt.conn.log)
        up.end.close()

    def _tunnel(self, request, up):
        """200 to CONNECT, then bytes both ways."""
        client = request.client
        client.gate.send(head("200 Connection established")[:-2].split(b"\r\n")[0] + b"\r\n\r\n")
        up.conn.app.tunnel = True
        client.app.tunnel(up.end)
        up.end.on_data = client.gate.send
        up.end.on_fin = client.gate.close
        up.end.on_rst = client.gate.abort
        request.closes = True
        yield up.signal, 3.0
        up.end.close()

    # ------------------------------------------------------------ the exchange with the server
    def _upstream_request(self, request):
        world = self.world
        target = request.url if request.via_parent else request.path
        lines = ["%s %s HTTP/1.1" % (request.method, target), "User-Agent: " + request.agent, "Accept: */*", "Host: " + request.host_header]
        if world.via:
            lines.append("Via: 1.1 %s (%s)" % (world.own4_text, "McAfee Web Gateway 7.5.2.11.0.21989" if world.vendor == "mwg" else "gateway"))
        if world.forwarded_for:
            lines.append("X-Forwarded-For: " + request.client_text)
        if request.body:
            lines.append("Content-Length: %d" % request.body)
        lines.append("Connection: Keep-Alive")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"b" * request.body)

    def _exchange(self, request, attempt, up):
        sim, world = self.sim, self.world
        data = self._upstream_request(request)
        reply = up.reply = Reply()
        attempt.mark, attempt.carried = len(attempt.conn.log), "http"
        attempt.conn.app.expect(request, len(data), attempt.answer)
        up.end.send(data, attempt.asked)
        deadline = sim.now + world.response_timeout
        streaming = False
        while reply.state not in ("done", "bad"):
            if reply.large and reply.state == "body":
                if not streaming:
                    streaming = True
                    request.client.app.response(reply.left + len(b"".join(reply.fresh)), reply.status)
                request.client.gate.send(reply.take())
                deadline = sim.now + 60.0
            if up.fin or up.reset:
                break
            if not (yield up.signal, deadline - sim.now):
                break
        attempt.end = sim.now
        attempt.close_mark = len(attempt.conn.log)
        if reply.state == "done":
            yield from self._deliver(request, attempt, up, streaming)
            return
        if reply.state == "bad":
            attempt.cause = "invalid_response"
        elif up.fin or up.reset:
            partial = reply.state == "body" or reply.buffer
            attempt.cause = "truncated" if partial else "server_closed" if up.fin else "server_reset"
        else:
            attempt.cause = "response_timeout"
        if streaming:                                    # the client has half an answer: nothing more to say
            attempt.cause = None
            request.client.gate.abort()
        up.end.close()

    def _deliver(self, request, attempt, up, streaming):
        world, reply = self.world, up.reply
        yield self.rng.uniform(0.2, 0.6) * world.pace
        if reply.keep and request.action[0] != "h" and self.rng.random() < world.reuse and up.usable():
            self.pool.setdefault((attempt.address, attempt.port), []).append(up)
        else:
            up.end.close()
        if request.action in ("h_504", "h_good"):
            attempt.cause = "unknown"
        elif reply.status == 502:
            attempt.cause = "relayed"
            request.relay = reply.take()
        elif streaming:
            request.client.gate.send(reply.take())
        else:
            data = reply.take()
            request.client.app.response(len(data), reply.status)
            request.client.gate.send(data)

    # ------------------------------------------------------------ the 502
    def fail(self, request, cause, attempt=None, lookup=None, remembered=False):
        """A process: answers 502."""
        yield self.rng.uniform(0.1, 0.5) * self.world.pace
        half = request.body and request.client.app.received < request.body_end
        request.closes = request.closes or bool(half)
        data = request.relay or self._page(request, cause)
        case = self.book.case(request, cause, attempt, lookup, remembered)
        case.swallowed = request.method == "CONNECT" and request.client.app.last_status == 200
        request.client.app.response(len(data), 502)
        if not request.relay and self.rng.random() < 0.1:            # header and body in two segments
            cut = data.index(b"\r\n\r\n") + 4
            request.client.gate.send(data[:cut], case.head)
            request.client.gate.send(data[cut:], case.tail)
        else:
            request.client.gate.send(data, case.head)

    def _page(self, request, cause):
        title = CATEGORY.get(cause, "Bad Response")
        if self.world.vendor == "mwg":
            text = ("<html>\n<head>\n<title>%s</title>\n</head>\n<body>\n<h1>%s</h1>\n<p>The transferred data could not be delivered.</p>\n"
                    "<p><b>URL:</b> %s</p>\n</body></html>" % (title, title, request.url)).encode()
            return head("502 " + PAGES[title], "Via: 1.1 %s (McAfee Web Gateway 7.5.2.11.0.21989)" % self.world.own4_text, "Content-Type: text/html",
                        "Cache-Control: no-cache", "Content-Length: %d" % len(text), "Proxy-Connection: " + ("Close" if request.closes else "Keep-Alive")) + text
        text = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"
        return head("502 Bad Gateway", "Content-Type: text/html", "Content-Length: %d" % len(text),
                    "Connection: " + ("close" if request.closes else "keep-alive")) + text
