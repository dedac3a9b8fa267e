# SPDX-License-Identifier: GPL-2.0-or-later
"""The same failures behind each product, for the words that it writes in its own log (FOLDER/logs/NAME.said.txt): docs/your-proxy.md rests on them."""
import glob
import os
import time

import software
from places import Q, place
from world import DNS, GW, SRV

APP = (SRV + "52", 80)
LAN = "192.168.77.99"                            # nobody has it
# host (and port), path, cause, server
NAMES = (("none.media.test", "/", "nxdomain", None), ("void.media.test", "/", "dns_nodata", None), ("err.media.test", "/", "dns_error", None), ("mute.media.test", "/", "dns_timeout", None))
CONNECT = (("dead.media.test:81", "/", "rst", (SRV + "53", 81)), ("silent.media.test", "/", "syn_timeout", (SRV + "58", 80)), ("wall.media.test", "/", "icmp", (SRV + "54", 80)),
           ("lan.media.test", "/", "arp", (LAN, 80)))
TLS = (("app.media.test:4443", "alert"), ("app.media.test:4444", "close"), ("app.media.test:4445", "reset"), ("app.media.test:4446", "http"), ("app.media.test:4447", "untrusted"), ("app.media.test:4448", "silent"))
ANSWERS = (("empty", "server_closed"), ("rst", "server_reset"), ("hdr-nocolon", "invalid_response"), ("st-abc", "invalid_response"), ("garbage", "invalid_response"), ("hdr-big", "invalid_response"),
           ("hdr-len", "invalid_response"), ("chunk-bad", "invalid_response"), ("head-fin", "truncated"), ("head-rst", "truncated"), ("len-fin", "truncated"), ("hang", "response_timeout"), ("head-hang", "response_timeout"),
           ("cont-hang", "response_timeout"), ("s502", "relayed"))


def world(w):
    w.zones = {"app.media.test": {"A": [SRV + "52"]}, "dead.media.test": {"A": [SRV + "53"]}, "wall.media.test": {"A": [SRV + "54"]}, "silent.media.test": {"A": [SRV + "58"]},
               "lan.media.test": {"A": [LAN]}, "void.media.test": {}, "err.media.test": {"rcode": 2}, "mute.media.test": {"drop": True}}
    w.origins = [["0.0.0.0", 80, "http"], ["0.0.0.0", 4443, "tls_alert"], ["0.0.0.0", 4444, "tls_close"], ["0.0.0.0", 4445, "tls_reset"], ["0.0.0.0", 4446, "tls_http"], ["0.0.0.0", 4447, "https"],
                 ["0.0.0.0", 4448, "tls_silent"]]
    w.reject("-d %s54" % SRV, "icmp-host-prohibited")
    w.drop("-d %s58" % SRV)


def ask(w, *requests):
    """Each request with what the product wrote meanwhile"""
    if not w.up:
        w.start()
        time.sleep(0.5)
    said = open(os.path.join(w.tmp, "said.txt.log"), "a")
    for r in requests:
        logs = [x for x in glob.glob(os.path.join(w.tmp, "*.log")) if not x.endswith("said.txt.log")]
        sizes = {x: os.path.getsize(x) for x in logs}
        out = w.ask({"requests": [r], "timeout": 25})
        time.sleep(0.4)
        said.write("== %s %s -> %s\n" % (r.get("cause"), r["url"], out[0]["statuses"]))
        for x in logs:
            with open(x, errors="replace") as f:
                f.seek(sizes[x])
                said.writelines("   %s: %s\n" % (os.path.basename(x), line.rstrip()) for line in f if line.strip())
    said.close()


def questions(names=True, tls=True, absolute=False, connect=CONNECT):
    kw = {"absolute": absolute, "unseen": True}
    out = [Q("/ok", host="app.media.test", absolute=absolute)]
    out += [Q(path, cause, server, host=host, **kw) for host, path, cause, server in (NAMES if names else ()) + connect]
    out += [Q("/" + what, cause, APP, host="app.media.test", **kw) for what, cause in ANSWERS]
    if tls:
        out += [Q("/tls/" + what, "tls", (SRV + "52", int(host.split(":")[1])), host=host, silent=what == "silent", **kw) for host, what in TLS]
    return out


@place
def products_nginx(w):
    """nginx as it is asked for any name."""
    world(w)
    w.proxy = lambda w: software.nginx(w, """resolver %s valid=1s ipv6=off; resolver_timeout 3s; proxy_ssl_trusted_certificate %s/none.pem; server { listen 80;
 location / { proxy_pass http://$http_host; } location /tls { proxy_pass https://$http_host; } location /tls/untrusted { proxy_ssl_verify on; proxy_pass https://$http_host; } }""" % (DNS, w.tmp))
    w.setup.append(("G", "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=other -keyout /dev/null -out %s/none.pem" % w.tmp))
    ask(w, *questions())


