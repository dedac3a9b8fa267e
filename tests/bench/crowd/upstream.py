# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway's connections to upstream servers: dialling, TLS, and what is kept for the next request."""
import collections

from . import tlswire
from .backend import Backend
from .sim import Signal
from .truth import Attempt


class Upstream:
    """The gateway's end of one server connection, and the reply that is being read from it."""

    def __init__(self, conn, server, tls):
        self.conn, self.end, self.server, self.tls, self.signal = conn, conn.gate, server, tls, Signal()
        self.opened = self.fin = self.reset = self.icmp = self.reused = self.alerted = False
        self.secure = self.counted = self.garbage = False
        self.stage, self.reply, self.since = "", None, 0.0
        end = self.end
        end.on_open, end.on_fin, end.on_rst, conn.on_icmp = self._set("opened"), self._set("fin"), self._set("reset"), self._set("icmp")
        if tls:
            tls.on_gate = self._tls
        else:
            end.on_data = self._data

    def _set(self, what):
        def event():
            setattr(self, what, True)
            self.signal.fire()
        return event

    def _tls(self, event, plain):
        if event == "data":
            self._data(plain)
            return
        if event in ("alert", "notify"):
            self.alerted = True
        elif event == "garbage":
            self.garbage = True
        else:
            self.stage = event
        self.signal.fire()

    def _data(self, data):
        if self.reply:
            self.reply.feed(data)
        self.signal.fire()

    @property
    def over(self):
        return self.fin or self.reset

    @property
    def broken(self):
        """Nothing more will come of its handshake."""
        return self.over or self.alerted or self.garbage

    def usable(self):
        return self.end.state == "open" and not self.fin and not self.end.gone and not self.alerted

    def send(self, data, note):
        if self.tls:
            self.tls.send(self.end, data, note)
        else:
            self.end.send(data, note)


class Wanted:
    """A request that waits for a connection: one that became free, or its own dial's end."""
    __slots__ = ("signal", "up", "failed", "served")

    def __init__(self):
        self.signal, self.up, self.failed, self.served = Signal(), None, None, False

    def give(self, up=None, failed=None):
        self.up, self.failed, self.served = up, failed, True
        self.signal.fire()


