# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that cannot be connected to."""
from scenarios import R, one, scenario
from world import GW6, SRV, SRV6

REJECTS = {"net": "icmp-net-unreachable", "host": "icmp-host-unreachable", "proto": "icmp-proto-unreachable", "port": "icmp-port-unreachable",
           "netprohib": "icmp-net-prohibited", "hostprohib": "icmp-host-prohibited", "adminprohib": "icmp-admin-prohibited"}
REJECTS6 = {"noroute": "icmp6-no-route", "admin": "icmp6-adm-prohibited", "addr": "icmp6-addr-unreachable", "port": "icmp6-port-unreachable",
            "policy": "icmp6-policy-fail", "route": "icmp6-reject-route"}


def host(w, name, a=None, aaaa=None, port=8080, **gw):
    w.port = port
    w.zones[name] = {k: v for k, v in (("A", a), ("AAAA", aaaa)) if v}
    w.gw.update(gw)


def register(name, f):
    f.__name__ = name
    scenario(f)


def reject4(key, how):
    def f(w):
        host(w, "erp.plant.test", [SRV + "21"], port=3128)
        w.reject("-d %s21 -p tcp" % SRV, how)
        w.ask(one(R("http://erp.plant.test:8000/", "icmp")))
    register("icmp_" + key, f)


def reject6(key, how):
    def f(w):
        host(w, "erp6.plant.test", None, [SRV6 + "21"])
        w.sh("R", "ip6tables -A FORWARD -d %s21 -p tcp -j REJECT --reject-with %s" % (SRV6, how))
        w.ask(one(R("http://erp6.plant.test:8000/", "icmp")))
    register("icmp6_" + key, f)


for _k, _h in REJECTS.items():
    reject4(_k, _h)
for _k, _h in REJECTS6.items():
    reject6(_k, _h)


def injected(name, kind, code, six=False, **kw):
    def f(w):
        host(w, "plc.plant.test", None if six else [SRV + "22"], [SRV6 + "22"] if six else None, port=8888, connect_timeout=3.3)
        to = (SRV6 if six else SRV) + "22"
        w.sh("R", "%s -A FORWARD -d %s -p tcp -j DROP" % ("ip6tables" if six else "iptables", to))
        w.late.append(("R", "icmpd", {"iface": "br0", "from": "fd77::1" if six else "192.168.77.1", "to": to, "type": kind, "code": code, **kw}))
        w.ask(one(R("http://plc.plant.test:102/", "icmp")))
    register(name, f)


injected("icmp_frag", 3, 4, mtu=1300)
injected("icmp_srcroute", 3, 5)
injected("icmp_netunknown", 3, 6)
injected("icmp_hosttos", 3, 12)
injected("icmp_prec", 3, 15)
injected("icmp_reassembly", 11, 1)
injected("icmp6_scope", 1, 2, six=True)
injected("icmp6_hops", 3, 0, six=True)


@scenario
def icmp_host_router_arp(w):
    """The last router asks in vain for the server's hardware address and says so."""
    host(w, "lost.plant.test", [SRV + "201"], connect_timeout=5)
    w.ask(one(R("http://lost.plant.test/", "icmp")))


@scenario
def icmp_ttl_loop(w):
    host(w, "loop.plant.test", ["198.18.9.7"])
    w.sh("R", "ip route add 198.18.9.0/24 via 198.51.100.10")
    w.ask(one(R("http://loop.plant.test:8081/", "icmp")))


@scenario
def icmp_no_default_route(w):
    host(w, "far.plant.test", ["198.18.77.7"])
    w.ask(one(R("http://far.plant.test/", "icmp")))


@scenario
def icmp_prohibit_route(w):
    host(w, "far.plant.test", ["198.18.77.7"])
    w.sh("R", "ip route add prohibit 198.18.77.0/24")
    w.ask(one(R("http://198.18.77.9:8082/", "icmp")))


@scenario
def icmp6_no_default_route(w):
    host(w, "far6.plant.test", None, ["2001:db8:dead::7"])
    w.ask(one(R("http://[2001:db8:dead::9]/", "icmp", host="2001:db8:dead::9"), R("http://far6.plant.test/", "icmp")))


@scenario
def drop_v4(w):
    host(w, "quiet.plant.test", [SRV + "23"], port=3128)
    w.drop("-d %s23" % SRV)
    w.ask(one(R("http://quiet.plant.test:8443/", "syn_timeout")))


@scenario
def drop_v6(w):
    host(w, "quiet6.plant.test", None, [SRV6 + "23"])
    w.sh("R", "ip6tables -A FORWARD -d %s23 -j DROP" % SRV6)
    w.ask(one(R("http://quiet6.plant.test/", "syn_timeout"), to=[GW6, 8080]))


@scenario
def blackhole(w):
    host(w, "hole.plant.test", ["198.18.66.6"], retries=2, connect_timeout=1.4)
    w.sh("R", "ip route add blackhole 198.18.66.0/24")
    w.ask(one(R("http://hole.plant.test/", "syn_timeout")))


@scenario
def synack_dropped(w):
    """The server's SYN/ACK is lost on the way back."""
    host(w, "oneway.plant.test", [SRV + "24"])
    w.origins = [["0.0.0.0", 80, "http"]]
    w.drop("-s %s24" % SRV)
    w.ask(one(R("http://oneway.plant.test/", "syn_timeout")))


