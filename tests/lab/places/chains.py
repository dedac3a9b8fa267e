# SPDX-License-Identifier: GPL-2.0-or-later
"""Two proxies on one host, spoofed and transparent gateways, and FTP by way of an HTTP proxy."""
import sys

import proxies
import software
from places import Q, each, place
from world import GW, LabError, SRV

INNER = ("127.0.0.1", 8080)
SERVER, DEAD = (SRV + "52", 80), (SRV + "53", 81)
NGINX = "server { listen 127.0.0.1:8080; location / { proxy_pass http://%s52:80; } location /dead { proxy_pass http://%s53:81; } }" % (SRV, SRV)
KINDS = (("/empty", "server_closed", SERVER), ("/rst", "server_reset", SERVER), ("/hdr-nocolon", "invalid_response", SERVER), ("/head-fin", "truncated", SERVER), ("/s502", "relayed", SERVER), ("/dead", "rst", DEAD))


def chained(**kw):
    """The outer gateway passes the inner one's 502 on: two cases each"""
    return [Q("/ok")] + [Q(path, "relayed", INNER, legs=[{"to": INNER, "cause": cause, "server": server}], **kw) for path, cause, server in KINDS]


@place
def chain_haproxy_nginx_lo(w):
    """HAProxy in front, nginx on loopback behind it, servers on the network."""
    w.origins = [["0.0.0.0", 80, "http"]]

    def begin(w):
        software.nginx(w, NGINX, port=8080)
        software.haproxy(w, "frontend f\n bind :80\n default_backend b\nbackend b\n server n 127.0.0.1:8080\n")
    w.proxy = begin
    each(w, *chained())


@place
def chain_varnish_nginx_lo(w):
    """Varnish in front, nginx on loopback behind it."""
    w.origins = [["0.0.0.0", 80, "http"]]

    def begin(w):
        software.nginx(w, NGINX, port=8080)
        software.varnish(w, 'vcl 4.1;\nbackend n { .host = "127.0.0.1"; .port = "8080"; }\nsub vcl_recv { return (pass); }\n')
    w.proxy = begin
    each(w, *chained())


@place
def chain_nginx_apache_lo(w):
    """nginx in front, Apache on loopback behind it, the application behind that on loopback too: three hops on one host."""
    app, dead = ("127.0.0.1", 3000), ("127.0.0.1", 3001)

    def begin(w):
        software.origin(w, "G", [["127.0.0.1", 3000, "http"]])
        software.apache(w, "ProxyPass /dead http://127.0.0.1:3001/dead\nProxyPass / http://127.0.0.1:3000/\n", "proxy_http", port=8080, listen="127.0.0.1:8080")
        software.nginx(w, "server { listen 80; location / { proxy_pass http://127.0.0.1:8080; } }")
    w.proxy = begin
    each(w, Q("/ok"), *[Q("/" + what, "relayed", INNER, legs=[{"to": INNER, "cause": cause, "server": app}]) for what, cause in (("empty", "server_closed"), ("hdr-len", "invalid_response"), ("s502", "relayed"))])
    each(w, Q("/dead", "relayed", INNER, legs=[{"to": INNER, "cause": "rst", "server": dead}]))


@place
def chain_inner_down(w):
    """HAProxy in front; the nginx behind it is not running."""
    w.proxy = lambda w: software.haproxy(w, "frontend f\n bind :80\n default_backend b\nbackend b\n server n 127.0.0.1:8080\n")
    each(w, Q("/ok", "rst", INNER))


# --- spoofed and transparent ----------------------------------------------------------------------------------------------------
# The server's answers go to the client's address; the gateway takes those that belong to its own sockets.
DIVERT = ("iptables -t mangle -A PREROUTING -p tcp -m socket --transparent -j MARK --set-mark 1; ip rule add fwmark 1 lookup 100; ip route add local 0.0.0.0/0 dev lo table 100; "
          "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0 net.ipv4.ip_forward=1")
HTTP = (("/empty", "server_closed"), ("/rst", "server_reset"), ("/hdr-nocolon", "invalid_response"), ("/head-fin", "truncated"), ("/s502", "relayed"), ("/hang", "response_timeout"))


def spoofing(w):
    """The gateway stands between clients and servers, on two cards; the servers send their answers to the clients through it"""
    w.legs, w.origins = 2, [["0.0.0.0", 80, "http"]]
    w.setup += [("G", DIVERT), ("R", "ip route add 192.168.77.101/32 via 203.0.113.20"), ("C", "ip route replace default via %s" % GW)]


@place
def spoof_nginx(w):
    """nginx sends on with the client's address (proxy_bind transparent)."""
    spoofing(w)
    w.proxy = lambda w: software.nginx(w, """server { listen %s:80; proxy_bind $remote_addr transparent; location / { proxy_pass http://%s52:80; } location /dead { proxy_pass http://%s53:81; }
 location /silent { proxy_pass http://%s58:80; } }""" % (GW, SRV, SRV, SRV))
    w.drop("-d %s58" % SRV)
    each(w, Q("/ok"), *[Q(path, cause, SERVER) for path, cause in HTTP], Q("/dead", "rst", DEAD), Q("/silent", "syn_timeout", (SRV + "58", 80)), source="192.168.77.101")


