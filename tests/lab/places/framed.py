# SPDX-License-Identifier: GPL-2.0-or-later
"""Upstreams that speak HTTP/2 without TLS (gRPC too), a SOCKS parent, and the PROXY line on either leg."""
import json
import os
import sys

import proxies
import software
import world
from placetruth import ANY
from places import Q, each, place
from world import GW, GW2, SRV

H2 = (("ok", None), ("rst-stream", "server_reset"), ("goaway", "server_closed"), ("close", "server_closed"), ("reset", "server_reset"), ("s502", "relayed"), ("hang", "response_timeout"))


def h2_questions(up, dead=None, h1=None, leave=(), instead=None):
    """instead: the causes that this gateway's settings make others"""
    out = [Q("/" + what, (instead or {}).get(what, cause), up, kind="h2", unseen=what in leave) for what, cause in H2]
    out += [Q("/h1", "invalid_response", h1, kind="h2")] if h1 else []
    return out + ([Q("/dead", "rst", dead)] if dead else [])


def h2_server(w, n, address):
    w.late.append((n, "h2origin", {"listen": [[address, 8000, "h2"], [address, 8088, "h1"]], "tmp": w.tmp}))
    return (address, 8000), (address, 8001), (address, 8088)


@place
def grpc_nginx(w):
    """nginx grpc_pass to an HTTP/2 server on loopback: RST_STREAM, GOAWAY, FIN, RST, its own 502, silence, an HTTP/1 answer."""
    up, dead, h1 = h2_server(w, "G", "127.0.0.1")
    w.proxy = lambda w: software.nginx(w, "server { listen 80; location / { grpc_pass 127.0.0.1:8000; } location /dead { grpc_pass 127.0.0.1:8001; } location /h1 { grpc_pass 127.0.0.1:8088; } }")
    each(w, *h2_questions(up, dead, h1))


@place
def h2c_caddy(w):
    """Caddy, transport versions h2c, to a server on another host."""
    up, dead, h1 = h2_server(w, "S", SRV + "52")
    w.proxy = lambda w: software.caddy(w, """:80 {
 handle /dead* {
  reverse_proxy h2c://%(s)s52:8001
 }
 handle /h1* {
  reverse_proxy h2c://%(s)s52:8088
 }
 handle {
  reverse_proxy h2c://%(s)s52:8000 {
   transport http {
    versions h2c 2
    response_header_timeout 2s
   }
  }
 }
}
""" % {"s": SRV})
    # It has no time-out on HTTP/2, whatever it is told: the server, silent for 20 s, ends what nobody answers.
    each(w, *h2_questions(up, dead, h1, leave=("goaway",), instead={"hang": "ended"}))


@place
def h2c_apache(w):
    """Apache mod_proxy_http2 (h2c://) to a server on loopback."""
    up, dead, h1 = h2_server(w, "G", "127.0.0.1")
    w.proxy = lambda w: software.apache(w, "ProxyTimeout 2\nProxyPass /dead h2c://127.0.0.1:8001/dead\nProxyPass /h1 h2c://127.0.0.1:8088/h1\nProxyPass / h2c://127.0.0.1:8000/\n", "http2 proxy_http2")
    each(w, *h2_questions(up, dead, h1))


@place
def h2c_nghttpx(w):
    """nghttpx to an HTTP/2 server on loopback."""
    up, dead, h1 = h2_server(w, "G", "127.0.0.1")
    w.proxy = lambda w: software.start(w, "G", [proxies.need("nghttpx"), "-f0.0.0.0,80;no-tls", "-b127.0.0.1,8000;/;proto=h2", "-b127.0.0.1,8001;/dead;proto=h2", "-b127.0.0.1,8088;/h1;proto=h2",
                                                 "--backend-read-timeout=2", "--backend-connect-timeout=2", "--workers=1", "--errorlog-file=%s/nghttpx.log" % w.tmp, "--conf=/dev/null", "--single-process"], 80, "nghttpx.out")
    each(w, *h2_questions(up, dead, h1, leave=("goaway", "rst-stream")))


