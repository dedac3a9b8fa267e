# SPDX-License-Identifier: GPL-2.0-or-later
"""A gateway of any kind: serves the requests of its clients, each by trying servers in turn. What differs stands in Site and Style."""
from .dns import Neighbours, Resolver
from .eyeballs import race
from .gateway import Reply
from .habits import Workers
from .origin import head
from .upstream import Pool

CONNECTING = ("rst", "syn_timeout", "icmp", "arp", "tls")


class Proxy:
    def __init__(self, net, site, book):
        self.net, self.site, self.book, self.style = net, site, book, site.style
        self.sim, self.rng = net.sim, net.rng
        self.workers = Workers(self.sim, self.rng, site.style)
        self.neighbours = Neighbours(net, site)
        self.resolver = Resolver(net, site, self.neighbours)
        self.pool = Pool(net, site, self.workers, self.neighbours, book)
        self.fails, self.down, self.last = {}, {}, {}    # per server: failures in a row, down until, the last failed attempt

    def session(self, conn):
        """A process: serves the requests of one client connection, in order."""
        while True:
            request = yield from conn.app.next()
            if request is None:
                break
            request.proxy = self
            yield from self.serve(request)
            self.book.served(request, self.sim.now)
            if request.closes or conn.gate.state != "open":
                break
        conn.gate.close()

    # ------------------------------------------------------------ one request
    def serve(self, request):
        style, client = self.style, request.client.app
        yield self.workers.think(style.first_think)
        if request.kind == "nothing" or (request.body and not (yield from client.until(request.body_end, 30.0))):
            yield from self.fail(request, "unknown")
            return
        for helper in self.site.before:
            failed = yield from helper(request)
            if failed:
                yield from self.fail(request, failed.cause, attempt=failed)
                return
        servers, lookup = yield from self._where(request)
        if not servers:
            yield from self.fail(request, lookup.cause, lookup=lookup)
            return
        usable = [s for s in servers if self.down.get(s, 0.0) <= self.sim.now]
        if not usable:                                   # no live upstream; all are given another chance
            remembered = [self.last[s] for s in servers]
            for server in servers:
                self.down.pop(server, None)
            attempt = max(remembered, key=lambda a: a.end)
            yield from self.fail(request, attempt.cause, attempt=attempt, remembered=remembered)
            return
        attempt = yield from self._try(request, usable, len(servers))
        if attempt.cause:
            yield from self.fail(request, attempt.cause, attempt=attempt)

    def _where(self, request):
        """A process: -> (servers in the order in which to try them, the failed Lookup or None)"""
        group = request.route.group
        if group.host is None:
            return group.order(self.rng), None
        addresses, lookup, _ = yield from self.resolver.lookup(group.host)
        if lookup:
            request.lookups.append(lookup)
            yield self.workers.step()
        by_address = {s.address: s for s in group.ever}
        servers = [by_address[a] for a in addresses]
        if self.site.settings.get("eyeballs") and len(servers) > 1 and not self._has_idle(servers):
            return [tuple(servers)], lookup              # all at once, nearly
        return servers, lookup

    def _has_idle(self, servers):
        return any(self.pool.idle[s] for s in servers)

    def _try(self, request, servers, of):
        """A process: tries one server after the other. -> the last attempt; its cause is None when the client has its answer."""
        style, attempt, tried = self.style, None, 0
        for server in servers:
            for turn in range(style.same_tries if server is not servers[-1] or not style.pause else style.most):
                if tried >= style.most:
                    return attempt
                if tried:
                    yield self.workers.step() + (style.pause if turn else 0.0)
                tried += 1
                attempt = yield from self.attempt(request, server)
                if attempt.cause != "rst" or attempt.stood:
                    break
            if attempt.cause is None:
                self.fails.pop(server, None)
                return attempt
            self._failed(server, attempt, of)
            sent = attempt.asked.first is not None
            if not style.next or (sent and not (style.next_after_send and request.method == "GET")) or attempt.cause in ("unknown", "relayed"):
                break
        return attempt

    def _failed(self, server, attempt, of):
        if self.style.max_fails and of > 1 and attempt.cause not in ("relayed", "unknown"):
            self.fails[server] = self.fails.get(server, 0) + 1
            self.last[server] = attempt
            if self.fails[server] >= self.style.max_fails:
                self.down[server] = self.sim.now + self.style.fail_time

    def attempt(self, request, server):
        """A process: one server asked, on kept connections and anew. -> the last Attempt"""
        special = request.action[:2] in ("c_", "t_")
        for again in range(3):
            if isinstance(server, tuple):
                up, attempt = yield from race(self, request, server, self.site.settings["eyeballs"])
                server = up.server if up else server
            else:
                up, attempt = yield from self.pool.take(request, server, special or again > 0)
            if up is None:
                return attempt
            yield self.workers.step(0.5)
            if up.reused and not up.usable():            # it ended while we were thinking
                request.attempts.remove(attempt)
                self.pool.drop(up)
                continue
            yield from self._exchange(request, attempt, up)
            stale = up.reused and attempt.cause in ("server_closed", "server_reset") and not up.reply.total
            if not stale or not (self.style.resend == "always" or (self.style.resend == "idempotent" and request.method == "GET")):
                return attempt
            yield self.workers.step()
        return attempt

    def _exchange(self, request, attempt, up):
        sim, site = self.sim, self.site
        if up.over and not up.reused:                    # ended before a byte of the request was sent
            attempt.cause, attempt.end = "rst" if up.reset else "server_closed", sim.now
            attempt.close_mark = len(attempt.conn.log)
            self.pool.drop(up)
            return
        data = site.spell(request, up.server)
        reply = up.reply = Reply()
        attempt.carried, attempt.veiled = "tls" if up.tls else "http", bool(up.tls)
        attempt.conn.app.expect(request, len(data), attempt)
        up.send(data, attempt.asked)
        if self.style.half_close:
            up.end.half_close()
        deadline = sim.now + site.response_timeout
        while reply.state not in ("done", "bad") and not up.over and not up.alerted:
            if not (yield up.signal, deadline - sim.now):
                break
        if request.action == "t_late":
            attempt.cause = "tls"
        elif reply.state == "bad":
            attempt.cause = "invalid_response"
        elif reply.state != "done" and (up.over or up.alerted):
            if not up.over:                              # close_notify; the FIN is behind it
                yield up.signal, 0.2
            partial = reply.state == "body" or reply.buffer
            attempt.cause = "truncated" if partial else "server_reset" if up.reset and not up.fin else "server_closed"
        elif reply.state != "done":
            attempt.cause = "response_timeout"
        yield self.workers.step(0.5)
        attempt.end, attempt.close_mark = sim.now, len(attempt.conn.log)
        if reply.state == "done" and attempt.cause is None:
            yield from self._deliver(request, attempt, up)
        else:
            self.pool.drop(up)

    def _deliver(self, request, attempt, up):
        reply = up.reply
        keeps = reply.keep and request.action[0] != "h" and up.usable() and self.style.pool != "none" and not self.style.half_close
        (self.pool.keep if keeps else self.pool.drop)(up)
        if request.action in ("h_504", "h_good"):
            attempt.cause = "unknown"
        data = reply.take()
        for helper in self.site.behind:
            yield from helper(request, data)
        if reply.status == 502:
            attempt.cause, request.relay = "relayed", data
        elif attempt.cause is None:
            request.client.app.response(len(data), reply.status)
            request.client.gate.send(data)

    # ------------------------------------------------------------ the 502
    def fail(self, request, cause, attempt=None, lookup=None, remembered=False):
        """A process: answers 502."""
        yield self.workers.think(self.style.last_think)
        request.closes = request.closes or self.rng.random() < self.style.closes_client
        data = request.relay or self._page(request)
        case = self.book.case(request, cause, attempt, lookup, remembered)
        request.client.app.response(len(data), 502)
        request.client.gate.send(data, case.head)

    def _page(self, request):
        text = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"
        return head("502 Bad Gateway", "Content-Type: text/html", "Content-Length: %d" % len(text),
                    "Connection: " + ("close" if request.closes else "keep-alive")) + text
