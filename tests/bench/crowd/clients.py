# SPDX-License-Identifier: GPL-2.0-or-later
"""Who asks for what, and when: clients with new, kept-alive and pipelined connections, crowds, slow uploads."""
import collections
import zlib

from . import wire
from .kinds import METHODS
from .sim import Signal
from .truth import Note, text

AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0", "curl/7.88.1", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.2)"]


class Request:
    def __init__(self, kind, action, host, path):
        self.kind, self.action, self.host, self.path = kind, action or "ok", host, path
        self.method = METHODS.get(kind, "GET")
        self.body, self.expect, self.via_parent, self.slow = 0, kind == "ok_expect", False, False
        self.port = 443 if self.method == "CONNECT" else 8080 if zlib.crc32(host.name.encode()) % 10 == 0 else 80
        shown = host.name if self.port == 80 else "%s:%d" % (host.name, self.port)
        self.host_header = shown
        self.url = shown if self.method == "CONNECT" else "http://%s%s" % (shown, path)
        self.attempts, self.lookups, self.closes, self.relay = [], [], self.method == "CONNECT", None
        self.note, self.client, self.client_text, self.agent = Note(), None, None, "curl/7.88.1"
        self.head_end = self.body_end = 0
        self.route, self.asked, self.told, self.chain = host.name, None, None, []
        self.places, self.said = {host.name}, {"http": (self.method, self.url), "tls": (host.name, self.port)}

    def head(self):
        lines = ["%s %s HTTP/1.1" % (self.method, self.url), "Host: " + self.host_header, "User-Agent: " + self.agent, "Accept: */*"]
        if self.body:
            lines += ["Content-Type: application/octet-stream", "Content-Length: %d" % self.body]
        if self.expect:
            lines.append("Expect: 100-continue")
        return ("\r\n".join(lines) + "\r\nProxy-Connection: Keep-Alive\r\n\r\n").encode()


class Talk:
    """Both ends of one client connection above TCP."""

    def __init__(self, conn, crowd):
        self.conn, self.crowd, self.sim = conn, crowd, conn.net.sim
        self.waiting, self.received, self.signal = collections.deque(), 0, Signal()
        self.ended = False
        self.ends, self.out, self.got = collections.deque(), 0, 0            # where responses end in the stream to the client
        self.open_requests, self.to_send, self.upload, self.idle_since = 0, [], None, 0.0
        self.last_status = None
        gate, peer = conn.gate, conn.peer
        gate.on_data, gate.on_fin, gate.on_rst = self._gate_data, self._gate_end, self._gate_end
        peer.on_data, peer.on_open, peer.on_fin, peer.on_rst = self._peer_data, self._peer_open, self._peer_fin, self._peer_fin

    # ------------------------------------------------------------ the gateway's side
    def _gate_data(self, data):
        self.received += len(data)
        self.signal.fire()

    def _gate_end(self):
        self.ended = True
        self.signal.fire()

    def next(self):
        while not self.ended:
            if self.waiting and self.received >= self.waiting[0].head_end:
                return self.waiting.popleft()
            yield self.signal, None
        return None

    def until(self, offset, timeout):
        deadline = self.sim.now + timeout
        while self.received < offset and not self.ended:
            if not (yield self.signal, deadline - self.sim.now):
                break
        return self.received >= offset

    def response(self, size, status):
        self.out += size
        self.last_status = status
        self.ends.append((self.out, "response"))

    def interim(self):
        self.out += 25
        self.ends.append((self.out, "continue"))

    def tunnel(self, up):
        self.out += 39
        self.ends.append((self.out, "tunnel"))
        self.conn.gate.on_data, self.conn.gate.on_fin = up.send, up.close

    # ------------------------------------------------------------ the client's side
    def ask(self, requests):
        self.open_requests += len(requests)
        for request in requests:
            request.client, request.client_text = self.conn, text(self.conn.key[2])
        self.crowd.asks(self, requests)
        if self.conn.peer.state == "closed":
            self.to_send = requests
            self.conn.peer.connect()
        else:
            self._send(requests)

    def _peer_open(self):
        if self.to_send:
            requests, self.to_send = self.to_send, []
            self.sim.after(0.0001, self._send, requests)

    def _send(self, requests):
        peer, data = self.conn.peer, b""
        for request in requests:
            head = request.head()
            offset = peer.sent_offset + len(data)
            peer.watch.append((offset, offset + len(head), request.note))
            request.head_end = offset + len(head)
            request.body_end = request.head_end + request.body
            self.waiting.append(request)
            data += head
            if request.body and not request.slow and not request.expect:
                data += b"b" * request.body
        peer.send(data)
        last = requests[-1]
        self.upload = last if last.body and (last.slow or last.expect) else None
        if last.slow:
            self.sim.start(self._upload(last))

    def _upload(self, request):
        left = request.body
        while left and self.upload is request and self.conn.peer.state == "open" and not self.conn.peer.gone:
            size = min(left, self.crowd.rng.choice([500, 1448, 4000]))
            self.conn.peer.send(b"b" * size)
            left -= size
            yield self.crowd.rng.uniform(0.005, 0.06)

    def _peer_data(self, data):
        self.got += len(data)
        while self.ends and self.got >= self.ends[0][0]:
            what = self.ends.popleft()[1]
            if what == "continue":
                self.sim.start(self._upload(self.upload))
            elif what == "tunnel":
                self.conn.peer.send(wire.client_hello("tunnel.example", self.crowd.rng))
                self.sim.after(self.crowd.rng.uniform(0.05, 0.6), self.conn.peer.close)
            else:
                half, self.upload = self.upload, None
                self.open_requests -= 1
                if not self.open_requests:
                    self.crowd.idle(self, bool(half))

    def _peer_fin(self):
        self.ended = True
        self.conn.peer.close()
        self.signal.fire()


