# SPDX-License-Identifier: GPL-2.0-or-later
"""A Kubernetes ingress: services by names that no client knows, search suffixes, pods that vanish."""
from .site import Group, Route
from .wire import packed

SUFFIXES = ["svc.cluster.local", "cluster.local"]


class Service:
    """What the ingress looks up for a route; the shape of a dns host. candidates: the names asked in turn, the last one decides."""

    alias, literal = None, False

    def __init__(self, name, namespace, own_namespace, full, dns, addresses):
        self.dns, self.addresses = dns, addresses
        self.name = "%s.%s.svc.cluster.local" % (name, namespace)
        short = name if namespace == own_namespace else "%s.%s" % (name, namespace)
        tried = ["%s.%s.svc.cluster.local" % (short, own_namespace)] + ["%s.%s" % (short, s) for s in SUFFIXES] + [short]
        if full:                                         # the absolute name, but with less than five dots: suffixes first
            tried = ["%s.%s" % (self.name, s) for s in ["%s.svc.cluster.local" % own_namespace] + SUFFIXES] + [self.name]
        self.candidates = tried if dns == "nxdomain" else tried[:tried.index(self.name) + 1]


def ingress(site, rng):
    cluster = "10.%d" % rng.randrange(96, 112)
    pods = "10.244.%d" % rng.randrange(1, 20)
    site.pods = pods
    namespace, others = "ingress", ["default", "shop", "prod", "team-a"]
    site.own4 = packed("%s.%d" % (pods, rng.randrange(2, 250)))
    site.out4, site.dns4 = [site.own4], site.own4
    site.resolver = packed(cluster + ".0.10")
    site.dns_timeout, site.dns_attempts = 5.0, 2         # as glibc and musl have it
    site.dns_loss = rng.choice([0.0, 0.002])             # the race of parallel questions in the connection table
    site.aaaa = rng.choice(["pair", "pair", "only_a"])
    site.cache = rng.choice([0.0, 1.0, 5.0, 30.0])
    site.share_lookups = False
    services = site.settings.get("nat", False)           # behind cluster addresses, not pods
    direct = not services and rng.random() < 0.3         # knows its pods from the API: asks no DNS
    headless, full = direct or (not services and rng.random() < 0.5), rng.random() < 0.5
    site.dns_silent = site.resolver
    site.settings["replace"] = headless
    fates = ["nxdomain", "nxdomain", "servfail", "nodata"]
    for i in range(rng.randrange(5, 12)):
        name, space = site.name(("svc",), ("",)).split(".")[0] + rng.choice(["", "-svc", "-api", "-web"]), rng.choice(others)
        size = rng.choice([1, 1, 2, 3]) if headless else 1
        port = rng.choice([80, 8080, 3000, 9000])
        servers = [site.server(port, pods if headless else cluster + ".%d" % rng.randrange(1, 250), latency=rng.choice([0.00005, 0.0002, 0.0006]))
                   for _ in range(size)]
        group = Group(name, servers, "given")
        if not direct:
            group.host = Service(name, space, namespace, full, "good", [s.address for s in servers])
        site.groups.append(group)
        for prefix in rng.sample(["/", "/api/", "/v1/"], rng.choice([1, 1, 2])):
            site.routes.append(Route(site.name(), prefix, group, port=site.port))
    if direct:
        site.settings["dead_routes"] = 0.0
        return
    for fate in rng.sample(fates, 2) + ["mute"] * (rng.random() < 0.5):
        group = Group("gone", [])
        group.host = Service(site.name(("svc",), ("",)).split(".")[0] + "-old", rng.choice(others), namespace, full, fate, [])
        site.dead.append(Route(site.name(), "/", group, port=site.port))
