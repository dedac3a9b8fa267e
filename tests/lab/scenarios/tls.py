# SPDX-License-Identifier: GPL-2.0-or-later
"""https towards the server: handshakes that fail, and servers that fail after a good one."""
from scenarios import R, one, scenario
from world import SRV, SRV6

N = "bank.secure.test"
BROKEN = ("tls_alert", "tls_close", "tls_reset", "tls_silent", "tls_http", "tls_ssh", "tls_partial")


def register(name, f):
    f.__name__ = name
    scenario(f)


def base(w, mode, port, opts=None, **gw):
    w.zones = {N: {"A": [SRV + "40"]}}
    w.origins = [["0.0.0.0", port, mode, opts or {}], [SRV + "41", 80, "http"]]
    w.gw.update(gw)


def broken_get(mode):
    def f(w):
        base(w, mode, 9443)
        w.port = 8080
        w.ask(one(R("https://%s:9443/" % N, "tls", silent=mode == "tls_silent")))
    register(mode + "_get", f)


def broken_connect(mode):
    def f(w):
        base(w, mode, 443, inspect=True, tls_max="1.2" if mode in ("tls_alert", "tls_close") else None)
        w.ask(one(R(N + ":443", "tls", method="CONNECT", silent=mode == "tls_silent", host=N)))
    register(mode + "_connect", f)


for _m in BROKEN:
    broken_get(_m)
    broken_connect(_m)


def rejected(version, connect):
    def f(w):
        base(w, "https", 9444, {"tls": version}, verify=True, inspect=True)
        r = R(N + ":9444", "tls", method="CONNECT", host=N) if connect else R("https://%s:9444/" % N, "tls")
        w.ask(one(dict(r, note="the gateway does not trust the server's certificate")))
    register("tls_cert_%s_%s" % (version.replace(".", ""), "connect" if connect else "get"), f)


for _v in ("1.2", "1.3"):
    for _c in (False, True):
        rejected(_v, _c)


def after(what, cause, version):
    def f(w):
        base(w, "https", 9445, {"tls": version, "what": what})
        w.port = 8888
        w.ask(one(R("https://%s:9445/%s" % (N, what), cause, tls_up=True)))
    register("tls%s_after_%s" % (version.replace(".", ""), what.replace("-", "_")), f)


for _v in ("1.2", "1.3"):
    after("empty", "server_closed", _v)
    after("rst", "server_reset", _v)
    after("hang", "response_timeout", _v)


@scenario
def tls_reverse_alert(w):
    base(w, "tls_alert", 9446, reverse={"host": N, "port": 9446, "tls": True})
    w.port = 80
    w.ask(one(R("http://shop.public.test/basket", "tls", origin_form=True, server=[SRV + "40", 9446])))


@scenario
def tls_v6_reset(w):
    base(w, "tls_reset", 9447)
    w.zones[N] = {"AAAA": [SRV6 + "20"]}
    w.origins[0][0] = "::"
    w.ask(one(R("https://%s:9447/" % N, "tls")))


@scenario
def tls_good(w):
    base(w, "https", 9448)
    w.ask(one(R("https://%s:9448/ok" % N), R("https://%s:9448/ok" % N)))


@scenario
def tls_connect_rst(w):
    base(w, "https", 443, inspect=True)
    w.ask(one(R(N + ":8443", "rst", method="CONNECT", host=N)))
    w.ask(one(R("void.secure.test:443", "nxdomain", method="CONNECT", host="void.secure.test")))


@scenario
def connect_late_inside(w):
    """200 to CONNECT first; the 502 comes inside the tunnel, after a plain request."""
    base(w, "https", 443, late_connect=True)
    w.ask(one(R(N + ":81", method="CONNECT", host=N, inner=R("http://%s:81/inner" % N, "rst", origin_form=True)), timeout=6))


@scenario
def connect_late_hello(w):
    base(w, "https", 443, late_connect=True)
    w.ask(one(R(N + ":8444", "rst", method="CONNECT", host=N, hello=True), timeout=6))
