# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways of asking, gateways with a memory, and lines that lose packets."""
from scenarios import R, one, scenario
from scenarios.mixed import base
from world import GW, GW6, SRV

DEAD = "http://cdn.media.test:81/"


@scenario
def ask_in_pieces(w):
    base(w, 8080)
    w.ask(one(R(DEAD, "rst", pieces=3), R("http://none.media.test/a/rather/long/path", "nxdomain", pieces=7)))


@scenario
def ask_methods(w):
    base(w)
    w.ask(one(*[R(DEAD + m.lower(), "rst", method=m) for m in ("OPTIONS", "DELETE", "PROPFIND", "PATCH")]))
    w.ask(one(R(DEAD + "head", "rst", method="HEAD"), timeout=2))


@scenario
def ask_http10(w):
    base(w, 3128)
    w.ask(one(R(DEAD, "rst", version="1.0")))
    w.ask(one(R("http://www.media.test/empty", "server_closed", version="1.0")))


@scenario
def ask_long_url(w):
    base(w)
    w.ask(one(R(DEAD + "a" * 3000, "rst"), R("http://www.media.test/empty/" + "b" * 3500, "server_closed")))


@scenario
def ask_userinfo_and_port(w):
    base(w)
    w.ask(one(R("http://user:word@cdn.media.test:81/", "rst"), R("http://none.media.test:80/", "nxdomain"), R("http://CDN.media.TEST:81/", "rst", host="cdn.media.test")))


@scenario
def ask_other_host_field(w):
    """The URL's host counts, not the Host field."""
    base(w)
    w.ask(one(R(DEAD, "rst", host_field="www.media.test")))


@scenario
def ask_and_shut(w):
    """The client sends its FIN right behind the request."""
    base(w)
    w.ask(one(R(DEAD, "rst", shut=True)))
    w.ask(one(R("http://www.media.test/head-fin", "truncated", shut=True)))


@scenario
def ask_and_leave(w):
    """One client leaves before its 502, which is sent all the same; another waits."""
    base(w, connect_timeout=1.5)
    w.ask(one(R("http://mute.media.test/", "syn_timeout", abandon=0.3, exact=False, unseen=True), linger=0), one(R("http://mute.media.test/", "syn_timeout", exact=False), delay=0.1))


@scenario
def ask_over_v6(w):
    base(w)
    w.ask(one(R(DEAD, "rst"), R("http://none.media.test/", "nxdomain"), R("http://six.media.test:8092/empty", "server_closed"), to=[GW6, 9090]))


@scenario
def hosts_file(w):
    """No look-up at all: the gateway has the name in a file."""
    base(w, 8080, hosts={"files.media.test": [SRV + "57"], "other.media.test": [SRV + "57"]})
    w.ask(one(R("http://files.media.test:8101/", "rst")))
    w.ask(one(R("http://other.media.test:8102/", "rst")))


@scenario
def dns_cached(w):
    base(w, dns_cache=True)
    w.ask(one(R("http://cdn.media.test/ok"), R(DEAD, "rst"), R("http://www.media.test/ok"), R("http://www.media.test:8103/", "rst"), R(DEAD, "rst")))


@scenario
def remembered_name(w):
    base(w, remember=10)
    first = R("http://none.media.test/", "nxdomain")
    w.ask(one(first, R("http://www.media.test/ok"), R("http://none.media.test/", "nxdomain", inferred=first)))


@scenario
def remembered_server(w):
    base(w, 8080, remember=10)
    first = R(DEAD, "rst")
    wall = R("http://wall.media.test/", "icmp")
    w.ask(one(first, wall))
    w.ask(one(R(DEAD, "rst", inferred=first), R("http://wall.media.test/", "icmp", inferred=wall), source="192.168.77.105"))


@scenario
def lossy_server_side(w):
    """Every seventh packet to and from the servers is lost."""
    base(w, 8080, response_timeout=6)
    w.sh("R", "iptables -I FORWARD -i s0 -p tcp -m statistic --mode nth --every 7 --packet 3 -j DROP; iptables -I FORWARD -o s0 -p tcp -m statistic --mode nth --every 7 --packet 5 -j DROP")
    w.ask(one(R("http://www.media.test/ok"), R("http://www.media.test/empty", "server_closed"), R("http://www.media.test/head-fin", "truncated"),
              R("http://www.media.test/ok"), R("http://www.media.test/garbage", "invalid_response"), R("http://www.media.test/s502", "relayed")))


@scenario
def lossy_client_side(w):
    """Some of the client's and the gateway's packets on the client's leg are lost on arrival."""
    base(w)
    w.sh("G", "iptables -A OUTPUT -p tcp --sport 9090 -m statistic --mode nth --every 5 --packet 2 -j DROP")
    w.sh("C", "iptables -A INPUT -p tcp --sport 9090 -m statistic --mode nth --every 4 --packet 1 -j DROP")
    w.ask(one(*[R(u, c) for u, c in ((DEAD, "rst"), ("http://none.media.test/", "nxdomain"), ("http://www.media.test/ok", None), ("http://www.media.test/empty", "server_closed"), (DEAD, "rst"))]))


@scenario
def two_gateways_at_once(w):
    """Two gateways of one network in a capture on the switch, the same dead server."""
    w.second, w.capture = True, ("R", "br0", [])
    base(w)
    w.parents = [("P", {"listen": [["192.168.77.21", 9090]]})]
    w.ask(one(R(DEAD, "rst", exact=False), to=[GW, 9090]), one(R(DEAD, "rst", exact=False, server=[SRV + "53", 81]), to=["192.168.77.21", 9090], delay=0.2))