class Pool:
    """Connections of one gateway to all its servers."""

    def __init__(self, net, site, workers, neighbours, book):
        self.net, self.site, self.workers, self.neighbours, self.book = net, site, workers, neighbours, book
        self.sim, self.rng, self.style = net.sim, net.rng, site.style
        self.idle, self.waiting = collections.defaultdict(list), collections.defaultdict(collections.deque)
        self.count, self.sessions, self.spares = collections.Counter(), {}, collections.Counter()

    # ------------------------------------------------------------ one for a request
    def take(self, request, server, fresh):
        """A process: -> (Upstream or None, Attempt); the attempt has its cause where no connection could be had."""
        attempt = Attempt(request, server.address, server.port, self.sim.now)
        if len(self.idle[server]) + self.spares[server] <= self.style.ahead > 0:
            self.sim.start(self._spare(server))
        if not fresh and self.style.pool != "none":
            up = self._kept(server)
            if up is None and self.style.pool == "go":
                return (yield from self._race(request, server, attempt))
            while up is None and self.style.limit and self.count[server] >= self.style.limit:
                wanted = Wanted()
                self.waiting[server].append(wanted)
                yield wanted.signal, None
                up = wanted.up or self._kept(server)
            if up is not None:
                return self._reuse(up, request, attempt)
        attempt.start = self.sim.now
        request.attempts.append(attempt)
        up = yield from self.dial(attempt, server, request)
        return up, attempt

    def _kept(self, server):
        kept = self.idle[server]
        while kept:
            up = kept.pop()
            if up.usable() and self.sim.now - up.since < self.style.idle:
                return up
            self.drop(up)
        return None

    def _reuse(self, up, request, attempt):
        attempt.conn, attempt.mark, attempt.start, attempt.stood = up.conn, len(up.conn.log), self.sim.now, True
        up.signal = Signal()
        request.attempts.append(attempt)
        return up, attempt

    def _race(self, request, server, attempt):
        """Dials, and takes what is there first: the new connection, or one that another request gives back meanwhile."""
        wanted = Wanted()
        self.waiting[server].append(wanted)
        self.sim.start(self._dial_for(wanted, attempt, server, request))
        yield wanted.signal, None
        if wanted.failed or wanted.up.conn is attempt.conn:
            request.attempts.append(attempt)
            return wanted.up, attempt
        return self._reuse(wanted.up, request, Attempt(request, server.address, server.port, self.sim.now))

    def _dial_for(self, wanted, attempt, server, request):
        up = yield from self.dial(attempt, server, request)
        if not wanted.served:
            if wanted in self.waiting[server]:
                self.waiting[server].remove(wanted)
            wanted.give(up, None if up else attempt)
            return
        attempt.request = None                           # the request was served otherwise
        self.book.orphan(attempt)
        if up:
            self.keep(up)

    def _spare(self, server):
        """A process: a connection for whoever comes."""
        attempt = Attempt(None, server.address, server.port, self.sim.now)
        self.spares[server] += 1
        up = yield from self.dial(attempt, server, None)
        self.spares[server] -= 1
        self.book.orphan(attempt)
        if up:
            self.keep(up)

    # ------------------------------------------------------------ giving back
    def keep(self, up):
        if not up.usable():
            self.drop(up)
            return
        up.reused, up.since, up.reply = True, self.sim.now, None
        waiting = self.waiting[up.server]
        while waiting:
            wanted = waiting.popleft()
            if not wanted.served:
                wanted.give(up)
                return
        self.idle[up.server].append(up)
        up.signal = Signal()
        self.sim.after(self.style.idle, self._expire, up, up.since)

    def _expire(self, up, since):
        if up.since == since and up in self.idle[up.server]:
            self.idle[up.server].remove(up)
            self.drop(up)

    def drop(self, up):
        """Ends a connection; who waits in line for this server may dial."""
        if up.counted:
            up.counted = False
            self.count[up.server] -= 1
        if up.end.state != "dead" and not up.end.gone:
            if self.style.abort:
                up.end.abort()
            else:
                if up.secure and not up.over:
                    up.tls.sealed_alert(up.end)
                up.end.close()
        waiting = self.waiting[up.server]
        if self.style.pool != "go" and waiting:
            waiting.popleft().give()

    # ------------------------------------------------------------ a new one
    def dial(self, attempt, server, request):
        """A process: -> Upstream that stands (with TLS where the server speaks it), or None: the attempt has its cause."""
        site, sim = self.site, self.sim
        action = request.action if request else ""
        if server.mode == "arp":
            attempt.arp = yield from self.neighbours.fail(server.address)
            attempt.cause, attempt.end = "arp", sim.now
            return None
        up = self._open(attempt, server, request, action)
        deadline = sim.now + site.connect_timeout
        up.end.connect()
        while not (up.opened or up.reset or up.icmp):
            if not (yield up.signal, deadline - sim.now):
                break
        if not up.opened:
            attempt.cause = "icmp" if up.icmp else "rst" if up.reset else "syn_timeout"
        else:
            attempt.stood = True
            yield self.workers.step()
            if up.over:                                  # before a byte was sent
                attempt.cause = "rst" if up.reset else "server_closed"
            elif up.tls:
                yield from self._handshake(attempt, up, action)
        if attempt.cause:
            attempt.end, attempt.close_mark = sim.now, len(up.conn.log)
            self.drop(up)
            return None
        return up

    def _open(self, attempt, server, request, action):
        own = self.rng.choice(self.site.out6 if len(server.address) == 16 else self.site.out4)
        conn = self.net.server_conn(own, server.address, server.port, server.latency)
        tls = None
        if server.tls:
            resumed = self.style.resumes and self.sessions.get(server, -1e9) > self.sim.now - 300.0 and action[:2] != "t_"
            tls = tlswire.Tls(conn, self.rng, server.tls, server.sni if self.style.sni else None, self.style.alpn, resumed)
        up = Upstream(conn, server, tls)
        conn.app = Backend(conn, server, self.rng, tls)
        conn.app.opener, conn.app.attempt = request, attempt
        conn.mode, conn.detail = DOOMS.get(action, server.mode), server.detail or self.site.icmp_detail(server, self.rng)
        conn.mute = conn.mode == "drop"
        attempt.conn = conn
        server.conns.append(conn)
        up.counted = True
        self.count[server] += 1
        return up

    def _handshake(self, attempt, up, action):
        """A process: TLS with the server; sets the attempt's cause where it fails."""
        sim, tls = self.sim, up.tls
        deadline = sim.now + self.site.tls_timeout
        tls.hello(attempt.hello)
        late = action == "t_late"
        for stage in ("flight", "ready"):
            while up.stage != stage and not up.broken:
                if not (yield up.signal, deadline - sim.now):
                    attempt.cause = "tls"
                    return
            if up.stage != stage or up.broken:
                attempt.cause = "tls"
                yield self.workers.step()
                return
            yield self.workers.step()
            if stage == "ready":
                break
            if action == "t_untrusted":
                tls.alert(up.end, tlswire.UNKNOWN_CA, attempt.ender)
                attempt.cause = "tls"
                return
            tls.finished(late)
            if not tls.waits:
                break
        up.secure = True
        self.sessions[up.server] = sim.now


# what happens to every new connection that a request with this action makes
DOOMS = {"c_refuse": "refuse", "c_drop": "drop", "c_icmp": "icmp"}