@scenario
def arp_server(w):
    host(w, "printer.plant.test", ["192.168.77.222"], connect_timeout=5)
    w.ask(one(R("http://printer.plant.test:631/", "arp")))


@scenario
def arp_address_in_url(w):
    host(w, "x.plant.test", connect_timeout=5, port=9090)
    w.ask(one(R("http://192.168.77.223:631/", "arp")))


@scenario
def arp_next_hop(w):
    host(w, "beyond.plant.test", ["198.18.55.5"], connect_timeout=5, port=9090)
    w.sh("G", "ip route add 198.18.55.0/24 via 192.168.77.254")
    w.ask(one(R("http://beyond.plant.test/", "arp", target="192.168.77.254")))


@scenario
def nd_server(w):
    host(w, "printer6.plant.test", None, ["fd77::222"], connect_timeout=5)
    w.ask(one(R("http://printer6.plant.test:631/", "arp")))


@scenario
def nd_address_in_url(w):
    host(w, "x.plant.test", connect_timeout=5, port=3128)
    w.ask(one(R("http://[fd77::223]:8080/", "arp", host="fd77::223")))


@scenario
def gateway_no_route(w):
    """The gateway's own table has no way: nothing leaves it."""
    host(w, "nowhere.plant.test", ["198.18.44.4"])
    w.sh("G", "ip route add unreachable 198.18.44.0/24")
    w.ask(one(R("http://nowhere.plant.test/", "unknown")))


@scenario
def rst_v6(w):
    host(w, "six.plant.test", None, [SRV6 + "12"])
    w.ask(one(R("http://six.plant.test:8001/", "rst"), R("http://[%s14]:8002/" % SRV6, "rst", host=SRV6 + "14"), to=[GW6, 8080]))


@scenario
def rst_by_firewall(w):
    host(w, "guarded.plant.test", [SRV + "25"], retries=3)
    w.reject("-d %s25 -p tcp" % SRV, "tcp-reset")
    w.ask(one(R("http://guarded.plant.test/", "rst")))


@scenario
def rst_two_legs(w):
    w.legs = 2
    host(w, "legs.plant.test", [SRV + "15"], port=9090)
    w.ask(one(R("http://legs.plant.test:81/", "rst"), R("http://gone.plant.test/", "nxdomain"), R("http://%s16:82/" % SRV, "rst")))


@scenario
def two_icmp_then_rst(w):
    host(w, "pair.plant.test", [SRV + "26", SRV + "27"])
    w.reject("-d %s26" % SRV, "icmp-host-prohibited")
    w.ask(one(R("http://pair.plant.test:8003/", "rst")))


@scenario
def two_rst_then_garbage(w):
    host(w, "pair.plant.test", [SRV + "28", SRV + "29"])
    w.origins = [[SRV + "29", 8004, "http"]]
    w.ask(one(R("http://pair.plant.test:8004/garbage", "invalid_response")))


@scenario
def two_drop_then_icmp(w):
    host(w, "pair.plant.test", [SRV + "30", SRV + "31"], connect_timeout=1.3)
    w.drop("-d %s30" % SRV)
    w.reject("-d %s31" % SRV, "icmp-admin-prohibited")
    w.ask(one(R("http://pair.plant.test/", "icmp")))


@scenario
def six_icmp_then_four_rst(w):
    host(w, "dual.plant.test", [SRV + "17"], [SRV6 + "17"], dns_kinds=["AAAA", "A"])
    w.sh("R", "ip6tables -A FORWARD -d %s17 -j REJECT --reject-with icmp6-adm-prohibited" % SRV6)
    w.ask(one(R("http://dual.plant.test:8005/", "rst")))


@scenario
def four_rst_then_nd(w):
    host(w, "dual.plant.test", [SRV + "18"], ["fd77::224"], connect_timeout=5)
    w.ask(one(R("http://dual.plant.test:8005/", "arp")))


@scenario
def crowd_dead_host(w):
    host(w, "dead.plant.test", [SRV + "32"], connect_timeout=1.4)
    w.drop("-d %s32" % SRV)
    w.ask(*[one(R("http://dead.plant.test/", "syn_timeout", exact=False), source="192.168.77.%d" % (101 + i), delay=0.11 * i) for i in range(8)])


@scenario
def crowd_rst_host(w):
    host(w, "shut.plant.test", [SRV + "33"])
    w.ask(*[one(*[R("http://shut.plant.test:8006/", "rst", exact=False) for _ in range(3)], source="192.168.77.%d" % (101 + i)) for i in range(6)])


@scenario
def close_on_accept(w):
    host(w, "door.plant.test", [SRV + "19"], send_delay=0.08)
    w.origins = [["0.0.0.0", 8007, "close"]]
    w.ask(one(R("http://door.plant.test:8007/", "server_closed")))


@scenario
def reset_on_accept(w):
    host(w, "door.plant.test", [SRV + "19"], send_delay=0.08)
    w.origins = [["0.0.0.0", 8007, "reset"]]
    w.ask(one(R("http://door.plant.test:8007/", "rst")))


@scenario
def reset_on_accept_v6(w):
    host(w, "door6.plant.test", None, [SRV6 + "19"], send_delay=0.08, port=9090)
    w.origins = [["::", 8007, "reset"]]
    w.ask(one(R("http://door6.plant.test:8007/", "rst")))
