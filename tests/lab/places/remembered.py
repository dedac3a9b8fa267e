# SPDX-License-Identifier: GPL-2.0-or-later
"""No live upstream: the gateway sends nothing, because requests or health checks failed before."""
import time

import software
from frames import ACK, RST, SYN
from places import Q, each, place
from world import SRV

A, B = (SRV + "53", 81), (SRV + "54", 81)


def last_refusals(*servers):
    """The last SYN and its RST of each of these servers before the request"""
    def frames(truth, before):
        out = []
        for server in servers:
            syn = [x for x in before if x.tcp and (x.dst[0], x.dport) == server and x.flags & (SYN | ACK) == SYN][-1]
            out += [syn.n] + [x.n for x in before if x.tcp and x.stream == syn.stream and (x.src[0], x.sport) == server and x.flags & RST and x.n > syn.n][:1]
        return out
    return frames


def remembered(path, *servers, **kw):
    return Q(path, "rst", None, remembered=last_refusals(*servers), confidence="inferred", note="inferred: no live upstream", **kw)


@place
def live_none_nginx(w):
    """nginx: both servers of the upstream refuse, then "no live upstreams" for ten seconds."""
    w.proxy = lambda w: software.nginx(w, "upstream app { server %s53:81; server %s54:81; } server { listen 80; location / { proxy_pass http://app; } }" % (SRV, SRV))
    each(w, Q("/a", "rst", B, frames=both), remembered("/b", A, B), remembered("/c", A, B))


def both(truth, span, e):
    """The server tried last"""
    syn = [x for x in span if x.tcp and x.flags & (SYN | ACK) == SYN and x.dport == 81][-1]
    e["server"] = "%s:%d" % (syn.dst[0], syn.dport)
    return [x.n for x in span if x.tcp and x.stream == syn.stream and (x.n == syn.n or x.flags & RST)]


@place
def live_closed_nginx(w):
    """nginx: both servers close without an answer, then "no live upstreams"."""
    a, b = (SRV + "52", 80), (SRV + "53", 80)
    w.origins = [["0.0.0.0", 80, "http"]]
    w.proxy = lambda w: software.nginx(w, "upstream app { server %s52:80; server %s53:80; } server { listen 80; location / { proxy_pass http://app; } }" % (SRV, SRV))

    def tried(truth, span, e):
        up = [x for x in span if x.tcp and x.dport == 80 and x.dst[0] in (a[0], b[0]) and b"q=" in x.data][-1]
        e["server"] = "%s:80" % up.dst[0]
        return [up.n] + [x.n for x in span if x.tcp and x.stream == up.stream and x.sport == 80 and x.flags & 5][:1]

    def earlier(truth, before):
        out = []
        for server in (a, b):
            up = [x for x in before if x.tcp and (x.dst[0], x.dport) == server and b"q=" in x.data][-1]
            out += [up.n] + [x.n for x in before if x.tcp and x.stream == up.stream and x.sport == 80 and x.flags & 5][:1]
        return out
    each(w, Q("/empty", "server_closed", b, frames=tried), Q("/ok", "server_closed", None, remembered=earlier, confidence="inferred", note="inferred: no live upstream"))


@place
def live_checks_haproxy(w):
    """HAProxy: health checks have found both servers down; 503, and nothing is sent."""
    w.proxy = lambda w: software.haproxy(w, "frontend f\n bind :80\n default_backend b\nbackend b\n default-server inter 300ms fall 2 check\n server a %s53:81\n server b %s54:81\n" % (SRV, SRV))
    w.start()
    time.sleep(2.5)
    each(w, remembered("/a", A, B), remembered("/b", A, B))


@place
def live_checks_late_haproxy(w):
    """HAProxy: the server answers until its port is closed; the next check finds it down."""
    w.origins = [[SRV + "53", 81, "http", {"accept": 3}]]
    w.proxy = lambda w: software.haproxy(w, "frontend f\n bind :80\n default_backend b\nbackend b\n option httpchk GET /ok\n server a %s53:81 inter 400ms fall 1 check\n" % SRV)
    w.start()
    time.sleep(2.2)
    each(w, remembered("/a", A))


def balancer(w, more):
    w.proxy = lambda w: software.apache(w, "<Proxy balancer://app>\nBalancerMember http://%s53:81 retry=30\nBalancerMember http://%s54:81 retry=30\n%s</Proxy>\nProxyPass / balancer://app/\n" % (SRV, SRV, more),
                                        "proxy_http proxy_balancer lbmethod_byrequests slotmem_shm")


@place
def live_balancer_apache(w):
    """Apache: both members of a balancer are in error state, and it may not try them again (forcerecovery=Off)."""
    balancer(w, "ProxySet forcerecovery=Off\n")
    each(w, Q("/a", "rst", B, frames=both), remembered("/b", A, B), remembered("/c", A, B))


@place
def live_balancer_again_apache(w):
    """Apache as it comes: where all members are in error state it tries them again, so each 503 has its own attempts."""
    balancer(w, "")
    each(w, *[Q(path, "rst", B, frames=both) for path in ("/a", "/b", "/c")])


@place
def live_worker_apache(w):
    """Apache, one server and no balancer: it is never in error state, each 503 has its own attempt."""
    w.proxy = lambda w: software.apache(w, "ProxyPass / http://%s53:81/ retry=30\n" % SRV, "proxy_http")
    each(w, *[Q(path, "rst", A) for path in ("/a", "/b")])


@place
def live_passive_caddy(w):
    """Caddy: passive health checks (fail_duration); then "no upstreams available"."""
    w.proxy = lambda w: software.caddy(w, ":80 {\n reverse_proxy %s53:81 %s54:81 {\n  fail_duration 30s\n  max_fails 1\n  lb_policy first\n }\n}\n" % (SRV, SRV))
    each(w, Q("/a", "rst", A, frames=both), Q("/a2", "rst", B, frames=both), remembered("/b", A, B))


@place
def live_active_caddy(w):
    """Caddy: active health checks have found the server down."""
    w.proxy = lambda w: software.caddy(w, ":80 {\n reverse_proxy %s53:81 {\n  health_uri /health\n  health_interval 500ms\n }\n}\n" % SRV)
    w.start()
    time.sleep(1.5)
    each(w, remembered("/a", A))


@place
def live_disabled_lighttpd(w):
    """lighttpd: the backend is disabled for a while after a refusal."""
    w.proxy = lambda w: software.lighttpd(w, 'proxy.server = ("" => (("host" => "%s53", "port" => 81)))\n' % SRV)
    each(w, Q("/a", "rst", A), remembered("/b", A))


@place
def live_probe_varnish(w):
    """Varnish: the probe has found the backend sick."""
    w.proxy = lambda w: software.varnish(w, 'vcl 4.1;\nbackend n { .host = "%s53"; .port = "81"; .probe = { .url = "/health"; .interval = 400ms; .threshold = 1; .window = 2; } }\nsub vcl_recv { return (pass); }\n' % SRV)
    w.start()
    time.sleep(1.5)
    each(w, remembered("/a", A))


@place
def live_local_socket(w):
    """nginx to a Unix socket that is not there: a capture cannot hold it."""
    w.proxy = lambda w: software.nginx(w, "server { listen 80; location / { proxy_pass http://unix:%s/none.sock; } location /fpm { fastcgi_pass unix:%s/none.sock; } location /rule { return 502; } }" % (w.tmp, w.tmp))
    each(w, *[Q(path, "unknown", None, note="decided by the gateway itself") for path in ("/a", "/fpm", "/rule")])
