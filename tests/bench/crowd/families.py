# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of gateways: what each is made of. A kind is a row of KINDS; `build` makes a site of it."""
import dataclasses

from . import kube, places, reverse, web
from .habits import STYLES, slowed
from .site import Site

REVERSE = ["nginx", "nginx_cold", "haproxy", "go", "node", "apache", "envoy"]
FORWARD = ["web_gateway", "web_gateway", "squid", "traffic_server", "apache", "go"]
PLAIN = {"connect": 1, "exchange": 1, "own": 0.02}
SECURE = {"connect": 0.7, "exchange": 1, "tls": 1, "own": 0.02}
WEB = {"bad": PLAIN, "dead_routes": 0.05, "forward": True, "ports": [3128, 8080, 9090]}


def web_with(**more):
    return dict(WEB, **more)


# kind: styles (one is drawn), how its routes are made (one is drawn), settings; `habits` (a list: one of them) replaces
# fields of the style
KINDS = {
    "static": (REVERSE, [reverse.static], {"bad": PLAIN, "checks": 0.6}),
    "rewriting": (REVERSE, [reverse.rewriting], {"bad": PLAIN}),
    "connects": (["go", "envoy", "node", "haproxy"], [reverse.static], {"bad": PLAIN, "outages": 0.05, "habits": [{"pool": "go"}, {"pool": "lifo", "ahead": 2}]}),
    "tls": (["nginx", "go", "node", "envoy", "apache", "haproxy"], [reverse.secure], {"bad": SECURE}),
    "kubernetes": (["nginx", "go", "envoy"], [kube.ingress], {"bad": PLAIN, "outages": 0.06, "dead_routes": 0.04}),
    "parents": (["squid", "web_gateway", "traffic_server"], [reverse.parents], {"bad": PLAIN, "forward": True, "ports": [3128, 8080, 9090]}),
    "web": (FORWARD, [web.hosts], WEB),
    "pools": (FORWARD + REVERSE, [web.hosts, reverse.rewriting], {"bad": PLAIN, "sources": (4, 16)}),
    "three": (FORWARD, [web.hosts, web.hosts, reverse.parents], web_with(apart=True)),
    "eyeballs": (["web_gateway", "go", "squid"], [web.hosts], web_with(six=True, eyeballs=0.25, habits={"pool": "lifo", "next": False})),
    "noise": (FORWARD + ["nginx", "haproxy"], [web.hosts, web.hosts, reverse.static],
              {"bad": {"connect": 1, "exchange": 1, "own": 0.02, "icap": 0.15}, "noise": True, "icap": True, "checks": 1.0}),
    "nat": (REVERSE, [kube.ingress, reverse.static], {"bad": PLAIN, "nat": True, "dead_routes": 0.03}),
    "cluster": (REVERSE + FORWARD, [reverse.static, web.hosts, reverse.rewriting], {"bad": PLAIN, "gateways": 3, "checks": 0.6}),
    "slow20": (["web_gateway", "squid", "nginx", "node"], [web.hosts, reverse.static], {"bad": PLAIN, "habits": {"first_think": 0.02, "last_think": 0.02}}),
    "slow300": (["web_gateway", "squid", "nginx"], [web.hosts, reverse.static], {"bad": PLAIN, "habits": {"first_think": 0.3, "last_think": 0.3}}),
    "halfclose": (["web_gateway", "haproxy", "apache"], [web.hosts, reverse.static], {"bad": PLAIN, "habits": {"half_close": True, "pool": "none"}}),
    "balancer": (["nginx", "haproxy", "envoy"], [reverse.static], {"bad": {"connect": 0.5, "exchange": 1, "own": 0.02}, "sticky": True, "checks": 1.0}),
}


def build(kind, rng, requests, rate):
    styles, routes, settings = KINDS[kind]
    settings, route = dict(settings), rng.choice(routes)
    habits = settings.get("habits", {})
    style = dataclasses.replace(STYLES[rng.choice(styles)], **(rng.choice(habits) if isinstance(habits, list) else habits))
    style = slowed(style, rng, rate / settings.get("gateways", 1))
    if route is web.hosts:
        settings = dict(WEB, **settings)
    elif route is reverse.parents:
        settings["forward"] = True
    site = Site(rng, kind, style, requests, settings)
    route(site, rng)
    places.spread(site, rng)
    site.ready()
    return site