@place
def grpc_real_nginx(w):
    """A real gRPC client and server (grpcio) with nginx between: HTTP/2 on both legs; the server dies in a call, nothing listens after."""
    up = ("127.0.0.1", 50051)
    w.late.append(("G", "grpcserver", {"listen": [["127.0.0.1", 50051]]}))
    w.proxy = lambda w: software.nginx(w, "server { listen 80 http2; location / { grpc_pass 127.0.0.1:50051; } }")
    requests = [Q("/lab.App/ok"), Q("/lab.App/error"), Q("/lab.App/slow", "response_timeout", up, kind="h2", method="POST"), Q("/lab.App/die", "ended", up, kind="h2", method="POST"),
                Q("/lab.App/ok", "rst", up, method="POST")]
    w.start()
    cfg = proxies.write(w, "grpcclient.json", json.dumps({"to": [GW, 80], "paths": [r["line"] for r in requests]}))
    said = world.run(["ip", "netns", "exec", w.ns("C"), sys.executable, os.path.join(world.HERE, "inside", "grpcclient.py"), cfg])
    proxies.write(w, "grpcclient.log", said)
    w.asked += [({"to": [GW, 80], "requests": [r]}, {"source": None, "port": ANY}) for r in requests]


# --- SOCKS -------------------------------------------------------------------------------------------------------------------
DANTE = """logoutput: %(d)s/danted.log
internal: %(gw2)s port = 1080
external: eth0
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: root
timeout.connect: 2
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks block { from: 0.0.0.0/0 to: %(srv)s57/32 log: connect error }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 log: connect error }
"""


def socks(server, *login):
    """A forward proxy in Node.js, whose only way out is a SOCKS5 parent on the second host"""
    def begin(w):
        server(w)
        software.start(w, "G", [proxies.need("node"), os.path.join(world.HERE, "inside", "socksgw.js"), GW, str(w.port), GW2, "1080", *login], w.port, "node.log")
    return begin


def socks_world(w):
    w.second, w.port = True, 8080
    w.zones = {"app.media.test": {"A": [SRV + "52"]}, "dead.media.test": {"A": [SRV + "53"]}, "wall.media.test": {"A": [SRV + "54"]}, "nohost.media.test": {"A": [SRV + "200"]},
               "denied.media.test": {"A": [SRV + "57"]}, "silent.media.test": {"A": [SRV + "58"]}}
    w.origins = [["0.0.0.0", 80, "http"]]
    w.reject("-d %s54" % SRV, "icmp-host-prohibited")
    w.drop("-d %s58" % SRV)


def dante(w):
    software.start(w, "P", [proxies.need("danted"), "-f", proxies.write(w, "danted.conf", DANTE % {"d": w.tmp, "gw2": GW2, "srv": SRV})], 1080, "danted.out")


def microsocks(*more):
    return lambda w: software.start(w, "P", [proxies.need("microsocks"), "-i", GW2, "-p", "1080", *more], 1080, "microsocks.out")


REFUSED = (("dead", "connection refused"), ("wall", "host unreachable"), ("nohost", "host unreachable"), ("denied", "by its rules"), ("none", "the name is not known"))


def socks_questions(*refused):
    parent = (GW2, 1080)
    out = [Q("/ok", absolute=True)] + [Q("/", "unknown", parent, host=host + ".media.test" + (":81" if host == "dead" else ""), absolute=True, note="the SOCKS parent refused: " + why) for host, why in REFUSED if host in refused]
    return out + [Q("/" + what, cause, parent, absolute=True) for what, cause in (("empty", "server_closed"), ("rst", "ended"), ("garbage", "invalid_response"), ("s502", "relayed"))]


@place
def socks_dante(w):
    """A SOCKS5 parent (Dante): refusals by reply code, then what the server does through it."""
    socks_world(w)
    w.proxy = socks(dante)
    each(w, *socks_questions("dead", "wall", "nohost", "denied", "none"))


@place
def socks_micro(w):
    """The same behind microsocks: other codes for the same failures."""
    socks_world(w)
    w.proxy = socks(microsocks())
    each(w, *socks_questions("dead", "wall", "nohost", "none"))


@place
def socks_login(w):
    """A SOCKS5 parent that wants a login which the gateway has not."""
    socks_world(w)
    w.proxy = socks(microsocks("-u", "anna", "-P", "secret"))
    each(w, Q("/ok", "unknown", (GW2, 1080), absolute=True, note="the SOCKS parent wants a login: no acceptable method"))


