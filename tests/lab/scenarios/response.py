# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that take the request and answer badly or not at all."""
from scenarios import R, one, scenario
from world import SRV, SRV6

CASES = {
    "cont-hang": "response_timeout", "cont-fin": "server_closed", "hints-hang": "response_timeout", "hints-fin": "server_closed",
    "head-hang": "response_timeout", "head-fin": "truncated", "head-rst": "truncated", "line-fin": "truncated", "line-hang": "response_timeout",
    "chunk-fin": "truncated", "chunk-rst": "truncated", "chunk-hang": "response_timeout", "chunk-bad": "invalid_response", "chunk-neg": "invalid_response",
    "len-fin": "truncated", "len-rst": "truncated", "len-hang": "response_timeout",
    "st-abc": "invalid_response", "st-http": "invalid_response", "st-empty": "invalid_response", "st-icy": "invalid_response", "st-neg": "invalid_response",
    "st-space": "invalid_response", "st-big": "invalid_response", "st-keep": "invalid_response", "hdr-nocolon": "invalid_response",
    "hdr-space": "invalid_response", "hdr-len": "invalid_response", "hdr-big": "invalid_response", "hdr-many": "invalid_response",
    "garbage": "invalid_response", "html": "invalid_response", "json": "invalid_response", "smtp": "invalid_response",
    "empty": "server_closed", "rst": "server_reset", "hang": "response_timeout", "s502": "relayed", "s502gz": "relayed", "s502chunk": "relayed",
    "s502close": "relayed", "s502empty": "relayed", "s502split": "relayed",
}
PORTS = (8080, 3128, 9090, 8888)
EXTRA = {"s502split": {"note": "the origin's head comes in two segments"}, "cont-rst": {}}


def base(w, port=9090, **gw):
    w.port = port
    w.zones = {"api.cloud.test": {"A": [SRV + "50"]}, "api6.cloud.test": {"AAAA": [SRV6 + "25"]}}
    w.origins = [["0.0.0.0", 8090, "http"], ["::", 8091, "http"]]
    w.gw.update(gw)
    return w


def register(name, f):
    f.__name__ = name
    scenario(f)


def answer(what, cause, port):
    def f(w):
        base(w, port)
        w.ask(one(R("http://api.cloud.test:8090/" + what, cause, **EXTRA.get(what, {}))))
    register("resp_" + what.replace("-", "_"), f)


for _i, (_w, _c) in enumerate(CASES.items()):
    answer(_w, _c, PORTS[_i % 4])


@scenario
def resp_v6(w):
    base(w)
    w.ask(one(*[R("http://api6.cloud.test:8091/" + x, CASES[x]) for x in ("empty", "head-fin", "st-icy", "rst", "s502")]))


@scenario
def resp_address_in_url(w):
    base(w)
    w.ask(one(*[R("http://%s51:8090/%s" % (SRV, x), CASES[x]) for x in ("rst", "len-fin", "json", "empty")]))


@scenario
def resp_banner(w):
    """A server that speaks first, and not HTTP."""
    base(w)
    w.origins += [["0.0.0.0", 2222, "banner", {"text": "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"}]]
    w.ask(one(R("http://api.cloud.test:2222/", "invalid_response")))


@scenario
def resp_banner_v6_slow(w):
    base(w, send_delay=0.1)
    w.origins += [["::", 25, "banner", {"text": "220 mx.cloud.test ESMTP\r\n"}]]
    w.ask(one(R("http://api6.cloud.test:25/", "invalid_response")))


@scenario
def s504_made_502(w):
    base(w, refuse=["504"])
    w.ask(one(R("http://api.cloud.test:8090/s504", "unknown")))


@scenario
def s200_made_502(w):
    base(w, refuse=["200"])
    w.ask(one(R("http://api.cloud.test:8090/ok", "unknown")))


@scenario
def post_upload_reset(w):
    base(w, 8080)
    w.ask(one(R("http://api.cloud.test:8090/upload-rst", "server_reset", method="POST", body=400000, slow=1.2), linger=0.6))


@scenario
def post_upload_refused(w):
    base(w, 8080)
    w.ask(one(R("http://api.cloud.test:8097/put", "rst", method="POST", body=300000, slow=1.0), linger=0.6))


@scenario
def post_upload_nx(w):
    base(w, 3128)
    w.ask(one(R("http://nobody.cloud.test/put", "nxdomain", method="PUT", body=300000, slow=1.0), linger=0.6))


@scenario
def post_body_empty(w):
    base(w)
    w.ask(one(R("http://api.cloud.test:8090/empty", "server_closed", method="POST", body=60000)))


@scenario
def post_expect(w):
    base(w)
    w.ask(one(R("http://api.cloud.test:8090/expect-fin", "server_closed", method="POST", body=200, headers=["Expect: 100-continue"])))
    w.ask(one(R("http://api.cloud.test:8090/cont-hang", "response_timeout", method="POST", body=200, headers=["Expect: 100-continue"])))


@scenario
def ka_next_fin(w):
    base(w)
    w.ask(one(R("http://api.cloud.test:8090/next-fin"), R("http://api.cloud.test:8090/second", "server_closed")))


@scenario
def ka_next_rst(w):
    base(w, 8080)
    w.ask(one(R("http://api.cloud.test:8090/next-rst"), R("http://api.cloud.test:8090/second", "server_reset")))


@scenario
def ka_retry_ok(w):
    base(w, stale_retry=True)
    w.ask(one(R("http://api.cloud.test:8090/next-fin"), R("http://api.cloud.test:8090/ok")))


@scenario
def ka_retry_refused(w):
    base(w, stale_retry=True)
    w.origins = [["0.0.0.0", 8090, "http", {"accept": 1}]]
    w.ask(one(R("http://api.cloud.test:8090/next-fin"), R("http://api.cloud.test:8090/second", "rst")))


@scenario
def ka_retry_garbage(w):
    base(w, stale_retry=True)
    w.ask(one(R("http://api.cloud.test:8090/next-rst"), R("http://api.cloud.test:8090/garbage", "invalid_response")))


@scenario
def ka_crossing(w):
    """The server's FIN is lost on the way; the next request on that connection meets a RST."""
    base(w)
    w.origins = [["0.0.0.0", 8090, "http", {"idle": 0.3}]]
    w.sh("R", "iptables -A FORWARD -p tcp --sport 8090 --tcp-flags FIN FIN -j DROP")
    w.ask(one(R("http://api.cloud.test:8090/idle-fin"), R("http://api.cloud.test:8090/second", "server_reset", wait=0.45)))


@scenario
def ka_idle_closed_before(w):
    """The idle connection was closed a while before the request; the gateway had not looked."""
    base(w)
    w.origins = [["0.0.0.0", 8090, "http", {"idle": 0.2}]]
    w.ask(one(R("http://api.cloud.test:8090/idle-fin"), R("http://api.cloud.test:8090/second", "server_closed", wait=0.6, exact=False)))


@scenario
def ka_hang_after_good(w):
    base(w)
    w.ask(one(R("http://api.cloud.test:8090/ok"), R("http://api.cloud.test:8090/ok"), R("http://api.cloud.test:8090/hang", "response_timeout")))


@scenario
def icmp_after_request(w):
    """A firewall begins to refuse the standing connection: the wait decides."""
    base(w)
    w.ask(one(R("http://api.cloud.test:8090/ok")))
    w.reject("-d %s50 -p tcp" % SRV, "icmp-admin-prohibited")
    w.ask(one(R("http://api.cloud.test:8090/ok", "response_timeout")))
