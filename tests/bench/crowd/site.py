# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands around a gateway: its addresses, the upstream servers in their groups, and the routes that lead to them."""
from .wire import packed

SYLLABLES = "ba be bo da de do fa fi ga go ka ke ki la le lo ma me mi mo na ne no pa pe ra re ri ro sa se si so ta te ti to va ve vi za zo".split()
ICMP4 = [(3, 0), (3, 1), (3, 3), (3, 10), (3, 13), (11, 0)]
ICMP6 = [(1, 0), (1, 1), (1, 3), (1, 4), (3, 0)]


class Server:
    """An upstream address. mode: accept, refuse, drop, deaf, icmp or arp; it changes while the capture runs."""

    def __init__(self, address, port, latency, median, keep):
        self.address, self.port, self.latency, self.median, self.keep = address, port, latency, median, keep
        self.mode, self.detail, self.conns = "accept", None, []
        self.local = False
        self.tls = self.sni = None                       # TLS version (0x0303, 0x0304) and the name to ask for

    def work(self, rng):
        """Seconds from request to answer."""
        return self.median * rng.lognormvariate(0.0, 0.9) + 0.0003

    def switch(self, mode, detail=None):
        """Goes down or comes back. One that vanishes takes its connections along; one that restarts resets or closes them."""
        self.mode, self.detail = mode, detail
        for conn in self.conns:
            conn.mute = mode in ("drop", "icmp", "arp")
            if mode == "refuse" and conn.peer.state == "open" and not conn.app.busy:
                conn.peer.close()
        if mode == "refuse":
            self.conns = []


class Group:
    """Servers that can stand for each other. pick: round_robin, first (the others are for failover) or random."""

    def __init__(self, name, servers, pick="round_robin"):
        self.name, self.servers, self.pick, self.turn = name, servers, pick, 0
        self.ever = list(servers)                        # also those that were replaced
        self.host = None                                 # a dns host: its addresses are looked up

    def order(self, rng):
        servers = self.servers
        if self.pick == "random":
            return rng.sample(servers, len(servers))
        if self.pick == "first":
            return list(servers)
        self.turn += 1
        at = self.turn % len(servers)
        return servers[at:] + servers[:at]

    def replace(self, old, new):
        """A pod is gone, another comes in its place."""
        self.servers[self.servers.index(old)] = new
        self.ever.append(new)
        if self.host:
            self.host.addresses = [s.address for s in self.servers]


class Route:
    """What clients ask for (host, below prefix) and what the server sees of it."""

    def __init__(self, host, prefix, group, host_to=None, prefix_to=None, port=80):
        self.host, self.prefix, self.group, self.port = host, prefix, group, port
        self.host_to, self.prefix_to = host_to or host, prefix if prefix_to is None else prefix_to
        self.tail = True                                 # what stands behind the prefix is kept
        self.absolute = False                            # the request line to the server has the whole URL (a next proxy)

    @property
    def places(self):
        names = {self.group.host.name} if self.group.host else set()
        return names | {(s.address, s.port) for s in self.group.ever}


