# SPDX-License-Identifier: GPL-2.0-or-later
"""Gateway and servers in containers on one host: a bridge, addresses translated on the way in, out, and between."""
import software
from places import Q, each, place
from world import GW, SRV

A, B = "172.17.0.2", "172.17.0.3"
SERVICE = "10.96.0.10"
PUBLISHED = "iptables -t nat -A PREROUTING -i eth0 -d %s -p tcp --dport 8080 -j DNAT --to-destination %s:80" % (GW, A)
LOCATIONS = "server { listen 80; location / { proxy_pass http://%s; } location /dead { proxy_pass http://%s; } }"
KINDS = (("/empty", "server_closed"), ("/rst", "server_reset"), ("/hdr-nocolon", "invalid_response"), ("/head-fin", "truncated"), ("/s502", "relayed"), ("/hang", "response_timeout"))


def questions(up, dead):
    return [Q("/ok")] + [Q(path, cause, up) for path, cause in KINDS] + [Q("/dead", "rst", dead)]


@place
def docker_published(w):
    """nginx in a container behind a published port, the application in another: each packet from the client is seen before and after DNAT."""
    w.port, w.containers = 8080, {"A": A, "B": B}
    w.setup.append(("G", PUBLISHED))

    def begin(w):
        software.origin(w, "B", [[B, 3000, "http"]])
        software.nginx(w, LOCATIONS % (B + ":3000", B + ":3001"), "A", port=80)
    w.proxy = begin
    each(w, *questions((B, 3000), (B, 3001)))


@place
def docker_bridge(w):
    """The same, captured on the bridge: only the translated side."""
    w.port, w.containers, w.capture = 8080, {"A": A, "B": B}, ("G", "br-c", [])
    w.setup.append(("G", PUBLISHED))

    def begin(w):
        software.origin(w, "B", [[B, 3000, "http"]])
        software.nginx(w, LOCATIONS % (B + ":3000", B + ":3001"), "A", port=80)
    w.proxy = begin
    each(w, *questions((B, 3000), (B, 3001)))
    for conn, _ in w.asked:
        conn["to"] = [A, 80]


@place
def docker_inside(w):
    """The same, captured in nginx's own container."""
    w.port, w.containers, w.capture = 8080, {"A": A, "B": B}, ("A", "any", [])
    w.setup.append(("G", PUBLISHED))

    def begin(w):
        software.origin(w, "B", [[B, 3000, "http"]])
        software.nginx(w, LOCATIONS % (B + ":3000", B + ":3001"), "A", port=80)
    w.proxy = begin
    each(w, *questions((B, 3000), (B, 3001)))
    for conn, _ in w.asked:
        conn["to"] = [A, 80]


@place
def docker_masquerade(w):
    """nginx in a container, servers on the network: each packet to a server is seen before and after SNAT."""
    w.port, w.containers, w.origins = 8080, {"A": A}, [["0.0.0.0", 80, "http"]]
    w.setup.append(("G", PUBLISHED))
    w.drop("-d %s58" % SRV)
    w.reject("-d %s54" % SRV, "icmp-host-prohibited")
    w.proxy = lambda w: software.nginx(w, LOCATIONS.replace("} }", "} location /silent { proxy_pass http://%s58:80; } location /wall { proxy_pass http://%s54:80; } }" % (SRV, SRV)) %
                                       (SRV + "52:80", SRV + "53:81"), "A", port=80)
    each(w, *questions((SRV + "52", 80), (SRV + "53", 81)), Q("/silent", "syn_timeout", (SRV + "58", 80)), Q("/wall", "icmp", (SRV + "54", 80)))


@place
def docker_gone(w):
    """nginx still asks the address of a container that is gone: nobody answers on the bridge."""
    w.port, w.containers = 8080, {"A": A}
    w.setup.append(("G", PUBLISHED))
    w.proxy = lambda w: software.nginx(w, LOCATIONS.replace("listen 80;", "listen 80; proxy_connect_timeout 6s;") % ("172.17.0.9:3000", "172.17.0.9:3001"), "A", port=80)
    each(w, Q("/a", "arp", ("172.17.0.9", 3000)), timeout=15)


@place
def docker_name_gone(w):
    """nginx asks the DNS server for a container's name that no longer is."""
    w.port, w.containers = 8080, {"A": A, "B": B}
    w.setup.append(("G", PUBLISHED))
    w.zones = {"app.local.test": {"A": [B]}}

    def begin(w):
        software.origin(w, "B", [[B, 3000, "http"]])
        software.nginx(w, "resolver 192.0.2.53 valid=1s ipv6=off; server { listen 80; location / { set $up app.local.test; proxy_pass http://$up:3000; } location /gone { set $up gone.local.test; proxy_pass http://$up:3000; } }", "A", port=80)
    w.proxy = begin
    each(w, Q("/ok"), Q("/gone", "nxdomain", asker=A))
    w.asked[-1][0]["requests"][0]["host"] = "gone.local.test"


def service(w, inside):
    """A cluster's service address, translated to the address of the application's container"""
    w.setup.append(("G", "".join("iptables -t nat -A %s -d %s -p tcp --dport %d -j DNAT --to-destination %s:%d; " % (chain, SERVICE, port, B, to)
                                 for chain in ("PREROUTING", "OUTPUT") for port, to in ((80, 3000), (81, 3001))) + "iptables -t nat -A POSTROUTING -s %s -d %s -j MASQUERADE" % (A, B)))
    if inside:
        w.setup.append(("G", PUBLISHED))

    def begin(w):
        software.origin(w, "B", [[B, 3000, "http"]])
        software.nginx(w, LOCATIONS % (SERVICE + ":80", SERVICE + ":81"), "A" if inside else "G", port=80)
    w.proxy = begin


@place
def k8s_service_pod(w):
    """The ingress controller in a container asks a service address; the host translates it to the application's."""
    w.port, w.containers = 8080, {"A": A, "B": B}
    service(w, True)
    each(w, *questions((SERVICE, 80), (SERVICE, 81)))


@place
def k8s_service_host(w):
    """The ingress controller on the host's own network: only the translated address is ever on the wire."""
    w.containers = {"B": B}
    service(w, False)
    each(w, *questions((B, 3000), (B, 3001)))


@place
def k8s_chain_ingress(w):
    """HAProxy outside, nginx in a container, the application in another: two gateways, each leg seen twice."""
    w.containers = {"A": A, "B": B}
    w.setup.append(("G", "iptables -t nat -A OUTPUT -d %s -p tcp --dport 80 -j DNAT --to-destination %s:80" % (SERVICE, A)))

    def begin(w):
        software.origin(w, "B", [[B, 3000, "http"]])
        software.nginx(w, LOCATIONS % (B + ":3000", B + ":3001"), "A", port=80)
        software.haproxy(w, "frontend f\n bind :80\n default_backend b\nbackend b\n server n %s:80\n" % SERVICE)
    w.proxy = begin
    each(w, Q("/ok"), *[Q(path, "relayed", (A, 80), legs=[{"to": (A, 80), "cause": cause, "server": (B, 3000)}]) for path, cause in KINDS[:3]],
         Q("/dead", "relayed", (A, 80), legs=[{"to": (A, 80), "cause": "rst", "server": (B, 3001)}]))
