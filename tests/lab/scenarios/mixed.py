# SPDX-License-Identifier: GPL-2.0-or-later
"""Proxies in a row, ways in, pages, mixtures, and captures that do not hold everything."""
from scenarios import R, one, scenario
from world import GW, GW2, SRV, SRV6, WAN

PARENT = [SRV + "90", 3128]


def base(w, port=9090, **gw):
    w.port = port
    w.zones = {"www.media.test": {"A": [SRV + "52"]}, "cdn.media.test": {"A": [SRV + "53"]}, "six.media.test": {"AAAA": [SRV6 + "26"]},
               "err.media.test": {"rcode": 2}, "wall.media.test": {"A": [SRV + "54"]}, "mute.media.test": {"A": [SRV + "55"]}}
    w.origins = [["0.0.0.0", 80, "http"], ["::", 8092, "http"], ["0.0.0.0", 4443, "tls_alert"]]
    w.reject("-d %s54" % SRV, "icmp-host-prohibited")
    w.drop("-d %s55" % SRV)
    w.gw.update(gw)
    return w


MIX = (("http://www.media.test/ok", None), ("http://none.media.test/", "nxdomain"), ("http://cdn.media.test:81/", "rst"), ("http://www.media.test/empty", "server_closed"),
       ("http://wall.media.test/", "icmp"), ("http://www.media.test/garbage", "invalid_response"), ("http://err.media.test/", "dns_error"),
       ("http://www.media.test/s502", "relayed"), ("https://cdn.media.test:4443/", "tls"), ("http://www.media.test/len-fin", "truncated"),
       ("http://six.media.test:8092/rst", "server_reset"), ("http://www.media.test/s503", None), ("http://cdn.media.test:81/", "rst"), ("http://www.media.test/ok", None))


def mix(exact=lambda cause: True, also=()):
    """also: causes that may be called unknown, as the capture does not hold enough"""
    return [R(u, c, exact=exact(c), also_acceptable=["unknown"] * (c in also)) for u, c in MIX]


def by_url(cause):
    """With the same names asked for at once, only what carries the URL is tied to one request."""
    return cause in ("server_closed", "server_reset", "invalid_response", "relayed", "truncated")


@scenario
def mix_keepalive(w):
    base(w)
    w.ask(one(*mix()))


@scenario
def mix_clients(w):
    base(w, 8080)
    w.ask(*[one(*mix(by_url), source="192.168.77.%d" % (101 + i), delay=0.02 * i) for i in range(4)])


@scenario
def mix_pipeline(w):
    base(w)
    w.ask(one(*mix()[:8], pipeline=True))


@scenario
def mix_two_legs(w):
    w.legs = 2
    base(w)
    w.ask(one(*mix()))


@scenario
def mix_vlan(w):
    w.capture, w.post = ("G", "eth0", []), "vlan"
    base(w, 8888)
    w.ask(one(*mix()))


@scenario
def mix_qinq(w):
    w.capture, w.post = ("G", "eth0", []), "qinq"
    base(w, 8080)
    w.ask(one(*mix()))


@scenario
def mix_nsec(w):
    w.post = "nsec"
    base(w, 8080)
    w.ask(one(*mix()))


@scenario
def mix_sll1(w):
    w.capture = ("G", "any", ["-y", "LINUX_SLL"])
    base(w, 3128)
    w.ask(one(*mix()))


@scenario
def mix_ether(w):
    w.capture = ("G", "eth0", [])
    base(w)
    w.ask(one(*mix()))


@scenario
def mix_snap96(w):
    w.post = "snap96"                            # a long head, and an AAAA answer, are cut
    base(w)
    w.ask(one(*mix(also=("truncated", "server_reset"))))


@scenario
def mix_neutral(w):
    base(w, neutral=True)
    w.ask(one(*mix()))


@scenario
def page_gzip(w):
    base(w, page="gzip")
    w.ask(one(*mix()[:5]))


@scenario
def page_chunked(w):
    base(w, 8080, page="chunked")
    w.ask(one(*mix()[:5]))


@scenario
def page_close(w):
    base(w, 3128, page="close")
    for r in mix()[1:4]:
        w.ask(one(r))


@scenario
def page_split(w):
    base(w, 8888, split=True)
    w.ask(one(*mix()[:5]))


@scenario
def early200_separate(w):
    """200 OK at once, the 502 seconds later on the same connection, in a segment of its own."""
    base(w, early200=0.4)
    w.ask(one(R("http://www.media.test/hang", "response_timeout")))
    w.ask(one(R("http://mute.media.test/", "syn_timeout")))
    w.ask(one(R("http://www.media.test/len-hang", "response_timeout")))


@scenario
def parent_relayed(w):
    base(w, parent=PARENT)
    w.parents = [("S", {"listen": [PARENT], "parent": None})]
    w.ask(one(R("http://www.media.test/ok"), R("http://none.media.test/", "relayed"), R("http://cdn.media.test:81/", "relayed"), R("http://www.media.test/s502", "relayed")))


@scenario
def parent_rst(w):
    base(w, 8080, parent=[SRV + "90", 3129])
    w.ask(one(R("http://www.media.test/ok", "rst"), R("http://cdn.media.test/", "rst")))


