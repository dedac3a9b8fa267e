# SPDX-License-Identifier: GPL-2.0-or-later
"""What varies with the seed: addresses, names, where names lead, and the habits of the gateway."""
from .wire import packed

SYLLABLES = "ba be bo da de do fa fi ga go ka ke ki la le lo ma me mi mo na ne no pa pe ra re ri ro sa se si so ta te ti to va ve vi za zo".split()
ICMP4 = [(3, 0), (3, 1), (3, 2), (3, 3), (3, 9), (3, 10), (3, 13), (11, 0)]
ICMP6 = [(1, 0), (1, 1), (1, 3), (1, 4), (3, 0)]


class Host:
    """A name and where it leads. `mode` is how its addresses answer a SYN."""
    __slots__ = ("name", "dns", "addresses", "mode", "detail", "literal", "alias", "zone")

    def __init__(self, name, dns="good", addresses=(), mode="accept", detail=None, literal=False, alias=None):
        self.name, self.dns, self.addresses, self.mode, self.detail = name, dns, list(addresses), mode, detail
        self.literal, self.alias = literal, alias


class Server:
    """An address: how it answers a SYN and how far away it is."""
    __slots__ = ("address", "mode", "detail", "latency", "local")

    def __init__(self, address, latency, mode="accept", detail=None, local=False):
        self.address, self.latency, self.mode, self.detail, self.local = address, latency, mode, detail, local


