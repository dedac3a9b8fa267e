# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated gateway's server side: connections, TLS, requests and the reading of responses."""
import re
import socket
import ssl
import threading
import time

from gwerror import Fail

HOP = ("proxy-connection:", "connection:", "keep-alive:")


class Stale(Exception):
    """A kept-alive connection failed before a byte of the response."""


class Upstream:
    def __init__(self, cfg, resolver):
        self.cfg, self.resolver, self.pool, self.lock, self.dead = cfg, resolver, {}, threading.Lock(), {}

    def target(self, req):
        return tuple(self.cfg["parent"]) if self.cfg.get("parent") else (req["host"], req["port"])

    # --- connecting --------------------------------------------------------------------------------------------------
    def connect(self, host, port, log):
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
            addrs = [host]
        except OSError:
            addrs = self.resolver.lookup(host, log)
        when, text = self.dead.get((host, port), (0, ""))
        if text and time.monotonic() - when < self.cfg.get("remember", 0):
            raise Fail("connect", text)
        for addr in addrs:
            for _ in range(self.cfg.get("retries", 1)):
                s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
                s.settimeout(self.cfg["connect_timeout"])
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    s.bind(("::" if ":" in addr else self.cfg.get("bind", "0.0.0.0"), 0))
                except OSError:
                    pass
                at = {"to": [addr, port], "port": s.getsockname()[1]}
                log["attempts"].append(at)
                try:
                    s.connect((addr, port))
                    return s
                except OSError as e:
                    text = "Connection to %s port %d failed: %s" % (addr, port, e)
                    s.close()
        self.dead[(host, port)] = (time.monotonic(), text)
        raise Fail("connect", text)

    def open(self, req, log):
        """A connection ready for the request: TCP, a parent's CONNECT, TLS."""
        s = self.connect(*self.target(req), log)
        if self.cfg.get("parent") and (req["method"] == "CONNECT" or req["tls"]):
            host = "%s:%d" % (req["host"], req["port"])
            s.sendall(("CONNECT %s HTTP/1.1\r\nHost: %s\r\nVia: %s\r\n\r\n" % (host, host, req["via"])).encode())
            head = self.response(s, req, log)
            status = int(head.split(b" ")[1])
            if status != 200:
                s.close()
                raise Fail("connect", "The next proxy answered %d" % status)
        return self.tls(s, req) if req["tls"] else s

    def tls(self, s, req):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not self.cfg.get("verify"):
            ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
        if self.cfg.get("tls_max") == "1.2":
            ctx.maximum_version = ssl.TLSVersion.TLSv1_2
        s.settimeout(self.cfg["response_timeout"])
        try:
            name = None if re.fullmatch(r"[\d.]+|[0-9a-f:]*:[0-9a-f:]*", req["host"]) else req["host"]
            return ctx.wrap_socket(s, server_hostname=name)
        except (OSError, ValueError) as e:
            s.close()
            raise Fail("tls", "TLS handshake failed: %s" % e)

    # --- one exchange ------------------------------------------------------------------------------------------------
    def exchange(self, req, log):
        """-> the bytes of the answer for the client"""
        key = self.target(req) + (req["tls"],)
        with self.lock:
            kept = self.pool.get(key, []).pop() if self.pool.get(key) else None
        if kept:
            try:
                log["attempts"].append({"to": list(kept.getpeername()[:2]), "port": kept.getsockname()[1], "kept": True})
                return self.over(kept, req, log, key, True)
            except Stale as e:
                if not self.cfg.get("stale_retry"):
                    raise Fail("bad", "The kept connection failed: %s" % e)
            except OSError as e:
                if not self.cfg.get("stale_retry"):
                    raise Fail("bad", str(e))
        return self.over(self.open(req, log), req, log, key, False)

    def over(self, s, req, log, key, kept):
        time.sleep(self.cfg.get("send_delay", 0))
        s.settimeout(self.cfg["response_timeout"])
        try:
            self.send(s, req)
        except OSError as e:
            s.close()
            if kept:
                raise Stale(str(e))
            raise Fail("bad", "Sending failed: %s" % e)
        try:
            answer = self.response(s, req, log, kept)
        except (Fail, Stale):
            s.close()
            raise
        except OSError as e:
            s.close()
            raise Fail("bad", str(e))
        head = answer.split(b"\r\n\r\n", 1)[0].lower()
        if b"connection: close" in head or b"content-length" not in head and b"chunked" not in head:
            s.close()
        else:
            with self.lock:
                self.pool.setdefault(key, []).append(s)
        status = int(answer.split(b" ")[1])
        if str(status) in self.cfg.get("refuse", []):
            raise Fail("bad", "The server answered %d" % status)
        return answer.replace(b"\r\n", b"\r\nVia: " + req["via"].encode() + b"\r\n", 1)

    def send(self, s, req):
        path = req["url"] if self.cfg.get("parent") and not req["tls"] else req["path"]
        fields = [f for f in req["fields"] if not f.lower().startswith(HOP)]
        fields += ["Via: " + req["via"], "X-Forwarded-For: " + req["client"], "Connection: Keep-Alive"]
        s.sendall(("%s %s HTTP/1.1\r\n" % (req["method"], path) + "\r\n".join(fields) + "\r\n\r\n").encode("latin-1"))
        sent = len(req["body"])
        if sent:
            s.sendall(req["body"])
        if req["length"] > sent:
            req["body_open"] = True
            req["client_socket"].settimeout(0.05)
            while sent < req["length"]:
                try:
                    data = req["more"]()
                    s.sendall(data)
                    sent += len(data)
                except TimeoutError:
                    s.settimeout(0.001)
                    try:
                        if not s.recv(1, socket.MSG_PEEK):
                            break
                        break
                    except TimeoutError:
                        s.settimeout(self.cfg["response_timeout"])
            req["client_socket"].settimeout(20)
            req["body_open"] = sent < req["length"]
            s.settimeout(self.cfg["response_timeout"])

    def response(self, s, req, log, kept=False):
        """-> one final response, whole; Fail or Stale if it is none"""
        end, buf = time.monotonic() + self.cfg["response_timeout"], b""

        def fill():
            nonlocal buf
            s.settimeout(max(0.01, end - time.monotonic()))
            try:
                data = s.recv(65536)
            except TimeoutError:
                raise Fail("bad", "The server did not answer in time")
            except OSError as e:
                if kept and not buf:
                    raise Stale(str(e))
                raise Fail("bad", "The server broke the connection: %s" % e)
            if not data:
                if kept and not buf:
                    raise Stale("closed")
                raise Fail("bad", "The server closed the connection")
            buf += data
        while True:
            while b"\r\n\r\n" not in buf:
                first = buf.split(b"\n")[0]
                if buf and not (b"HTTP/1." .startswith(buf[:7]) or re.match(rb"HTTP/1\.[01] ?\d{0,3}$|HTTP/1\.[01] \d{3}[ \r]", first)):
                    raise Fail("bad", "Not an HTTP response")
                if len(buf) > self.cfg.get("head_limit", 16384):
                    raise Fail("bad", "The response header is too large")
                fill()
            head, rest = buf.split(b"\r\n\r\n", 1)
            if not re.match(rb"HTTP/1\.[01] \d{3}[ \r]", head + b"\r"):
                raise Fail("bad", "Not an HTTP response")
            if len(head) > self.cfg.get("head_limit", 16384):
                raise Fail("bad", "The response header is too large")
            lines = head.split(b"\r\n")[1:]
            if any(not re.match(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:", f) for f in lines):
                raise Fail("bad", "Bad response header line")
            status = int(head[9:12])
            if status >= 200:
                break
            buf = rest
        if req["method"] == "CONNECT" or req["method"] == "HEAD" or status in (204, 304):
            return buf
        fields = b"\n".join(lines).lower()
        start = len(head) + 4
        if b"transfer-encoding: chunked" in fields:
            pos = start
            while True:
                while b"\r\n" not in buf[pos:]:
                    fill()
                size = buf[pos:].split(b"\r\n", 1)[0]
                if not re.fullmatch(rb"[0-9a-fA-F]+(;.*)?", size):
                    raise Fail("bad", "Bad chunk size")
                pos += len(size) + 2 + int(size.split(b";")[0], 16) + 2
                while len(buf) < pos:
                    fill()
                if int(size.split(b";")[0], 16) == 0:
                    return buf[:pos]
        length = re.search(rb"content-length: *([^\n]*)", fields)
        if length:
            if not length[1].strip().isdigit():
                raise Fail("bad", "Bad Content-Length")
            while len(buf) < start + int(length[1]):
                fill()
            return buf
        try:
            while True:
                fill()
        except Fail:
            return buf