@place
def products_nginx_dns(w):
    """nginx, and nothing listens at its DNS server."""
    world(w)
    w.proxy = lambda w: software.nginx(w, "resolver %s11 valid=1s ipv6=off; resolver_timeout 3s; server { listen 80; location / { proxy_pass http://$http_host; } }" % SRV)
    ask(w, Q("/", "dns_unreachable", host="app.media.test", unseen=True))


@place
def products_apache(w):
    """Apache as it is asked for any name (a forward proxy), and as a reverse proxy towards TLS."""
    world(w)
    w.port = 8080
    tls = "".join("ProxyPass /tls/%s https://%s52:%s/\n" % (what, SRV, host.split(":")[1]) for host, what in TLS)
    w.proxy = lambda w: software.apache(w, "ProxyRequests On\nProxyVia On\nSSLProxyEngine on\nSSLProxyVerify require\nSSLProxyCACertificateFile %s/none.pem\nProxyTimeout 2\n%s" % (w.tmp, tls), "proxy_http proxy_connect ssl socache_shmcb")
    w.setup.append(("G", "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=other -keyout /dev/null -out %s/none.pem" % w.tmp))
    ask(w, *questions(tls=False, absolute=True), *[Q("/tls/" + what, "tls", (SRV + "52", int(host.split(":")[1])), host="app.media.test", silent=what == "silent", unseen=True) for host, what in TLS])


@place
def products_apache_dns(w):
    """Apache, and nothing listens at its DNS server."""
    world(w)
    w.port, w.gw["dns"] = 8080, [SRV + "11"]
    w.proxy = lambda w: software.apache(w, "ProxyRequests On\n", "proxy_http")
    ask(w, Q("/", "dns_unreachable", host="app.media.test", absolute=True, unseen=True))


def haproxy_backends():
    """One backend for each failure; the address is chosen by the first part of the path or by the host"""
    rules, backends = "", ""
    for host, what in TLS:
        rules += " use_backend t_%s if { path_beg /tls/%s }\n" % (what, what)
        backends += "backend t_%s\n server s %s52:%s ssl %s\n" % (what, SRV, host.split(":")[1], "verify required ca-file TMP/none.pem" if what == "untrusted" else "verify none")
    for host, _, _, server in CONNECT:
        name = host.split(".")[0]
        rules += " use_backend c_%s if { hdr_beg(host) %s. }\n" % (name, name)
        backends += "backend c_%s\n server s %s:%d\n" % (name, *server)
    return "frontend f\n bind :80\n" + rules + " default_backend b\nbackend b\n server s %s52:80\n" % SRV + backends


@place
def products_haproxy(w):
    """HAProxy, a backend for each failure."""
    world(w)
    w.proxy = lambda w: software.haproxy(w, haproxy_backends().replace("TMP", w.tmp))
    w.setup.append(("G", "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=other -keyout /dev/null -out %s/none.pem" % w.tmp))
    ask(w, *questions(names=False))


@place
def products_haproxy_dns(w):
    """HAProxy looks names up while it runs (resolvers, do-resolve)."""
    world(w)
    w.proxy = lambda w: software.haproxy(w, """resolvers d
 nameserver n %s:53
 resolve_retries 2
 timeout resolve 1s
 timeout retry 1s
frontend f
 bind :80
 http-request do-resolve(txn.ip,d,ipv4) hdr(host),host_only
 http-request return status 502 content-type text/plain string "no address" unless { var(txn.ip) -m found }
 http-request set-dst var(txn.ip)
 default_backend b
backend b
 server s 0.0.0.0:80
""" % DNS)
    ask(w, *questions(tls=False, connect=())[:5])


def last_lookup(host):
    """The last query for a server's name before the request, and its answer if one came"""
    def frames(truth, before):
        rows = [x for x in before if x.dns and not x.icmp and host in x.dns["names"]]
        query = [x for x in rows if not x.dns["answer"]][-1]
        return [x.n for x in rows if x.n >= query.n]
    return frames


@place
def products_haproxy_names(w):
    """HAProxy: servers by name, which its resolvers find or not; a server without address is down."""
    world(w)
    w.proxy = lambda w: software.haproxy(w, """resolvers d
 nameserver n %s:53
 resolve_retries 2
 timeout resolve 1s
 timeout retry 500ms
 hold nx 1s
 hold other 1s
 hold timeout 1s
frontend f
 bind :80
 use_backend b_none if { hdr_beg(host) none. }
 use_backend b_err if { hdr_beg(host) err. }
 use_backend b_mute if { hdr_beg(host) mute. }
 default_backend b_app
""" % DNS + "".join("backend b_%s\n server s %s.media.test:80 resolvers d init-addr none check inter 500ms\n" % (x, x) for x in ("app", "none", "err", "mute")))
    w.start()
    time.sleep(4)
    ask(w, Q("/ok", host="app.media.test"), *[Q("/", cause, None, host=host, remembered=last_lookup(host), exact=False, confidence="inferred", also_acceptable=["unknown"], note="inferred: no server has an address") for host, _, cause, _ in NAMES if cause != "dns_nodata"])