class Visitors:
    """Client connections: which one carries the next requests, and when one that has its answers is closed."""

    def __init__(self, net, world, gateway, rng):
        self.net, self.world, self.gateway, self.rng, self.sim = net, world, gateway, rng, net.sim
        self.idlers, self.closes, self.rests = [], 0.35, (4.0, 15.0)      # share that closes at once; how long others stay idle, s

    def asks(self, talk, requests):
        """Called before `requests` are sent on a client's connection."""

    def _talk(self, fresh=False):
        rng = self.rng
        if not fresh and self.idlers and rng.random() < 0.6:
            at = rng.randrange(len(self.idlers))
            self.idlers[at], self.idlers[-1] = self.idlers[-1], self.idlers[at]
            talk = self.idlers.pop()
            if talk.conn.peer.state == "open" and not talk.conn.peer.gone and not talk.ended:
                return talk
        world = self.world
        six = rng.random() < 0.06
        own = world.own6 if six else world.own4
        conn = self.net.client_conn(own, world.port, rng.choice(world.clients6 if six else world.clients), world.client_ports,
                                    rng.choice([0.0001, 0.0004, 0.002]))
        conn.app = Talk(conn, self)
        self.sim.start(self.gateway.session(conn))
        return conn.app

    def idle(self, talk, closing):
        """A client has all its answers."""
        if closing or self.rng.random() < self.closes:
            self.sim.after(self.rng.uniform(0.0005, 0.2), self._close, talk, None)
        else:
            talk.idle_since = self.sim.now
            self.idlers.append(talk)
            self.sim.after(self.rng.uniform(*self.rests), self._close, talk, talk.idle_since)

    def _close(self, talk, since):
        if (since is None or since == talk.idle_since) and not talk.open_requests:
            talk.idle_since = None
            talk.conn.peer.close()


class Crowd(Visitors):
    def __init__(self, net, world, gateway, chooser, rng, options):
        super().__init__(net, world, gateway, rng)
        self.chooser, self.options, self.made = chooser, options, 0

    def run(self):
        """A process: requests until there are enough."""
        rng, options = self.rng, self.options
        while self.made < options.requests:
            yield rng.expovariate(options.rate)
            luck = rng.random()
            if luck < self.chooser.crowd and self.chooser.crowds:
                self._burst()
            elif luck < self.chooser.crowd + 0.012:
                self._pipeline()
            else:
                self._single()

    def request(self, kind, host=None):
        rng, chooser = self.rng, self.chooser
        host = host or chooser.host(kind)
        self.made += 1
        if rng.random() < 0.3:
            path = rng.choice(["/", "/index.html", "/app.js"])
        else:
            path = "/%s/%d?id=%d" % (rng.choice("abcdef"), self.made, rng.randrange(1 << 20))
        request = Request(kind, chooser.action(kind), host, path)
        request.agent = rng.choice(AGENTS)
        request.via_parent = self.world.parent is not None and host in self.world.via_parent
        if request.method == "POST":
            request.body = rng.choice([200, 3000, 20000])
            request.slow = not request.expect and rng.random() < 0.5
        return request

    def _single(self):
        self._talk().ask([self.request(self.chooser.kind())])

    def _pipeline(self):
        many = []
        while len(many) < self.rng.randrange(2, 7):
            kind = self.chooser.kind()
            if kind not in METHODS:
                many.append(self.request(kind))
        self._talk(fresh=True).ask(many)

    def _burst(self):
        """Many clients, one dead host, one moment."""
        rng = self.rng
        kind = self.chooser.crowd_kind()
        host = self.chooser.host(kind)
        for _ in range(rng.randrange(6, 40)):
            self.sim.after(rng.uniform(0.0, 0.15), self._one_of, kind, host)

    def _one_of(self, kind, host):
        self._talk().ask([self.request(kind, host)])
