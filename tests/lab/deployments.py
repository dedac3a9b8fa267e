#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the captures of tests/captures/deployments: HTTP/2, HTTP/3, and TLS that a key log opens, through real proxies.

usage: deployments.py [-o FOLDER] [NAME*]...   (root; nginx, haproxy, caddy, mitmdump, curl, python3-h2)
h3_* want what Debian 13 has and 12 has not: nginx with QUIC, curl with HTTP/3, and a tshark that reads it (4.4).

Every request carries a number of its own (?q=N), and its cause is what the server was told to do; the frames are those
that tshark, without the plugin, shows for that number, stream and connection.
"""
import argparse
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True

import lab
import proxies
import software
import world
from world import GW, SRV

HOST = "shop.media.test"
# What the server is told, and what comes of it; None: neither 502 nor 503 nor 504.
H1 = (("ok", None), ("empty", "server_closed"), ("rst", "server_reset"), ("garbage", "invalid_response"), ("head-fin", "truncated"), ("s502", "relayed"), ("ok", None))
# nginx passes bytes without a status line on as HTTP/0.9.
NGINX = tuple((what.replace("garbage", "hdr-nocolon"), cause) for what, cause in H1) + (("dead", "rst"),)
H2 = (("ok", None), ("s502", "relayed"), ("rst-stream", "server_reset"), ("cut", "truncated"), ("close", "server_closed"), ("reset", "server_reset"),
      ("goaway", "server_closed"), ("ok", None))
# HAProxy has passed the beginning of a response on already.
HAPROXY = tuple(x for x in H2 if x[0] != "cut") + (("hang", "response_timeout"), ("h1", "invalid_response"))


# --- proxies ---------------------------------------------------------------------------------------------------------------
def nginx(listen, more=""):
    """A reverse proxy: HTTP/1 to the server, whose dead neighbour is behind /dead"""
    def start(w):
        os.chmod(w.tmp, 0o755)
        conf = proxies.write(w, "nginx.conf", """daemon off; master_process off; pid %(d)s/nginx.pid; error_log %(d)s/nginx.log; events {}
