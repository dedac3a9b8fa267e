# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes of forward proxies: hosts of the open web, each behind a look-up; among them names and servers that are dead."""
from .site import ICMP4, ICMP6, Group, Route


class Name:
    """A host name as the gateway's resolver sees it."""

    literal = False

    def __init__(self, name, dns, addresses, alias=None):
        self.name, self.dns, self.addresses, self.alias = name, dns, addresses, alias


# what is wrong with a dead host: weight
DEAD = {"nxdomain": 6, "servfail": 3, "nodata": 2, "refused": 1, "mute": 2, "dns_closed": 1, "nx_alias": 1, "refuse": 5, "drop": 3, "icmp": 3, "arp": 1}


def _route(site, rng, dns, servers):
    group = Group("host", servers, "given")
    name = site.name()
    group.host = Name(name, dns, [s.address for s in servers], site.name(firsts=("edge", "cdn")) if dns == "nx_alias" or rng.random() < 0.2 else None)
    return Route(name, "/", group)


def hosts(site, rng):
    """Many hosts, of which a few are asked for most; a site's share of dead ones is in settings."""
    site.routes_shown, site.settings["recursion"] = True, rng.choice([0.1, 0.3])
    site.aaaa = "pair" if site.settings.get("six") else rng.choice(["pair", "pair", "only_a"])
    site.search = rng.choice([None, None, "corp.example"])
    site.share_lookups = rng.random() < 0.4              # one question for all who want the name at that moment
    site.retry_error = rng.random() < 0.4
    site.prefer_six = bool(site.settings.get("six")) or rng.random() < 0.5
    site.cache = max(site.cache, rng.choice([5.0, 30.0, 60.0]))
    site.dns_timeout = rng.choice([1.0, 2.0, 5.0])
    for _ in range(rng.randrange(20, 60)):
        net = "%d.%d.%d" % (rng.choice([100, 172, 198]), rng.randrange(16, 32), rng.randrange(256))
        if site.settings.get("six") and rng.random() < 0.8:
            servers = [site.server(80, six=True), site.server(80, net)]
        elif site.aaaa == "pair" and rng.random() < 0.1:
            servers = [site.server(80, six=True)]
        else:
            servers = [site.server(80, net) for _ in range(rng.choice([1, 1, 1, 2]))]
        for server in servers:
            server.latency = rng.choice([0.001, 0.004, 0.012, 0.04])
        site.routes.append(_route(site, rng, "good", servers))
        if rng.random() < 0.3:
            site.groups.append(site.routes[-1].group)    # these have outages
    for _ in range(rng.randrange(8, 25)):
        fate = rng.choices(list(DEAD), list(DEAD.values()))[0]
        site.dead.append(_route(site, rng, fate, []) if fate not in ("refuse", "drop", "icmp", "arp") else _route(site, rng, "good", dying(site, rng, fate)))


def dying(site, rng, fate):
    """The servers of a dead host: one, or two that may fail in different ways."""
    if fate == "arp":
        servers = [site.server(80, local=True)]
    elif site.settings.get("six"):
        servers = [site.server(80, six=True), site.server(80)]
    else:
        servers = [site.server(80) for _ in range(rng.choice([1, 1, 2]))]
    for server in servers:
        server.mode = fate if server is servers[-1] or rng.random() < 0.6 else rng.choice(["refuse", "drop"])
        if server.mode == "icmp":
            server.detail = (site.router6,) + rng.choice(ICMP6) if len(server.address) == 16 else (site.router4,) + rng.choice(ICMP4)
    return servers
