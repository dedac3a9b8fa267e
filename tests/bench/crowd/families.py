# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of gateways: what each is made of. A kind is a row of KINDS; `build` makes a site of it."""
from . import kube, reverse
from .habits import STYLES
from .site import Site

REVERSE = ["nginx", "nginx_cold", "haproxy", "go", "node", "apache", "envoy"]
PLAIN = {"connect": 1, "exchange": 1, "own": 0.02}
SECURE = {"connect": 0.7, "exchange": 1, "tls": 1, "own": 0.02}
# kind: styles (one is drawn), how its routes are made, settings
KINDS = {
    "static": (REVERSE, reverse.static, {"bad": PLAIN}),
    "rewriting": (REVERSE, reverse.rewriting, {"bad": PLAIN}),
    "connects": (["go", "envoy", "node", "haproxy"], reverse.static, {"bad": PLAIN, "outages": 0.05}),
    "tls": (["nginx", "go", "node", "envoy", "apache", "haproxy"], reverse.secure, {"bad": SECURE}),
    "kubernetes": (["nginx", "go", "envoy"], kube.ingress, {"bad": PLAIN, "outages": 0.06, "dead_routes": 0.04}),
    "parents": (["squid", "web_gateway", "traffic_server"], reverse.parents, {"bad": PLAIN, "forward": True, "ports": [3128, 8080, 9090]}),
}


def build(kind, rng, requests):
    styles, routes, settings = KINDS[kind]
    site = Site(rng, kind, STYLES[rng.choice(styles)], requests, dict(settings))
    routes(site, rng)
    site.ready()
    return site
