# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that cannot be resolved."""
import time

from scenarios import R, one, scenario
from world import DNS, DNS2, DNS6, SRV

HOST = "http://reports.corp.test/"
N = "reports.corp.test"
OK = {"www.corp.test": {"A": [SRV + "11"]}}


def base(w, zone, port=8080, **gw):
    w.port = port
    w.zones = {**OK, N: zone}
    w.gw.update(gw)
    w.origins = [["0.0.0.0", 80, "http"]]
    return w


def ask(w, cause, **kw):
    """A good request first, then the failing one."""
    w.ask(one(R("http://www.corp.test/ok")))
    w.ask(one(R(HOST, cause, **kw)))


@scenario
def dns_tcp_refused(w):
    base(w, {"tc": True})
    w.sh("S", "iptables -A INPUT -p tcp --dport 53 -j REJECT --reject-with tcp-reset")
    ask(w, "dns_unreachable", tcp53=True)


@scenario
def dns_tcp_silent(w):
    base(w, {"tc": True})
    w.sh("R", "iptables -A FORWARD -p tcp --dport 53 -j DROP")
    ask(w, "dns_timeout", tcp53=True)


@scenario
def dns_tcp_mute(w):
    base(w, {"tc": True, "tcp": "silent"})
    ask(w, "dns_timeout", tcp53=True)


@scenario
def dns_tcp_good_refused_http(w):
    base(w, {"tc": True, "A": [SRV + "12"]})
    w.ask(one(R("http://reports.corp.test:8181/", "rst")))


def rcode(code, name):
    def f(w):
        base(w, {"rcode": code}, port=3128)
        ask(w, "dns_error")
    f.__name__ = name
    scenario(f)


for _c, _n in ((1, "dns_formerr"), (4, "dns_notimp"), (5, "dns_refused"), (2, "dns_servfail"), (9, "dns_notauth")):
    rcode(_c, _n)


@scenario
def dns_servfail_then_silent(w):
    base(w, {"rcode": 2}, dns=[DNS, DNS2], dns_attempts=1)
    w.dns_listen = [[DNS, {}], [DNS2, {"drop": True}]]
    ask(w, "dns_timeout", also_acceptable=["dns_error"], note="the first server answers with an error, the second is silent")


@scenario
def dns_silent_then_servfail(w):
    base(w, {"rcode": 2}, dns=[DNS2, DNS], dns_attempts=1)
    w.dns_listen = [[DNS, {}], [DNS2, {"drop": True}]]
    w.ask(one(R(HOST, "dns_error", also_acceptable=["dns_timeout"], note="the first server silent, the second answers with an error")))


@scenario
def dns_arp(w):
    base(w, {}, dns=["192.168.77.53"], dns_timeout=3.3, dns_attempts=1)
    w.ask(one(R(HOST, "dns_unreachable", target="192.168.77.53")))


def icmp53(how, name):
    def f(w):
        base(w, {"A": [SRV + "11"]}, port=9090)
        w.zones["www.corp.test"] = {"A": [SRV + "11"]}
        w.ask(one(R("http://www.corp.test/ok")))
        w.sh("R", "iptables -A FORWARD -p udp --dport 53 -j REJECT --reject-with %s" % how)
        w.ask(one(R(HOST, "dns_unreachable")))
    f.__name__ = name
    scenario(f)


icmp53("icmp-host-prohibited", "dns_icmp_hostprohib")
icmp53("icmp-admin-prohibited", "dns_icmp_adminprohib")
icmp53("icmp-net-unreachable", "dns_icmp_net")


@scenario
def dns_port_closed(w):
    base(w, {})
    w.dns_listen = [[DNS, {}], [DNS2, {"closed": True}]]
    w.gw["dns"] = [DNS2]
    w.ask(one(R(HOST, "dns_unreachable")))