@scenario
def parent_drop(w):
    base(w, 8080, parent=PARENT)
    w.parents = [("S", {"listen": [PARENT], "parent": None})]
    w.ask(one(R("http://www.media.test/ok")))
    w.drop("-d %s90" % SRV)
    w.ask(one(R("http://cdn.media.test/", "response_timeout")))


def parent_connect(status, cause):
    def f(w):
        base(w, parent=PARENT)
        w.origins.append([PARENT[0], PARENT[1], "http", {"what": "s%d" % status}])
        w.ask(one(R("www.media.test:443", cause, method="CONNECT", server=PARENT)))
        w.ask(one(R("https://www.media.test/x", cause, marker="www.media.test:443", server=PARENT)))
    f.__name__ = "parent_connect_%d" % status
    scenario(f)


parent_connect(502, "relayed")
parent_connect(503, "unknown")
parent_connect(500, "unknown")


def chained(url, cause):
    r = R(url, "relayed")
    return dict(r, up=dict(r, cause=cause))


@scenario
def chain_two_gateways(w):
    """Both gateways on the LAN, the capture on the switch: a case on each leg."""
    w.second, w.capture = True, ("R", "br0", [])
    base(w, parent=[GW2, 8080])
    w.parents = [("P", {"listen": [[GW2, 8080]], "parent": None})]
    w.ask(one(R("http://www.media.test/ok")))
    w.ask(one(chained("http://none.media.test/", "nxdomain")), one(chained("http://cdn.media.test:81/", "rst")))


def transparent(kind, how):
    def f(w):
        base(w, 3130, transparent=how)
        w.sh("C", "ip route replace default via %s" % GW)
        w.sh("G", "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0; iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 80 -j REDIRECT --to-ports 3130")
        w.reject("-d %s56 -p tcp" % SRV, "tcp-reset")
        w.ask(one(R("http://www.media.test/ok", origin_form=True), R("http://www.media.test/empty", "server_closed", origin_form=True), to=[SRV + "52", 80]))
        w.ask(one(R("http://shut.media.test/", "rst" if how == "address" else "nxdomain", origin_form=True), to=[SRV + "56", 80]))
        w.ask(one(R("http://wall.media.test/", "icmp", origin_form=True), to=[SRV + "54", 80]))
    f.__name__ = kind
    scenario(f)


transparent("transparent_by_name", "name")
transparent("transparent_by_address", "address")


@scenario
def reverse_mixed(w):
    base(w, 80, reverse={"host": "www.media.test", "port": 80})
    w.ask(one(*[R("http://shop.example.test/" + x, c, origin_form=True) for x, c in (("ok", None), ("empty", "server_closed"), ("s502", "relayed"), ("st-abc", "invalid_response"))]))


@scenario
def reverse_dead(w):
    base(w, 8080, reverse={"host": "cdn.media.test", "port": 8099})
    w.ask(one(R("http://shop.example.test/a", "rst", origin_form=True), R("http://shop.example.test/b", "rst", origin_form=True)))


@scenario
def client_side_only(w):
    """Two cards, the capture on the clients' one: the reason is not in it."""
    w.legs, w.capture = 2, ("G", "eth0", [])
    base(w)
    w.ask(one(*[R(u, "unknown" if c else None) for u, c in MIX]))


@scenario
def server_side_only(w):
    w.legs, w.capture = 2, ("G", "eth1", [])
    base(w)
    w.gw["bind"] = WAN
    up = R("http://www.media.test/s502")
    up["up"] = dict(up, cause="unknown", line="/s502?" + up["url"].split("?")[1])
    w.ask(one(R("http://www.media.test/ok"), R("http://none.media.test/"), R("http://cdn.media.test:81/"), up))


@scenario
def started_late(w):
    """The capture begins after the request and the look-up, before the 502."""
    base(w, connect_timeout=4)
    w.late_capture = 1.5
    w.ask(one(R("http://www.media.test/ok"), R("http://mute.media.test/", "unknown", also_acceptable=["syn_timeout"])))


@scenario
def log_with_502_lines(w):
    """A download that is itself full of 502 status lines."""
    base(w)
    w.ask(one(R("http://www.media.test/log502"), R("http://www.media.test/ok")))
    w.ask(one(R("http://www.media.test/log502")))


@scenario
def good_traffic(w):
    base(w)
    w.ask(*[one(*[R("http://www.media.test/" + x) for x in ("ok", "chunks", "s500", "ok", "split")], source="192.168.77.%d" % (101 + i)) for i in range(3)])
    w.ask(one(R("http://www.media.test/ok", method="POST", body=5000)))


@scenario
def flapping(w):
    """The same host: refused, filtered, good, silent."""
    base(w, 8080)
    w.ask(one(R("http://cdn.media.test:8100/a", "rst")))
    w.sh("R", "iptables -A FORWARD -p tcp --dport 8100 -j REJECT --reject-with icmp-port-unreachable")
    w.ask(one(R("http://cdn.media.test:8100/b", "icmp")))
    w.sh("R", "iptables -D FORWARD -p tcp --dport 8100 -j REJECT --reject-with icmp-port-unreachable")
    w.sh("R", "iptables -A FORWARD -p tcp --dport 8100 -j DROP")
    w.ask(one(R("http://cdn.media.test:8100/c", "syn_timeout")))