TPROXY = "iptables -t mangle -A PREROUTING -i eth0 -p tcp --dport 80 -j TPROXY --on-port 8080 --tproxy-mark 1"


@place
def tproxy_haproxy(w):
    """A transparent gateway: the client asks the server's own address, HAProxy takes it (TPROXY) and sends on with the client's address."""
    spoofing(w)
    w.setup.append(("G", TPROXY))
    w.proxy = lambda w: software.haproxy(w, "frontend f\n bind 0.0.0.0:8080 transparent\n default_backend b\nbackend b\n source 0.0.0.0 usesrc clientip\n server s *\n", port=8080)
    each(w, Q("/ok"), *[Q(path, cause, SERVER) for path, cause in HTTP], source="192.168.77.101", to=list(SERVER))


@place
def tproxy_squid(w):
    """The same with Squid (tproxy)."""
    spoofing(w)
    w.setup.append(("G", TPROXY))

    def begin(w):
        w.port = 8080
        software.squid(w, "http_port 3128\nhttp_port 8080 tproxy\ndns_nameservers 192.0.2.53\nhost_verify_strict off\n")
    w.proxy = begin
    w.zones = {"app.media.test": {"A": [SRV + "52"]}}
    each(w, Q("/ok"), *[Q(path, cause, SERVER, unseen=True) for path, cause in HTTP], source="192.168.77.101", to=list(SERVER))


@place
def tproxy_own_address(w):
    """A transparent gateway that sends on with its own address."""
    w.legs, w.origins = 2, [["0.0.0.0", 80, "http"]]
    w.setup += [("G", DIVERT + "; " + TPROXY), ("C", "ip route replace default via %s" % GW)]
    w.proxy = lambda w: software.haproxy(w, "frontend f\n bind 0.0.0.0:8080 transparent\n default_backend b\nbackend b\n server s *\n", port=8080)
    each(w, Q("/ok"), *[Q(path, cause, SERVER) for path, cause in HTTP], source="192.168.77.101", to=list(SERVER))


# --- FTP by way of HTTP -----------------------------------------------------------------------------------------------------------
FTP = """import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
import logging
logging.basicConfig(level=logging.WARNING)
authorizer = DummyAuthorizer()
authorizer.add_anonymous(sys.argv[2])
FTPHandler.authorizer, FTPHandler.passive_ports = authorizer, range(50000, 50020)
%s
FTPServer((sys.argv[1], 21), FTPHandler).serve_forever()
"""


def ftp_server(w, address, more=""):
    script = proxies.write(w, "ftpd-%s.py" % address, FTP % more)
    software.start(w, "S", [sys.executable, script, address, w.tmp], 21, "ftpd.log")


@place
def ftp_squid(w):
    """ftp:// through Squid: the control port refused, dropped, the data connection dropped or refused, a login refused, a busy server."""
    w.port = 3128
    a, b, c = SRV + "55", SRV + "56", SRV + "57"
    w.zones = {"files.media.test": {"A": [a]}, "walled.media.test": {"A": [b]}, "closed.media.test": {"A": [c]}, "silent.media.test": {"A": [SRV + "58"]}, "busy.media.test": {"A": [SRV + "59"]}}
    w.drop("-d %s58" % SRV)
    w.drop("-d %s -p tcp --dport 50000:50020" % b)

    def begin(w):
        for address, more in ((a, ""), (b, ""), (SRV + "59", "FTPHandler.on_connect = lambda self: (self.respond('421 too many users'), self.close_when_done())")):
            ftp_server(w, address, more)
        software.squid(w, "http_port %s:3128\ndns_nameservers %s\nftp_epsv off\nread_timeout 3 seconds\n" % (GW, "192.0.2.53"))
    w.proxy = begin

    def ftp(host, path, cause, server, **kw):
        r = Q(path, cause, server, host=host + ".media.test", absolute=True, **kw)
        if "file" in path:
            proxies.write(w, "file.txt?q=%d" % r["q"], "a file\n" * 100)
        return dict(r, url=r["url"].replace("http:", "ftp:"))
    each(w, ftp("files", "/file.txt", None, None), ftp("closed", "/a.txt", "rst", (c, 21), unseen=True), ftp("silent", "/a.txt", "syn_timeout", (SRV + "58", 21), unseen=True),
         ftp("walled", "/file.txt", "syn_timeout", (b, 50000), unseen=True, frames=data_syns, note="the data connection"), ftp("busy", "/a.txt", "unknown", (SRV + "59", 21), unseen=True, note="FTP 421"),
         ftp("files", "/none.txt", "unknown", (a, 21), unseen=True, note="FTP 550"), timeout=20)


def data_syns(truth, span, e):
    """The SYNs of the data connection, whose port the server chose"""
    syns = [x for x in span if x.tcp and x.flags & 18 == 2 and 50000 <= x.dport < 50020]
    if not syns:
        raise LabError("no data connection")
    e["server"] = "%s:%d" % (syns[-1].dst[0], syns[-1].dport)
    return [x.n for x in syns if x.dport == syns[-1].dport]