def local(addr, zone, cause, name, port=9090):
    def f(w):
        base(w, zone, port=port, dns=[addr])
        w.resolver = {"listen": [[addr, {}]], "forward": [DNS, 1.5]}
        ask(w, cause)
    f.__name__ = name
    scenario(f)


local("127.0.0.53", {"rcode": 3}, "nxdomain", "dns_local_nx")
local("127.0.0.1", {"rcode": 2}, "dns_error", "dns_local_servfail", 8888)
local("127.0.0.53", {"drop": True}, "dns_timeout", "dns_local_silent")
local("127.0.0.1", {}, "dns_nodata", "dns_local_nodata")


@scenario
def dns_local_ok_rst(w):
    base(w, {"A": [SRV + "12"]}, dns=["127.0.0.53"])
    w.resolver = {"listen": [["127.0.0.53", {}]], "forward": [DNS, 1.5]}
    w.ask(one(R("http://reports.corp.test:8181/", "rst")))


@scenario
def dns_cname_nodata(w):
    base(w, {"CNAME": "edge.cdn.test"})
    w.zones["edge.cdn.test"] = {}
    ask(w, "dns_nodata")


@scenario
def dns_cname_chain_nx(w):
    base(w, {"CNAME": "a.cdn.test"}, dns_serial=True)
    w.zones["a.cdn.test"] = {"CNAME": "b.cdn.test"}
    ask(w, "nxdomain")


@scenario
def dns_aaaa_silent_rst(w):
    base(w, {"A": [SRV + "13"], "drop": ["AAAA"]})
    w.ask(one(R("http://reports.corp.test:8282/", "rst")))


@scenario
def dns_a_silent_aaaa_nodata(w):
    base(w, {"drop": ["A"]})
    ask(w, "dns_timeout")


@scenario
def dns_late_answer(w):
    base(w, {"rcode": 3, "delay": 2.3}, dns_attempts=1, dns_timeout=1.0)
    ask(w, "dns_timeout", note="an answer comes after the gateway gave up")
    time.sleep(1.8)


@scenario
def dns_search_suffixes(w):
    base(w, {}, search=["corp.test", "ad.test"])
    w.ask(one(R("http://reports2/", "nxdomain", names=["reports2.corp.test", "reports2.ad.test", "reports2"], host="reports2")))


@scenario
def dns_search_silent_end(w):
    base(w, {}, search=["corp.test"], dns_attempts=1)
    w.zones["intra"] = {"drop": True}
    w.ask(one(R("http://intra/", "dns_timeout", names=["intra.corp.test", "intra"], host="intra", exact=True)))


@scenario
def dns_search_then_rst(w):
    base(w, {}, search=["corp.test", "ad.test"])
    w.zones["tools.ad.test"] = {"A": [SRV + "14"]}
    w.ask(one(R("http://tools:8383/", "rst", names=["tools.corp.test", "tools.ad.test"], host="tools")))


@scenario
def dns_over_v6(w):
    base(w, {"rcode": 3}, dns=[DNS6])
    ask(w, "nxdomain")


@scenario
def dns_uppercase(w):
    base(w, {"rcode": 3})
    w.ask(one(R("http://RePorts.Corp.Test/", "nxdomain", host=N)))


@scenario
def dns_crowd_same_name(w):
    base(w, {"rcode": 3, "delay": 0.2})
    w.ask(*[one(R("http://www.corp.test/ok"), R(HOST, "nxdomain", exact=False), source="192.168.77.%d" % (101 + i), delay=i * 0.03) for i in range(8)])


@scenario
def dns_two_names_at_once(w):
    base(w, {"rcode": 2, "delay": 0.15})
    w.zones["void.corp.test"] = {"delay": 0.1}
    w.zones["mute.corp.test"] = {"drop": True}
    w.ask(one(R(HOST, "dns_error")), one(R("http://void.corp.test/", "dns_nodata")), one(R("http://mute.corp.test/", "dns_timeout")),
          one(R("http://gone.corp.test/", "nxdomain")))