class Site:
    """Addresses and routes of one gateway. `settings` come from the kind's row in families.py."""

    kind, search, aaaa, prefer_six, share_lookups, retry_error = "site", None, "pair", False, False, False
    remember_names, memory, dns_attempts, dns_loss = False, 10.0, 2, 0.0

    def __init__(self, rng, kind, style, requests, settings):
        self.rng, self.kind, self.style, self.settings = rng, kind, style, settings
        self.net4 = "10.%d.%d" % (rng.randrange(1, 250), rng.randrange(250))
        self.net6 = "fd%02x:%x" % (rng.randrange(256), rng.randrange(1, 65535))
        self.own4, self.own6 = packed(self.net4 + ".161"), packed(self.net6 + "::161")
        self.out4, self.out6, self.dns4 = [self.own4], [self.own6], self.own4
        self.router4, self.router6 = packed(self.net4 + ".1"), packed(self.net6 + "::1")
        self.port = rng.choice(settings.get("ports", [80, 8080, 9090]))
        top = self.net4[:self.net4.rfind(".")]
        self.clients = sorted({packed("%s.%d" % (top + ".%d" % rng.randrange(251), rng.randrange(2, 160)))
                               for _ in range(max(12, min(1500, requests // 8)))})
        self.clients6 = sorted({packed("%s:%x::%x" % (self.net6, rng.randrange(1, 65535), rng.randrange(2, 65535))) for _ in range(20)})
        self.client_ports = self.gateway_ports = range(32768, 60999)
        self.connect_timeout = rng.choice(style.connect_timeouts)
        self.response_timeout, self.tls_timeout = rng.choice(style.response_timeouts), 5.0
        self.cache, self.dns_timeout = style.cache, rng.choice([1.0, 2.0])
        self.resolver = packed("10.%d.65.1" % rng.randrange(1, 250))
        self.dns_silent, self.dns_closed = packed("10.66.%d.9" % rng.randrange(250)), packed("10.67.%d.9" % rng.randrange(250))
        self.dns_absent = packed(self.net4 + ".53")
        self.routes_shown = False
        self.routes, self.groups, self.dead = [], [], []
        self._taken = set()

    def down_next_hops(self, case):
        """Causes that a reader may name where the gateway did nothing: none here, its next hops are never marked down."""
        return ()

    def dns_delay(self, rng):
        """Seconds from question to answer: a resolver that knows, or one that has to ask the world."""
        if rng.random() < self.settings.get("recursion", 0.0):
            return rng.lognormvariate(-3.9, 1.0)         # 20 ms
        return rng.uniform(0.0002, 0.002)

    def name(self, tops=("example", "test", "lab"), firsts=("www", "img", "api", "shop", "news", "cdn")):
        rng = self.rng
        while True:
            word = "".join(rng.choice(SYLLABLES) for _ in range(rng.randrange(2, 4)))
            name = ".".join(p for p in (rng.choice(firsts), word, rng.choice(tops)) if p)
            if name not in self._taken:
                self._taken.add(name)
                return name

    def server(self, port, net=None, six=False, local=False, latency=None):
        """A new upstream address; local: on the gateway's own network (found by ARP)."""
        rng = self.rng
        while True:
            if six:
                text = "fd20:%x::%x" % (rng.randrange(1, 65535), rng.randrange(1, 65535))
            elif local:
                text = "%s.%d" % (self.net4, rng.randrange(170, 250))
            else:
                text = "%s.%d" % (net or "10.%d.%d" % (rng.randrange(1, 250), rng.randrange(250)), rng.randrange(2, 160))
            if text not in self._taken:
                self._taken.add(text)
                latency = latency or rng.choice([0.00015, 0.0002, 0.0005, 0.001, 0.004])
                server = Server(packed(text), port, latency, rng.choice([0.002, 0.006, 0.015, 0.04]), rng.choice([2.0, 5.0, 15.0, 60.0]))
                server.local = local
                return server

    def group(self, size, port, **more):
        net = "10.%d.%d" % (self.rng.randrange(1, 250), self.rng.randrange(250))
        if more.get("local"):
            net = None
        pick = more.pop("pick", None) or self.rng.choice(["round_robin", "round_robin", "random", "first"])
        group = Group("group%d" % len(self.groups), [self.server(port, net, **more) for _ in range(size)], pick)
        self.groups.append(group)
        return group

    # ------------------------------------------------------------ what the kind sets up
    def ready(self):
        """After the routes are there: how much each is asked for."""
        self.weights = [1.0 / (1 + i) for i in range(len(self.routes))]        # a few are asked for most
        self.before, self.behind = [], []                # helpers that see each request, each answer
        self.forwards_for = self.settings.get("forwards_for", self.rng.random() < 0.5)

    def icmp_detail(self, server, rng):
        """(who, type, code) of an ICMP error for this server"""
        return (self.router6,) + rng.choice(ICMP6) if len(server.address) == 16 else (self.router4,) + rng.choice(ICMP4)

    def path_to(self, request):
        route = request.route
        return route.prefix_to + request.path[len(route.prefix):] if route.tail else route.prefix_to

    def spell(self, request, server):
        """The request as it goes to the server."""
        route = request.route
        target = "http://" + request.host_header + request.path if route.absolute else self.path_to(request)
        lines = ["%s %s HTTP/1.1" % (request.method, target), "Host: " + (request.host_header if route.absolute else route.host_to)] + request.kept()
        if self.forwards_for:
            lines.append("X-Forwarded-For: " + request.client_text)
        lines.append("Connection: " + ("close" if self.style.pool == "none" else "keep-alive"))
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + b"b" * request.body

    def says(self, request, client):
        """Notes what of the request its upstream connection will show."""
        route = request.route
        seen = [request.method, self.path_to(request), route.host_to, request.agent, request.cookie]
        request.said = {"http": tuple(seen + ([client] if self.forwards_for else [])),
                        "tls": route.group.servers[0].sni if self.style.sni and route.group.servers else None}
