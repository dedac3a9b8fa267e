# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulation of the Web Gateway's proxy: what it sends, when it retries, and how it says 502.

usage: gateway.py CONFIG.json; keys: listen [[address, port]], dns..., search, hosts (gwdns.py), connect_timeout, response_timeout,
retries (connects to each address), stale_retry (a new connection when a kept one fails), parent [address, port], reverse
{"host", "port", "tls"}, transparent, inspect (TLS of CONNECT), verify (server certificates), tls_max "1.2", early200 (seconds),
dns_cache, remember (seconds that a failed look-up or server is remembered), head_limit, page (gzip, chunked, close), split (head and page apart), neutral, send_delay, log.
Every request is logged with its look-ups and connections, so that the lab knows which packets were its own.
"""
import json
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse

from gwdns import Resolver
from gwerror import Fail, page
from gwup import Upstream


class Gateway:
    def __init__(self, cfg):
        self.cfg, self.resolver, self.lock = cfg, Resolver(cfg), threading.Lock()
        self.up = Upstream(cfg, self.resolver)
        self.log = open(cfg["log"], "a")
        for addr, port in cfg["listen"]:
            s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((addr, port))
            s.listen(100)
            threading.Thread(target=self.accept, args=(s, addr), daemon=True).start()

    def accept(self, s, addr):
        while True:
            c, peer = s.accept()
            threading.Thread(target=self.client, args=(c, addr, peer), daemon=True).start()

    def client(self, c, addr, peer):
        try:
            c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            c.settimeout(20)
            buf, goes_on = b"", True
            while goes_on:
                while b"\r\n\r\n" not in buf:
                    data = c.recv(65536)
                    if not data:
                        return
                    buf += data
                head, buf = buf.split(b"\r\n\r\n", 1)
                buf, goes_on = self.request(c, addr, peer, head.decode("latin-1"), buf)
        except OSError:
            pass
        finally:
            c.close()

    def request(self, c, addr, peer, head, buf):
        """-> what is left of the client's bytes, and whether its connection goes on"""
        line, *fields = head.split("\r\n")
        method, target, version = line.split(" ")
        req = {"method": method, "target": target, "fields": fields, "version": version, "via": "1.1 %s (Web Gateway 7.5.2)" % addr,
               "client": peer[0], "host_field": next((f.split(":", 1)[1].strip() for f in fields if f.lower().startswith("host:")), "")}
        length = re.search(r"(?im)^content-length: *(\d+)", "\n".join(fields))
        req["length"] = int(length[1]) if length else 0
        req["body"], buf = buf[:req["length"]], buf[req["length"]:]
        req["more"] = lambda: c.recv(65536)
        req["expect"] = any(f.lower().startswith("expect:") for f in fields)
        req["client_socket"] = c
        log = {"url": target, "client": list(peer[:2]), "dns": [], "attempts": []}
        state = {"sent": False}
        timer = None
        if self.cfg.get("early200") is not None and method != "CONNECT":
            timer = threading.Timer(self.cfg["early200"], self.early, (c, state))
            timer.start()
        keep = version == "HTTP/1.1" and not any(f.lower().replace(" ", "") in ("connection:close", "proxy-connection:close") for f in fields)
        try:
            self.route(c, req)
            if method == "CONNECT":
                return self.connect(c, addr, peer, req, log, buf)
            answer = self.up.exchange(req, log)
            with self.lock:
                state["done"] = True
            if answer is not None:
                c.sendall(answer)
        except Fail as f:
            with self.lock:
                state["done"] = True
            keep = keep and not state["sent"] and not req.get("body_open") and self.cfg.get("page") != "close"
            self.say(c, f, req["url"], req["via"], keep)
        finally:
            if timer:
                timer.cancel()
            self.log.write(json.dumps(log) + "\n")
            self.log.flush()
        return buf, keep and not state["sent"]

    def route(self, c, req):
        """Where the request goes: fills url, host, port, tls, path."""
        cfg, target = self.cfg, req["target"]
        if req["method"] == "CONNECT":
            host, _, port = target.rpartition(":")
            req.update(url=target, host=host.strip("[]"), port=int(port), tls=bool(cfg.get("inspect")), path=target)
            return
        if target.startswith("/"):
            req["url"], req["path"] = "http://%s%s" % (req["host_field"], target), target
            url = urllib.parse.urlsplit(req["url"])
            if cfg.get("reverse"):
                r = cfg["reverse"]
                req.update(host=r["host"], port=r["port"], tls=r.get("tls", False))
            elif cfg.get("transparent"):
                port, addr = struct.unpack(">xxH4s", c.getsockopt(socket.SOL_IP, 80, 16)[:8])
                req.update(host=socket.inet_ntoa(addr) if cfg["transparent"] == "address" else url.hostname, port=port, tls=False)
            else:
                req.update(host=url.hostname, port=url.port or 80, tls=False)
            return
        url = urllib.parse.urlsplit(target)
        req.update(url=target, host=url.hostname, port=url.port or (443 if url.scheme == "https" else 80), tls=url.scheme == "https",
                   path=(url.path or "/") + ("?" + url.query if url.query else ""))

    def connect(self, c, addr, peer, req, log, buf):
        """A tunnel: checked before the 200, or (late) after it."""
        if self.cfg.get("late_connect"):
            c.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            inner = buf or c.recv(65536)
            if inner[:1] != b"\x16":            # plain HTTP in the tunnel
                head, rest = inner.split(b"\r\n\r\n", 1)
                return self.request(c, addr, peer, head.decode("latin-1"), rest)
        s = self.up.open(req, log)
        if not self.cfg.get("late_connect"):
            c.sendall(b"HTTP/1.1 200 Connection established\r\nVia: %s\r\n\r\n" % req["via"].encode())
        if self.cfg.get("inspect"):
            time.sleep(0.3)
            s.close()
            return b"", False
        s.settimeout(3)
        threading.Thread(target=self.pump, args=(c, s), daemon=True).start()
        self.pump(s, c)
        return b"", False

    @staticmethod
    def pump(a, b):
        try:
            while True:
                data = a.recv(65536)
                if not data:
                    break
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def early(self, c, state):
        with self.lock:
            if not state.get("done"):
                state["sent"] = True
                c.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\nProxy-Connection: Close\r\n\r\n")

    def say(self, c, fail, url, via, keep):
        head, body = page(fail, url, via, keep, self.cfg)
        if self.cfg.get("split"):
            c.sendall(head)
            time.sleep(0.05)
            c.sendall(body)
        else:
            c.sendall(head + body)


def main():
    with open(sys.argv[1]) as f:
        Gateway(json.load(f))
    print("ready", flush=True)
    while True:
        time.sleep(60)


main()
