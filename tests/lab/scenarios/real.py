# SPDX-License-Identifier: GPL-2.0-or-later
"""Real proxies in front of the same failures. Only what they answer with 502 is a case; the rest is traffic."""
import proxies
from scenarios import R, one, scenario
from scenarios.mixed import base
from world import SRV

W, C = [SRV + "52", 80], [SRV + "53", 81]
FORWARD = (("http://www.media.test/ok", None, None), ("http://none.media.test/", "nxdomain", None), ("http://err.media.test/", "dns_error", None),
           ("http://cdn.media.test:81/", "rst", C), ("http://wall.media.test/", "icmp", [SRV + "54", 80]), ("http://www.media.test/empty", "server_closed", W),
           ("http://www.media.test/rst", "server_reset", W), ("http://www.media.test/garbage", "invalid_response", W), ("http://www.media.test/st-abc", "invalid_response", W),
           ("http://www.media.test/hdr-nocolon", "invalid_response", W), ("http://www.media.test/head-fin", "truncated", W), ("http://www.media.test/head-rst", "truncated", W),
           ("http://www.media.test/cont-fin", "server_closed", W), ("http://www.media.test/hang", "response_timeout", W), ("http://www.media.test/s502", "relayed", W),
           ("http://www.media.test/chunk-bad", "invalid_response", W), ("http://www.media.test/hdr-big", "invalid_response", W), ("http://void.media.test/", "dns_nodata", None))


def forward(name, port):
    def f(w):
        base(w, port)
        w.zones["void.media.test"] = {}
        w.proxy, w.default_proxy = getattr(proxies, name), name
        for url, cause, server in FORWARD:
            w.ask(one(R(url, cause, unseen=True, **({"server": server} if server else {})), timeout=8))
    f.__name__ = "proxy_" + name
    scenario(f)


for _i, _n in enumerate(("nginx", "apache", "mitmproxy", "tinyproxy", "privoxy", "squid", "ats")):
    forward(_n, (8080, 3128, 9090)[_i % 3])


@scenario
def proxy_haproxy(w):
    base(w, 80)
    w.proxy, w.default_proxy = proxies.haproxy, "haproxy"
    for url, cause, server in FORWARD:
        if server == W or cause is None:
            w.ask(one(R(url, cause, unseen=True, origin_form=True, **({"server": server} if server else {})), timeout=8))
