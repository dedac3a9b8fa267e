# SPDX-License-Identifier: GPL-2.0-or-later
"""From a kind's row to something that runs: one or several gateways, their clients, and what else is on the wire."""
import copy

from . import checks, families
from .asks import Arrivals
from .icap import Icap
from .nat import Nat
from .noise import Noise
from .proxy import Proxy
from .tcp import Net
from .truth import Book
from .wire import Link, packed


class Deployment:
    """`run` is the process that lets clients ask; `books` hold what the gateways met."""

    def __init__(self, options, rng, sim, link, capture):
        site = families.build(options.kind, rng, options.requests, options.rate)
        net = Net(sim, capture, link, rng, options.loss, site.gateway_ports)
        self.net, self.books, self.crowds = net, [], []
        if site.settings.get("apart"):
            link.apart(1, rng)
        if site.settings.get("nat"):
            net.nat = self._nat(site, rng)
        many = site.settings.get("gateways", 1)
        for number in range(many):
            mine = site if number == 0 else self._sibling(site, number)
            its_net = net if number == 0 else self._beside(net, Link(link.name, rng))
            book = Book(mine)
            proxy = Proxy(its_net, mine, book)
            share = copy.copy(options)
            share.requests, share.rate = -(-options.requests // many), options.rate / many
            crowd = Arrivals(its_net, mine, proxy, share)
            crowd.leads = number == 0                    # outages are the servers', not each gateway's
            self.books.append(book)
            self.crowds.append(crowd)
            self._company(proxy, crowd)

    @staticmethod
    def _company(proxy, crowd):
        """What a gateway has to do besides its clients' requests."""
        settings, ends = proxy.site.settings, lambda: crowd.made >= crowd.options.requests
        if proxy.rng.random() < settings.get("checks", 0.0):
            checks.Checks(proxy, ends)
        if settings.get("icap"):
            Icap(proxy)
        if settings.get("noise"):
            Noise(proxy, ends).start()

    @staticmethod
    def _nat(site, rng):
        nat = Nat(site, rng)
        for route in site.routes + site.dead:
            route.port = nat.published
        if site.own4[:2] != bytes([10, 244]):            # not in a cluster: a container on a bridge
            site.own4 = packed("172.17.0.%d" % rng.randrange(2, 20))
            site.out4, site.dns4 = [site.own4], site.own4
        else:
            for server in (s for g in site.groups for s in g.servers):
                pods = [(packed("10.244.%d.%d" % (rng.randrange(20, 60), rng.randrange(2, 250))), rng.choice([8080, 3000]))
                        for _ in range(rng.choice([1, 2, 3]))]
                nat.service(server.address, server.port, pods)
            nat.service(site.resolver, 53, [(packed("10.244.%d.%d" % (rng.randrange(20, 60), rng.randrange(2, 250))), 53)])
        return nat

    @staticmethod
    def _sibling(site, number):
        """Another gateway of the cluster: same routes and servers, its own addresses and habits of choice."""
        mine = copy.copy(site)
        shift = lambda address: address[:-1] + bytes([address[-1] + number])
        mine.own4, mine.own6, mine.dns4 = shift(site.own4), shift(site.own6), shift(site.dns4)
        mine.out4, mine.out6 = [shift(a) for a in site.out4], [shift(a) for a in site.out6]
        mine.before, mine.behind = [], []
        return mine

    @staticmethod
    def _beside(net, link):
        """A network for another gateway in the same capture."""
        mine = Net(net.sim, net.capture, link, net.rng, net.loss, net.ports)
        mine.streams = net.streams
        return mine

    @property
    def made(self):
        return sum(c.made for c in self.crowds)

    def run(self):
        for crowd in self.crowds:
            self.net.sim.start(crowd.run())
        yield 0.0