@place
def products_squid(w):
    """Squid as a forward proxy."""
    world(w)
    w.port = 3128
    w.proxy = lambda w: software.squid(w, "http_port %s:3128\ndns_nameservers %s\n" % (GW, DNS))
    requests = [r for r in questions(absolute=True) if "untrusted" not in r["url"]]     # Squid with GnuTLS stumbles over the TLS 1.3 session ticket
    for r in requests:
        if "/tls/" in r["url"]:
            r["url"] = r["url"].replace("http:", "https:")
    ask(w, *requests)


@place
def products_squid_dns(w):
    """Squid, and nothing listens at its DNS server; then a parent proxy that refuses."""
    world(w)
    w.port = 3128
    w.proxy = lambda w: software.squid(w, "http_port %s:3128\ndns_nameservers %s11\ncache_peer %s53 parent 3128 0 no-query default\nacl up urlpath_regex parent\nnever_direct allow up\ncache_peer_access %s53 allow up\ncache_peer_access %s53 deny all\n" % (GW, SRV, SRV, SRV, SRV))
    ask(w, Q("/", "dns_unreachable", host="app.media.test", absolute=True, unseen=True), Q("/parent", "rst", (SRV + "53", 3128), host="app.media.test", absolute=True, unseen=True))


@place
def products_caddy(w):
    """Caddy, a server by name for each failure."""
    world(w)
    up = [("h_" + host.split(".")[0], host.split(":")[0], host if ":" in host else host + ":80") for host, _, _, _ in NAMES + CONNECT] + [("h_app", "app.media.test", "app.media.test:80")]
    hosts = "".join(" @%s host %s\n handle @%s {\n  reverse_proxy %s {\n   transport http {\n    dial_timeout 2s\n    response_header_timeout 2s\n    resolvers udp/%s:53\n   }\n  }\n }\n" % (n, host, n, to, DNS) for n, host, to in up)
    tls = "".join(" handle /tls/%s* {\n  reverse_proxy https://%s52:%s {\n   transport http {\n    tls\n    %s\n    tls_timeout 2s\n   }\n  }\n }\n" %
                  (what, SRV, host.split(":")[1], "" if what == "untrusted" else "tls_insecure_skip_verify") for host, what in TLS)
    w.proxy = lambda w: software.caddy(w, ":80 {\n%s%s}\n" % (tls, hosts))
    ask(w, *questions())


@place
def products_caddy_dns(w):
    """Caddy, and nothing listens at its DNS server."""
    world(w)
    w.proxy = lambda w: software.caddy(w, ":80 {\n reverse_proxy app.media.test:80 {\n  transport http {\n   resolvers udp/%s11:53\n  }\n }\n}\n" % SRV)
    ask(w, Q("/", "dns_unreachable", host="app.media.test", unseen=True))


@place
def products_haproxy_patient(w):
    """HAProxy waits longer than the kernel looks for a neighbour."""
    world(w)
    w.proxy = lambda w: software.haproxy(w, "frontend f\n bind :80\n default_backend b\nbackend b\n timeout connect 6s\n server s %s:80\n" % LAN)
    ask(w, Q("/", "arp", (LAN, 80), host="lan.media.test", unseen=True))


@place
def products_lighttpd(w):
    """lighttpd, a server for each failure."""
    world(w)
    rules = "".join('$HTTP["host"] =~ "^%s[.]" { proxy.server = ("" => (("host" => "%s", "port" => %d))) }\n' % (host.split(".")[0], *server) for host, _, _, server in CONNECT)
    w.proxy = lambda w: software.lighttpd(w, 'server.feature-flags = ("server.h2proto" => "disable")\nserver.max-read-idle = 10\nproxy.server = ("" => (("host" => "%s52", "port" => 80, "connect-timeout" => 2, "read-timeout" => 2)))\n%s' % (SRV, rules))
    ask(w, *questions(names=False, tls=False))


@place
def products_varnish(w):
    """Varnish, a backend for each failure."""
    world(w)
    vcl = 'vcl 4.1;\nbackend app { .host = "%s52"; .port = "80"; .connect_timeout = 2s; .first_byte_timeout = 2s; .between_bytes_timeout = 2s; }\n' % SRV
    vcl += "".join('backend %s { .host = "%s"; .port = "%d"; .connect_timeout = 2s; }\n' % (host.split(".")[0], *server) for host, _, _, server in CONNECT)
    vcl += "sub vcl_recv {\n" + "".join(' if (req.http.host ~ "^%s[.]") { set req.backend_hint = %s; }\n' % ((host.split(".")[0],) * 2) for host, _, _, _ in CONNECT) + " return (pass);\n}\n"
    w.proxy = lambda w: software.varnish(w, vcl)
    ask(w, *questions(names=False, tls=False))

