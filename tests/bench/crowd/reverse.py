# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes of gateways whose upstreams stand in their configuration: reverse proxies and proxies with next proxies."""
from .site import Route

PREFIXES = ["/", "/api/", "/shop/", "/static/", "/auth/", "/v1/"]


def static(site, rng):
    """Virtual hosts and prefixes, each to a group of one to four servers; the request goes on as it came."""
    for _ in range(rng.randrange(2, 7)):
        host = site.name()
        for prefix in rng.sample(PREFIXES, rng.randrange(1, 4)):
            group = site.group(rng.choice([1, 1, 2, 3, 4]), rng.choice([80, 8080, 8000, 3000]), local=rng.random() < 0.3)
            site.routes.append(Route(host, prefix, group, port=site.port))
            site.routes[-1].host_to = site.routes[-1].host if site.port == 80 else "%s:%d" % (host, site.port)


def rewriting(site, rng):
    """Neither Host nor path need be what the client sent."""
    static(site, rng)
    for route in site.routes:
        server = route.group.servers[0]
        inner = ".".join(map(str, server.address)) + ":%d" % server.port
        route.host_to = rng.choice([inner, site.name(("internal", "local"), ("app", "be", "svc")), "backend"])
        shape = rng.random()
        if shape < 0.45:
            route.prefix_to = rng.choice(["/", "/app/", "/internal" + route.prefix, "/site/web/"])
        elif shape < 0.6:                                # every path becomes one: a gateway to a single service
            route.prefix_to, route.tail = rng.choice(["/rpc", "/index.php", "/handler"]), False


def secure(site, rng):
    """TLS to the servers; some routes share the servers with others."""
    static(site, rng)
    version = rng.choice([0x0303, 0x0304])
    for group in site.groups:
        mine = version if rng.random() < 0.8 else rng.choice([0x0303, 0x0304])
        name = site.name(("internal", "example"), ("be", "app", "secure"))
        for server in group.servers:
            server.port, server.tls, server.sni = rng.choice([443, 8443]) if server is group.servers[0] else group.servers[0].port, mine, name
    if rng.random() < 0.5:
        reverse_names = rng.random() < 0.5
        for route in site.routes:
            if reverse_names:
                route.host_to = route.group.servers[0].sni


def parents(site, rng):
    """A forward proxy that hands everything to two next proxies: the second when the first fails."""
    group = site.group(2, rng.choice([3128, 8080]), pick=rng.choice(["first", "first", "round_robin"]))
    for server in group.servers:
        server.keep = rng.choice([15.0, 60.0])
    for _ in range(rng.randrange(8, 30)):
        route = Route(site.name(), "/", group)
        route.absolute = True
        site.routes.append(route)
