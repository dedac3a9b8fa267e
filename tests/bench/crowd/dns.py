# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway's resolver and the DNS servers it asks; ARP and Neighbour Discovery of the gateway."""
from . import wire
from .sim import Signal

TYPES = {wire.A: "A", wire.AAAA: "AAAA"}
ERRORS = {"servfail": wire.SERVFAIL, "refused": wire.REFUSED, "notimp": wire.NOTIMP}


class Lookup:
    """One search for a name: every frame of it, and how it ended."""
    __slots__ = ("name", "start", "end", "queries", "answers", "addresses", "cause", "extra", "shared", "waiting")
    carried = request = None                             # a look-up shows its name alone, and may serve several requests

    def __init__(self, name, now):
        self.name, self.start, self.end = name, now, None
        self.queries, self.answers, self.extra = [], [], []
        self.addresses, self.cause = [], None
        self.shared, self.waiting = False, None

    @property
    def place(self):
        return self.name

    @property
    def frames(self):
        return sorted(self.queries + self.answers)


class Neighbours:
    """ARP/ND for addresses on the gateway's network that nobody answers for; one series serves all who wait."""

    def __init__(self, net, world):
        self.net, self.world, self.series = net, world, {}

    def fail(self, address):
        """A process: returns the frames of the series (those that began before included)."""
        sim = self.net.sim
        if address not in self.series:
            self.series[address] = ([], [])
            sim.start(self._ask(address))
        frames, waiting = self.series[address]
        signal = Signal()
        waiting.append(signal)
        yield signal, None
        return frames

    def _ask(self, address):
        net, world = self.net, self.world
        frames, waiting = self.series[address]
        interface = 1
        for _ in range(3):
            if len(address) == 4:
                data = net.link.header(0x0806, True, interface) + wire.arp_request(net.link.own, world.own4, address)
            else:
                data = net.link.header(0x86dd, True, interface) + wire.neighbour_solicitation(net.link.own, world.own6, address)
            frames.append(net.capture.frame(net.sim.now, data, interface))
            yield 1.02
        del self.series[address]
        for signal in waiting:
            signal.fire()