@place
def socks_login_wrong(w):
    """A SOCKS5 parent that does not accept the gateway's login."""
    socks_world(w)
    w.proxy = socks(microsocks("-u", "anna", "-P", "secret"), "anna", "wrong")
    each(w, Q("/ok", "unknown", (GW2, 1080), absolute=True, note="the SOCKS parent does not accept the login"))


@place
def socks_down(w):
    """Nothing listens at the SOCKS parent."""
    socks_world(w)
    w.proxy = socks(lambda w: None)
    each(w, Q("/ok", "rst", (GW2, 1080), absolute=True))


# --- the PROXY line ------------------------------------------------------------------------------------------------------------
BALANCER = "listen in\n mode tcp\n option tcplog\n bind :80\n server g %s:80 %s\n"
LOCATIONS = "location / { proxy_pass http://%(s)s52:80; } location /dead { proxy_pass http://%(s)s53:81; }" % {"s": SRV}
SEEN = (("empty", "server_closed"), ("rst", "server_reset"), ("hdr-nocolon", "invalid_response"), ("head-fin", "truncated"), ("s502", "relayed"), ("hang", "response_timeout"))


def behind_balancer(w, line):
    """A balancer (second host, HAProxy in TCP mode) puts the PROXY line before what it passes to nginx"""
    w.second, w.origins = True, [["0.0.0.0", 80, "http"]]

    def begin(w):
        software.nginx(w, "server { listen 80 proxy_protocol; %s }" % LOCATIONS)
        software.haproxy(w, BALANCER % (GW, line), "P", "balancer", 80)
    w.proxy = begin
    w.start()
    for r in [Q("/ok")] + [Q("/" + what, cause, (SRV + "52", 80)) for what, cause in SEEN] + [Q("/dead", "rst", (SRV + "53", 81))]:
        w.ask({"to": [GW2, 80], "requests": [r]})
        w.asked[-1] = ({"to": [GW, 80], "requests": [r]}, {"source": GW2, "port": ANY})


@place
def proxyline_v1_in(w):
    """A balancer sends the PROXY line (version 1) before each client's request."""
    behind_balancer(w, "send-proxy")


@place
def proxyline_v2_in(w):
    """The same in version 2."""
    behind_balancer(w, "send-proxy-v2")


@place
def proxyline_glued_in(w):
    """PROXY line and request in one segment, as some balancers send them."""
    w.origins = [["0.0.0.0", 80, "http"]]
    w.proxy = lambda w: software.nginx(w, "server { listen 80 proxy_protocol; %s }" % LOCATIONS)
    for r in [Q("/ok")] + [Q("/" + what, cause, (SRV + "52", 80)) for what, cause in SEEN[:5]]:
        each(w, r, preface="PROXY TCP4 203.0.113.9 192.168.77.20 41000 80\r\n")


def to_proxyline(w, line):
    """HAProxy puts the PROXY line before what it sends to nginx on the server's host, which closes (444) or answers 502"""
    w.setup.append(("S", "ip addr add 198.51.100.60/24 dev eth0"))
    up, dead = (SRV + "60", 80), (SRV + "60", 81)

    def begin(w):
        software.nginx(w, """server { listen %s60:80 proxy_protocol; location / { return 200 ok; } location /empty { return 444; } location /s502 { return 502; }
 location /hang { proxy_read_timeout 9s; proxy_pass http://127.0.0.1:9999; } }""" % SRV, "S", "server", 80)
        software.origin(w, "S", [["127.0.0.1", 9999, "hang"]])
        software.haproxy(w, "frontend f\n bind :80\n use_backend b2 if { path_beg /dead }\n default_backend b1\nbackend b1\n server s %s60:80 %s\nbackend b2\n server s %s60:81 %s\n" % (SRV, line, SRV, line))
    w.proxy = begin
    each(w, Q("/ok"), Q("/empty", "server_closed", up), Q("/s502", "relayed", up), Q("/hang", "response_timeout", up), Q("/dead", "rst", dead))


@place
def proxyline_v1_up(w):
    """HAProxy with send-proxy towards an nginx server."""
    to_proxyline(w, "send-proxy")


@place
def proxyline_v2_up(w):
    """The same with send-proxy-v2."""
    to_proxyline(w, "send-proxy-v2")