http { access_log off; proxy_connect_timeout 2s; proxy_read_timeout 3s; client_body_temp_path %(d)s/b; proxy_temp_path %(d)s/p; fastcgi_temp_path %(d)s/f;
 uwsgi_temp_path %(d)s/u; scgi_temp_path %(d)s/s; proxy_http_version 1.1; proxy_set_header Host $host; %(more)s
 server { listen %(gw)s:%(port)d %(listen)s; location / { proxy_pass http://%(srv)s52:80; } location /dead { proxy_pass http://%(srv)s53:81; } } }
""" % {"d": w.tmp, "gw": GW, "port": w.port, "srv": SRV, "listen": listen, "more": more.replace("TMP", w.tmp)})
        proxies.launch(w, [proxies.need("nginx"), "-c", conf, "-p", w.tmp])
    return start


def haproxy(listen):
    """HTTP/2 to the server"""
    return lambda w: start_haproxy(w, listen)


def start_haproxy(w, listen):
    conf = proxies.write(w, "haproxy.cfg", """defaults
 mode http
 timeout connect 2s
 timeout server 3s
 timeout client 20s
 retries 0
frontend f
 bind %(gw)s:%(port)d %(listen)s
 use_backend b2 if { path_beg /h1 }
 default_backend b1
backend b1
 http-reuse never
 server s1 %(srv)s52:80 proto h2
backend b2
 server s2 %(srv)s52:8088 proto h2
""" % {"gw": GW, "port": w.port, "srv": SRV, "listen": listen})
    proxies.launch(w, [proxies.need("haproxy"), "-db", "-f", conf])


def mitmproxy(w):
    """Looks into CONNECT; its key log has both legs"""
    os.environ["SSLKEYLOGFILE"] = os.path.join(w.tmp, "keys")
    proxies.launch(w, [proxies.need("mitmdump"), "--listen-host", GW, "-p", str(w.port), "--set", "confdir=" + w.tmp, "--set", "ssl_insecure=true", "-q"], 60)
    del os.environ["SSLKEYLOGFILE"]


def caddy(w):
    """A reverse proxy that offers HTTP/3 as it is"""
    software.caddy(w, """https://%(host)s:%(port)d {
 tls %(d)s/cert.pem %(d)s/key.pem
 reverse_proxy /dead %(srv)s53:81
 reverse_proxy %(srv)s52:80
}
""" % {"host": HOST, "port": w.port, "srv": SRV, "d": w.tmp})


# --- the client ------------------------------------------------------------------------------------------------------------
def curl(w, urls, *options, keys=False):
    env = dict(os.environ, **({"SSLKEYLOGFILE": os.path.join(w.tmp, "keys")} if keys else {}))
    subprocess.run(["ip", "netns", "exec", w.ns("C"), "curl", "-sS", "-k", "-m", "20", "--resolve", "%s:%d:%s" % (HOST, w.port, GW), *options,
                    *[x for u in urls for x in ("-o", "/dev/null", u)]], env=env, capture_output=True, timeout=120, check=False)

def h2c(w, requests):
    """Without TLS curl 7.88 fails on the second stream."""
    cfg = proxies.write(w, "h2client.json", json.dumps({"to": [GW, w.port], "urls": [r[1] for r in requests]}))
    world.run(["ip", "netns", "exec", w.ns("C"), sys.executable, os.path.join(world.HERE, "inside", "h2client.py"), cfg])
    return requests


def numbered(scheme, port, whats):
    """-> [(number, url, what, cause)]"""
    default = {"http": 80, "https": 443}[scheme]
    return [(n, "%s://%s%s/%s?q=%d" % (scheme, HOST, "" if port == default else ":%d" % port, what, n), what, cause) for n, (what, cause) in enumerate(whats, 1)]


SCENARIOS = {}


def scenario(f):
    SCENARIOS[f.__name__] = f
    return f


def ask(w, requests, *options, keys=False, parallel=True):
    urls = [url for _, url, _, _ in requests]
    curl(w, urls, *(["--parallel", "--parallel-max", "20"] if parallel else []), *options, keys=keys)
    return requests


@scenario
def h2c_nginx(w):
    """HTTP/2 without TLS on the client's leg, many streams at once; HTTP/1 to the server."""
    w.port, w.proxy = 80, nginx("http2")
    w.origins = [["0.0.0.0", 80, "http"]]
    w.start()
    return h2c(w, numbered("http", 80, NGINX + NGINX[1:-1]))


@scenario
def h2c_haproxy(w):
    """HTTP/1 from the client, HTTP/2 to the server."""
    w.port, w.proxy = 8080, haproxy("")
    w.late = [("S", "h2origin", {"listen": [["0.0.0.0", 80, "h2"], ["0.0.0.0", 8088, "h1"]], "tmp": w.tmp})]
    w.start()
    return ask(w, numbered("http", 8080, HAPROXY), parallel=False)


@scenario
def h2c_haproxy_parallel(w):
    """HTTP/2 on both legs, all streams at once."""
    w.port, w.proxy = 8080, haproxy("proto h2")
    w.late = [("S", "h2origin", {"listen": [["0.0.0.0", 80, "h2"], ["0.0.0.0", 8088, "h1"]], "tmp": w.tmp})]
    w.start()
    return h2c(w, numbered("http", 8080, HAPROXY[:2] * 4))


TLS = "ssl_certificate TMP/cert.pem; ssl_certificate_key TMP/key.pem;"


@scenario
def https_nginx_h1(w):
    """A reverse proxy that ends TLS 1.3; the key log is the client's."""
    w.port, w.proxy = 443, nginx("ssl", TLS + " ssl_protocols TLSv1.3;")
    w.origins = [["0.0.0.0", 80, "http"]]
    w.start()
    return ask(w, numbered("https", 443, NGINX), "--http1.1", keys=True, parallel=False)


@scenario
def https_nginx_h2(w):
    """The same with HTTP/2 and TLS 1.2."""
    w.port, w.proxy = 443, nginx("ssl http2", TLS + " ssl_protocols TLSv1.2;")
    w.origins = [["0.0.0.0", 80, "http"]]
    w.start()
    return ask(w, numbered("https", 443, NGINX), "--http2", keys=True)


def h3_to_nginx(w):
    w.port, w.proxy = 443, nginx("ssl; listen %s:443 quic" % GW, TLS)
    w.origins = [["0.0.0.0", 80, "http"]]
    w.start()


@scenario
def h3_nginx(w):
    """HTTP/3, one request after the other; HTTP/1 to the server."""
    h3_to_nginx(w)
    return ask(w, numbered("https", 443, NGINX), "--http3-only", keys=True, parallel=False)


@scenario
def h3_nginx_parallel(w):
    """The same, many streams at once: a datagram can carry several responses."""
    h3_to_nginx(w)
    return ask(w, numbered("https", 443, NGINX[:-1] + NGINX[1:-1]), "--http3-only", keys=True)


@scenario
def h3_caddy(w):
    """HTTP/3, each request's header in several datagrams; HTTP/1 to the server."""
    w.port, w.proxy = 443, caddy
    w.origins = [["0.0.0.0", 80, "http"]]
    w.start()
    return ask(w, numbered("https", 443, NGINX + H1[3:4]), "--http3-only", "-H", "Cookie: crumbs=" + "x" * 3000, keys=True, parallel=False)


@scenario
def connect_mitmproxy_h1(w):
    """CONNECT, TLS in it that the gateway looks into, TLS to the server: HTTP/1 on both legs."""
    w.port, w.proxy = 8080, mitmproxy
    w.zones = {HOST: {"A": [SRV + "52"]}}
    w.origins = [["0.0.0.0", 8443, "https"]]
    w.start()
    return ask(w, numbered("https", 8443, H1), "--http1.1", "-x", "http://%s:8080" % GW, parallel=False)


@scenario
def connect_mitmproxy_h2(w):
    """The same with HTTP/2 on both legs."""
    w.port, w.proxy = 8080, mitmproxy
    w.zones = {HOST: {"A": [SRV + "52"]}}
    w.late = [("S", "h2origin", {"listen": [["0.0.0.0", 8443, "h2tls"]], "tmp": w.tmp})]
    w.start()
    return ask(w, numbered("https", 8443, H2[:4] + H2[5:6]), "--http2", "-x", "http://%s:8080" % GW, parallel=False)


# --- the truth -------------------------------------------------------------------------------------------------------------
class Message:
    def __init__(self, frame, time, src, dst, sport, dport, stream):
        self.frame, self.time, self.src, self.dst, self.sport, self.dport, self.stream = frame, time, src, dst, sport, dport, stream
        self.id, self.q, self.method, self.status, self.type = 0, None, None, None, None


class Segment(Message):
    flags = length = 0


def http3(packet, show):
    """The messages of a datagram: of each STREAM frame of a request or its response what the dissector shows behind it"""
    where = (int(packet[0][0].get("show")), float(packet.find("./proto[@name='frame']/field[@name='frame.time_epoch']").get("show")), show(packet, "ip.src"),
             show(packet, "ip.dst"), int(show(packet, "udp.srcport")), int(show(packet, "udp.dstport")), "quic %s" % show(packet, "quic.connection.number"))
    frames = [f for f in packet.iter("field") if f.find("field[@name='quic.stream.stream_id']") is not None and show(f, "quic.stream.length") != "0"]
    streams = [n for n in (int(show(f, "quic.stream.stream_id")) for f in frames) if n % 4 == 0]
    shown = [p for p in packet if p.get("name") == "http3" and show(p, "http3.stream") is not None]
    if any(show(p, "http3.headers.header") is not None for p in shown) and len(streams) != len(shown):
        raise world.LabError("frame %d: streams %s, messages of %d" % (where[0], streams, len(shown)))
    messages = []
    for stream, p in zip(streams, shown):
        m = Message(*where)
        m.id, m.method, m.status = stream + 1, show(p, "http3.headers.method"), show(p, "http3.headers.status")
        found = re.search(r"q=(\d+)$", show(p, "http3.headers.path") or "")
        m.q = int(found[1]) if found else None
        messages += [m] if m.method or m.status else []
    return messages


def dissected(pcap, keys):
    """-> (segments, messages) as tshark shows them"""
    cmd = ["tshark", "-n", "-r", pcap, "-T", "pdml", "-o", "http.tcp.port:80,8080"] + (["-o", "tls.keylog_file:" + keys] if keys else [])
    root = ET.fromstring(subprocess.run(cmd, capture_output=True, check=True).stdout)
    segments, messages = [], []
    for packet in root:
        def show(element, name):
            f = next(element.iter("field"), None) is not None and next((x for x in element.iter("field") if x.get("name") == name), None)
            return f.get("show") if f is not None and f is not False else None
        if show(packet, "quic.connection.number") is not None:
            messages += http3(packet, show)
        if show(packet, "tcp.stream") is None:
            continue
        where = (int(show(packet, "num") or packet[0][0].get("show")), float(packet.find("./proto[@name='frame']/field[@name='frame.time_epoch']").get("show")),
                 show(packet, "ip.src"), show(packet, "ip.dst"), int(show(packet, "tcp.srcport")), int(show(packet, "tcp.dstport")), int(show(packet, "tcp.stream")))
        s = Segment(*where)
        s.flags, s.length = int(show(packet, "tcp.flags"), 16), int(show(packet, "tcp.len"))
        segments.append(s)
        for proto in packet:
            if proto.get("name") == "http":
                m = Message(*where)
                m.method, m.status = show(proto, "http.request.method"), show(proto, "http.response.code")
                uri = show(proto, "http.request.uri")
                found = re.search(r"q=(\d+)$", uri or "")
                m.q = int(found[1]) if found else None
                messages.append(m)
            for stream in proto.iter("field") if proto.get("name") == "http2" else []:
                if stream.get("name") != "http2.stream" or show(stream, "http2.streamid") is None:
                    continue
                m = Message(*where)
                m.id, m.type = int(show(stream, "http2.streamid")), int(show(stream, "http2.type"))
                m.method, m.status = show(stream, "http2.headers.method"), show(stream, "http2.headers.status")
                found = re.search(r"q=(\d+)$", show(stream, "http2.headers.path") or "")
                m.q = int(found[1]) if found else None
                messages.append(m)
    return segments, messages


def answer_of(request, messages):
    """The final response: on the same HTTP/2 stream, or the next one of the connection."""
    later = [m for m in messages if m.stream == request.stream and m.src == request.dst and m.status and m.status[0] != "1"]
    if request.id:
        return next((m for m in later if m.id == request.id), None)
    asked = [m for m in messages if m.stream == request.stream and m.src == request.src and m.method]
    answers = [m for m in messages if m.stream == request.stream and m.src == request.dst and m.status and m.status[0] != "1"]
    n = asked.index(request)
    return answers[n] if n < len(answers) else None


def end_of(up, segments, messages):
    """The server's RST_STREAM, GOAWAY, FIN or RST that ended this request."""
    ends = [m.frame for m in messages if m.stream == up.stream and m.src == up.dst and m.frame > up.frame and ((m.type == 3 and m.id == up.id) or m.type == 7)]
    ends += [s.frame for s in segments if s.stream == up.stream and s.src == up.dst and s.frame > up.frame and s.flags & 5]
    return min(ends)


def stream_of(request):
    return {"http3_stream": request.id - 1} if isinstance(request.stream, str) else {"http2_stream": request.id}


def crowded(request, got, messages):
    """Others wait too, and only time ties what carries no request to one of them."""
    return any(m.method and m is not request and m.dst == GW and m.frame < got.frame and (answer_of(m, messages) or got).frame > request.frame for m in messages)


def truth_of(requests, segments, messages):
    entries = []
    for n, url, what, cause in requests:
        # The client asks again where a connection that had worked was closed.
        ask_ = next((m for m in reversed(messages) if m.q == n and m.method and m.dst == GW), None)
        if not ask_:
            raise world.LabError("%s was never asked for" % url)
        got = answer_of(ask_, messages)
        if (got is None or got.status not in ("502", "503", "504")) != (cause is None):
            raise world.LabError("%s answered %s" % (url, got and got.status))
        if cause is None:
            continue
        lo, hi = ask_.frame, got.frame
        ups = [m for m in messages if m.q == n and m.method and m.src == GW and lo <= m.frame <= hi]
        if ups:
            up = ups[-1]
            server, streams, frames = up.dst, sorted({m.stream for m in ups}), [up.frame]
            port = up.dport
            if cause == "relayed":
                frames.append(answer_of(up, messages).frame)
            elif cause == "invalid_response":
                frames.append(next(s.frame for s in segments if s.stream == up.stream and s.src == up.dst and s.length and s.frame > up.frame))
            elif cause != "response_timeout":
                frames.append(end_of(up, segments, messages))
        elif what == "h1":             # no request goes out before the server's SETTINGS frame
            answered = next(s for s in segments if s.dst == GW and s.sport == 8088 and s.length and lo < s.frame < hi)
            server, port, streams, frames = answered.src, 8088, [answered.stream], [answered.frame]
        elif cause == "rst":
            syns = [s for s in segments if s.src == GW and s.dport == 81 and s.flags & 18 == 2 and lo < s.frame < hi]
            # Several may wait for that server at once.
            server, port, streams = syns[0].dst, 81, [s.stream for s in syns]
            frames = [s.frame for s in segments if s.stream in streams and s.frame < hi]
        else:
            raise world.LabError("%s never reached the server" % url)
        entries.append({"q": n, "frame": hi, "status": int(got.status), "method": ask_.method, "url": url, **stream_of(ask_), "request_frame": lo, "server": "%s:%d" % (server, port),
                        "cause": cause, **({"also_acceptable": ["unknown"]} if cause == "rst" and crowded(ask_, got, messages) else {}), "evidence": {"frames": sorted(set(frames)), "exact": True}, "related": {"tcp_streams": streams}})
    return sorted(entries, key=lambda e: (e["frame"], e["q"]))


def make(name, out, cert):
    tmp = tempfile.mkdtemp(prefix="mwg502-lab-")
    w = world.World(name, tmp)
    w.zones = {HOST: {"A": [SRV + "52"]}}
    try:
        for f in ("cert.pem", "key.pem"):
            shutil.copy(os.path.join(cert, f), tmp)
        os.chmod(tmp, 0o755)
        try:
            requests = SCENARIOS[name](w)
        finally:
            w.stop()
        keys = os.path.join(tmp, "keys")
        keys = keys if os.path.exists(keys) else None
        entries = truth_of(requests, *dissected(w.pcap, keys))
        shutil.copyfile(w.pcap, os.path.join(out, name + ".pcap"))
        if keys:
            with open(keys) as f, open(os.path.join(out, name + ".keys"), "w") as to:
                to.writelines(line for line in f if line.strip() and not line.startswith("#"))
        with open(os.path.join(out, name + ".truth.json"), "w") as f:
            json.dump(entries, f, indent=1)
            f.write("\n")
        return entries
    finally:
        if os.environ.get("LAB_KEEP"):
            print("kept", tmp)
        else:
            shutil.rmtree(tmp, ignore_errors=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("-o", default="deployments", metavar="FOLDER")
    p.add_argument("names", nargs="*", metavar="NAME")
    a = p.parse_args()
    if missing := world.allowed():
        print("SKIP: " + missing)
        return 77
    os.makedirs(a.o, exist_ok=True)
    bad = 0
    with tempfile.TemporaryDirectory(prefix="mwg502-lab-cert-") as cert:
        lab.certificate(cert)
        for name in SCENARIOS:
            if a.names and not any(fnmatch.fnmatchcase(name, x) for x in a.names):
                continue
            try:
                print("%-24s %s" % (name, " ".join(e["cause"] for e in make(name, a.o, cert))), flush=True)
            except (world.LabError, OSError, subprocess.SubprocessError) as e:
                bad += "SKIP" not in str(e)
                print("%-24s %s: %s" % (name, type(e).__name__, e), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