class Resolver:
    def __init__(self, net, world, neighbours):
        self.net, self.world, self.neighbours = net, world, neighbours
        self.cache, self.failed, self.running, self.ports = {}, {}, {}, set()

    def lookup(self, host):
        """A process: returns (addresses, Lookup or None, remembered)."""
        world, sim = self.world, self.net.sim
        known = self.cache.get(host.name)
        if known and known[0] > sim.now:
            return known[1], None, False
        if world.remember_names:
            old = self.failed.get(host.name)
            if old and old.end + world.memory > sim.now:
                return [], old, True
        if world.share_lookups and host.name in self.running:
            lookup = self.running[host.name]
            lookup.shared = True
            signal = Signal()
            lookup.waiting.append(signal)
            yield signal, None
            return lookup.addresses, lookup, False
        lookup = Lookup(host.name, sim.now)
        lookup.waiting = []
        self.running.setdefault(host.name, lookup)
        if host.dns == "dns_absent":
            yield from self._absent(host, lookup)
        else:
            yield from self._search(host, lookup)
        lookup.end = sim.now
        if self.running.get(host.name) is lookup:
            del self.running[host.name]
        if lookup.addresses:
            self.cache[host.name] = (sim.now + world.cache, lookup.addresses)
        elif world.remember_names and lookup.cause in ("nxdomain", "dns_nodata", "dns_error"):
            self.failed[host.name] = lookup
        for signal in lookup.waiting:
            signal.fire()
        return lookup.addresses, lookup, False

    def _search(self, host, lookup):
        names = getattr(host, "candidates", None) or [host.name] + ([host.name + "." + self.world.search] if self.world.search else [])
        for name in names:
            yield from self._ask(host, name, name != host.name, lookup)
            if lookup.cause != "nxdomain":
                return

    def _absent(self, host, lookup):
        """The DNS server is on the gateway's own network and does not answer ARP; the kernel tells with an ICMP error on loopback."""
        net, world = self.net, self.world
        port, ident = net.rng.randrange(32768, 60999), net.rng.getrandbits(16)
        query = wire.udp(world.dns4, world.dns_absent, port, 53, wire.dns_query(ident, host.name, wire.A))
        lookup.extra = yield from self.neighbours.fail(world.dns_absent)
        data = net.link.header(0x0800, True, 1) + wire.icmp_error(world.dns4, world.dns4, 3, 1, query)
        lookup.answers.append(net.capture.frame(net.sim.now, data, 1))
        lookup.cause = "dns_unreachable"
        yield 0.0001

    def _free_port(self):
        """One that no other question is using, as the kernel would give."""
        while True:
            port = self.net.rng.randrange(32768, 60999)
            if port not in self.ports:
                self.ports.add(port)
                return port

    def _ask(self, host, name, suffixed, lookup):
        net, world = self.net, self.world
        sim, rng = net.sim, net.rng
        server = {"mute": world.dns_silent, "dns_closed": world.dns_closed}.get(host.dns, world.resolver)
        port = self._free_port()
        open_ = {t: rng.getrandbits(16) for t in ((wire.A,) if world.aaaa == "only_a" else (wire.A, wire.AAAA))}
        state = Question(open_)
        retried = not world.retry_error
        for _ in range(world.dns_attempts):
            if not open_:
                break
            for qtype in list(open_):
                self._send(host, name, suffixed, qtype, open_[qtype], server, port, state, lookup)
                yield rng.uniform(0.00002, 0.0003)
            deadline = sim.now + world.dns_timeout
            while open_ and sim.now < deadline - 1e-9 and not state.unreachable:
                state.signal = Signal()
                yield state.signal, deadline - sim.now
                if state.errors and not retried:         # SERVFAIL: ask the question once more
                    retried = True
                    qtype = state.errors.pop()
                    open_[qtype] = rng.getrandbits(16)
                    self._send(host, name, suffixed, qtype, open_[qtype], server, port, state, lookup)
            if state.unreachable:
                state.was_unreachable, state.unreachable = True, False
                yield rng.uniform(0.0001, 0.0004)
        state.over = True
        self.ports.discard(port)
        lookup.addresses = state.addresses if world.prefer_six is False else \
            [a for a in state.addresses if len(a) == 16] + [a for a in state.addresses if len(a) == 4]
        lookup.cause = None if lookup.addresses else "nxdomain" if state.nx else "dns_unreachable" if state.was_unreachable else \
            "dns_timeout" if open_ else "dns_error" if state.error else "dns_nodata"

    def _send(self, host, name, suffixed, qtype, ident, server, port, state, lookup):
        net = self.net
        own = self.world.dns4
        query = wire.dns_query(ident, name, qtype)
        lookup.queries.append(net.datagram(True, own, server, port, 53, query))
        rng, loss = net.rng, net.loss or self.world.dns_loss
        if loss and rng.random() < loss:
            return
        kind = host.dns
        if kind == "mute" or (kind == "half_mute" and qtype == wire.A):
            return
        if loss and rng.random() < loss:
            return
        if kind == "dns_closed":
            reply = net.link.header(0x0800, False, 1) + wire.icmp_error(server, own, 3, 3, wire.udp(own, server, port, 53, query), rng.randrange(1, 65536))
        else:
            rcode, addresses, alias = wire.NOERROR, [], host.alias
            if suffixed or kind in ("nxdomain", "nx_alias"):
                rcode = wire.NXDOMAIN
            elif kind in ERRORS:
                rcode = ERRORS[kind]
            elif kind == "good":
                addresses = [a for a in host.addresses if len(a) == (4 if qtype == wire.A else 16)]
            answer = wire.dns_answer(ident, name, qtype, rcode, addresses, None if suffixed else alias, zone=name.split(".", 2)[-1])
            reply = own, server, port, 53, answer
        net.sim.after(self.world.dns_delay(rng), self._arrives, reply, kind == "dns_closed", host, qtype, suffixed, state, lookup, ident)

    def _arrives(self, reply, is_error, host, qtype, suffixed, state, lookup, ident):
        net = self.net
        lookup.answers.append(net.capture.frame(net.sim.now, reply, 1) if is_error else net.datagram(False, *reply))
        if state.over or state.open.get(qtype) != ident:
            return
        if is_error:
            state.unreachable = True
        else:
            del state.open[qtype]
            if suffixed or host.dns in ("nxdomain", "nx_alias"):
                state.nx = True
            elif host.dns in ERRORS:
                state.error = True
                state.errors.append(qtype)
            elif host.dns == "good":
                state.addresses += [a for a in host.addresses if len(a) == (4 if qtype == wire.A else 16)]
        state.signal.fire()


class Question:
    """Where one name's questions stand."""
    __slots__ = ("open", "signal", "unreachable", "was_unreachable", "nx", "error", "errors", "addresses", "over")

    def __init__(self, open_):
        self.open, self.signal = open_, Signal()
        self.unreachable = self.was_unreachable = self.nx = self.error = self.over = False
        self.errors, self.addresses = [], []
