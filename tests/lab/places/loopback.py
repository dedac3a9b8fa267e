# SPDX-License-Identifier: GPL-2.0-or-later
"""The server is on the gateway's own host: loopback with and without a name, the host's own addresses, and a client that is there too."""
import software
from places import Q, each, place
from world import GW, GW6, SRV

KINDS = (("empty", "server_closed"), ("rst", "server_reset"), ("hdr-nocolon", "invalid_response"), ("head-fin", "truncated"), ("s502", "relayed"), ("hang", "response_timeout"))
SERVER = "location / { proxy_pass http://%s; } location /dead { proxy_pass http://%s; }"


def questions(up, dead, **kw):
    return [Q("/ok")] + [Q("/" + what, cause, up, **kw) for what, cause in KINDS] + [Q("/dead", "rst", dead, **kw)]


def local(w, up, dead, upstream, listen="80"):
    """An nginx whose servers are at up and dead, addresses of the host"""
    def begin(w):
        software.origin(w, "G", [[up[0], up[1], "http"]])
        software.nginx(w, "server { listen %s; %s }" % (listen, SERVER % upstream))
    w.proxy = begin


@place
def lo_v4_any(w):
    """nginx to 127.0.0.1:3000, a remote client, -i any (cooked v2)."""
    local(w, ("127.0.0.1", 3000), ("127.0.0.1", 3001), ("127.0.0.1:3000", "127.0.0.1:3001"))
    each(w, *questions(("127.0.0.1", 3000), ("127.0.0.1", 3001)))


@place
def lo_v6_any_sll1(w):
    """nginx to [::1]:3000, a remote client, -i any in the older cooked format."""
    w.capture = ("G", "any", ["-y", "LINUX_SLL"])
    local(w, ("::1", 3000), ("::1", 3001), ("[::1]:3000", "[::1]:3001"))
    each(w, *questions(("::1", 3000), ("::1", 3001)))


@place
def lo_two_families(w):
    """The name of the host stands for ::1, which refuses, and 127.0.0.1, which answers: two attempts each time."""
    def begin(w):
        software.origin(w, "G", [["127.0.0.1", 3000, "http"]])
        software.nginx(w, "upstream app { server [::1]:3000 max_fails=0; server 127.0.0.1:3000 backup max_fails=0; } server { listen 80; location / { proxy_pass http://app; } }")
    w.proxy = begin
    each(w, Q("/ok"), *[Q("/" + what, cause, ("127.0.0.1", 3000)) for what, cause in KINDS[:5]])


@place
def lo_client_lo(w):
    """Client, nginx and server all on 127.0.0.1, captured with -i lo."""
    w.capture = ("G", "lo", [])
    local(w, ("127.0.0.1", 3000), ("127.0.0.1", 3001), ("127.0.0.1:3000", "127.0.0.1:3001"))
    w.start()
    each(w, *questions(("127.0.0.1", 3000), ("127.0.0.1", 3001)), where="G", to=["127.0.0.1", 80])


@place
def lo_client_null(w):
    """The same as a BSD or macOS loopback capture: link type NULL."""
    w.post = "null"
    lo_client_lo(w)


@place
def lo_client_loop6(w):
    """Client, nginx and server all on ::1, as an OpenBSD capture: link type LOOP."""
    w.post, w.capture = "loop", ("G", "lo", [])
    local(w, ("::1", 3000), ("::1", 3001), ("[::1]:3000", "[::1]:3001"), "[::]:80")
    w.start()
    each(w, *questions(("::1", 3000), ("::1", 3001)), where="G", to=["::1", 80])


@place
def own_address_any(w):
    """The server is on the host's own network address: the packets still go over lo."""
    local(w, (GW, 3000), (GW, 3001), (GW + ":3000", GW + ":3001"))
    each(w, *questions((GW, 3000), (GW, 3001)))


@place
def own_address_client(w):
    """A client on the gateway asks it by the host's own IPv6 address; the server is elsewhere."""
    w.origins = [["0.0.0.0", 80, "http"]]
    w.proxy = lambda w: software.nginx(w, "server { listen [::]:80; %s }" % (SERVER % (SRV + "52:80", SRV + "53:81")))
    w.start()
    each(w, *questions((SRV + "52", 80), (SRV + "53", 81)), where="G", to=[GW6, 80])