class World:
    kind, routes_shown = "forward", True                 # the host in the request and the DNS answer show where each request may go

    def __init__(self, rng, options):
        self.rng = rng
        net = "10.%d.%d" % (rng.randrange(1, 250), rng.randrange(250))
        six = "fd%02x:%x" % (rng.randrange(256), rng.randrange(1, 65535))
        self.own4 = packed(net + ".161")
        self.own4_text, self.own6_text = net + ".161", six + "::161"
        self.out4 = packed("10.%d.0.161" % rng.randrange(251, 255)) if rng.random() < 0.3 else self.own4
        self.own6 = packed(six + "::161")
        self.dns4 = self.out4
        self.router4, self.router6 = packed(net + ".1"), packed(six + "::1")
        self.port = 9090
        self.clients = [packed("%s.%d" % (net[:net.rfind(".")] + ".%d" % rng.randrange(251), rng.randrange(2, 160)))
                        for _ in range(max(40, min(3000, options.requests // 12)))]
        self.clients6 = [packed("%s:%x::%x" % (six, rng.randrange(1, 65535), rng.randrange(2, 65535))) for _ in range(30)]
        self.clients, self.clients6 = sorted(set(self.clients)), sorted(set(self.clients6))
        self.client_ports = range(20000, 20400) if rng.random() < 0.3 else range(32768, 60999)
        self.gateway_ports = range(20000, 20600) if rng.random() < 0.4 else range(32768, 60999)

        # the gateway's habits
        self.vendor = rng.choice(["mwg", "mwg", "plain"])
        self.via = rng.random() < 0.6
        self.forwarded_for = rng.random() < 0.5
        self.refused_tries = rng.choice([1, 1, 2])
        self.connect_timeout = rng.choice([3.5, 6.0, 10.0])
        self.response_timeout = rng.choice([5.0, 8.0, 20.0])
        self.tls_timeout = 4.0
        self.cache = rng.choice([5.0, 20.0, 60.0])       # seconds for which a name is cached
        self.prefer_six = rng.random() < 0.5
        self.reuse = rng.choice([0.3, 0.7, 0.9])         # share of answers after which the server connection is kept
        self.retry_stale = rng.random() < 0.5
        self.share_lookups = False
        self.memory = 10.0                               # seconds for which failures are remembered, if at all:
        self.remember_names = self.remember_hops = False
        self.pace = rng.choice([0.0003, 0.0008])         # the gateway's own thinking

        # look-ups
        self.aaaa = rng.choice(["pair", "pair", "pair", "only_a"])
        self.dns_timeout = rng.choice([1.0, 2.0])
        self.dns_attempts, self.dns_loss = 2, 0.0
        self.search = rng.choice([None, None, "corp.example"])
        self.retry_error = rng.random() < 0.4            # SERVFAIL: ask once more
        self.resolver = packed("10.%d.65.1" % rng.randrange(1, 250))
        self.dns_silent, self.dns_closed = packed("10.66.%d.9" % rng.randrange(250)), packed("10.67.%d.9" % rng.randrange(250))
        self.dns_absent = packed(net + ".53")            # on the gateway's own network, switched off

        self._names, self._addresses = set(), set()
        self.servers = {}
        self._build(options, net)

    @staticmethod
    def dns_delay(rng):
        """Seconds from question to answer."""
        return rng.uniform(0.0004, 0.004)

    def down_next_hops(self, case):
        """Causes that a reader may name where the gateway did nothing: a next hop could be marked down."""
        return ()

    # ------------------------------------------------------------ names and addresses
    def name(self):
        rng = self.rng
        while True:
            word = "".join(rng.choice(SYLLABLES) for _ in range(rng.randrange(2, 5)))
            name = "%s.%s.%s" % (rng.choice(["www", "img", "api", "shop", "news", "cdn"]), word, rng.choice(["example", "test", "lab"]))
            if name not in self._names:
                self._names.add(name)
                return name

    def server(self, six=False, **more):
        rng = self.rng
        while True:
            text = "fd20:%x::%x" % (rng.randrange(1, 65535), rng.randrange(1, 65535)) if six else \
                "%d.%d.%d.%d" % (rng.choice([100, 172, 192, 198]), rng.randrange(16, 32), rng.randrange(256), rng.randrange(1, 255))
            address = packed(text)
            if address not in self._addresses:
                self._addresses.add(address)
                self.servers[address] = Server(address, rng.choice([0.0002, 0.001, 0.005, 0.02, 0.06]), **more)
                return address

    def _build(self, options, net):
        rng = self.rng
        some = max(3, min(60, options.requests // 400))
        self.good = []
        for _ in range(max(12, min(400, options.requests // 40))):
            shape = rng.random()
            if shape < 0.70 or not self.good:
                addresses = [self.server()]
            elif shape < 0.80:
                addresses = [self.server(), self.server()]
            elif shape < 0.88 and self.aaaa == "pair":
                addresses = [self.server(six=True)]
            elif shape < 0.94 and self.aaaa == "pair":
                addresses = [self.server(), self.server(six=True)]
            else:
                addresses = list(rng.choice(self.good).addresses)              # two names, one address
            self.good.append(Host(self.name(), addresses=addresses, alias=self.name() if rng.random() < 0.15 else None))
        pick = lambda n, make: [make() for _ in range(n)]
        detail4 = lambda: (self.router4,) + rng.choice(ICMP4)
        dead = {}
        dead["rst"] = pick(some, lambda: Host(self.name(), addresses=[self.server(mode="refuse")], alias=self.name() if rng.random() < 0.1 else None))
        dead["syn_drop"] = pick(some, lambda: Host(self.name(), addresses=[self.server(mode="drop")]))
        dead["deaf"] = pick(some, lambda: Host(self.name(), addresses=[self.server(mode="deaf")]))
        dead["icmp"] = pick(some, lambda: Host(self.name(), addresses=[self.server(mode="icmp", detail=detail4())]))
        dead["icmp_ignored"] = pick(some, lambda: Host(self.name(), addresses=[self.server(mode="icmp", detail=detail4())]))
        dead["two_dead"] = pick(some, lambda: Host(self.name(), addresses=[self.server(mode=rng.choice(["refuse", "drop"])),
                                                                            self.server(mode=rng.choice(["refuse", "icmp"]), detail=detail4())]))
        dead["first_dead"] = pick(some, lambda: Host(self.name(), addresses=[self.server(mode="refuse"), self.server()]))
        dead["rst_six"] = pick(some, lambda: Host(self.name(), addresses=[self.server(six=True, mode="refuse")]))
        dead["syn_six"] = pick(some, lambda: Host(self.name(), addresses=[self.server(six=True, mode="drop")]))
        dead["icmp_six"] = pick(some, lambda: Host(self.name(), addresses=[self.server(six=True, mode="icmp", detail=(self.router6,) + rng.choice(ICMP6))]))
        for kind in ("nxdomain", "nodata", "servfail", "refused", "notimp", "mute", "half_mute", "nx_alias"):
            dead[kind] = pick(some, lambda: Host(self.name(), dns=kind, alias=self.name() if kind == "nx_alias" else None))
        for kind in ("dns_closed", "dns_absent"):
            dead[kind] = pick(some, lambda: Host(self.name(), dns=kind))
        dead["idle"] = pick(some, lambda: Host(self.name()))                    # nobody else asks for them: no failure to remember
        self.arp_addresses = ["%s.%d" % (net, 200 + i) for i in range(min(some, 40))]
        dead["arp"] = []
        for text in self.arp_addresses:
            self.servers[packed(text)] = Server(packed(text), 0.0002, local=True)
            dead["arp"].append(Host(self.name(), addresses=[packed(text)]))
        dead["literal"] = []
        for _ in range(some):
            address = self.server(mode=rng.choice(["refuse", "drop"]))
            dead["literal"].append(Host(".".join(map(str, address)), addresses=[address], literal=True))
        self.dead = dead
        if self.aaaa != "pair":
            for kind in ("rst_six", "syn_six", "icmp_six"):
                dead[kind] = []
        self.parent = None
        if rng.random() < 0.4:                           # some domains go through another proxy
            self.parent = self.server()
            self.parent_port = rng.choice([3128, 8080])
            self.parent_dead = self.server(mode="refuse")
            self.via_parent = pick(max(3, some), lambda: Host(self.name()))
