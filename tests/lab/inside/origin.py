# SPDX-License-Identifier: GPL-2.0-or-later
"""Origin servers that misbehave as told.

usage: origin.py CONFIG.json with {"listen": [[address, port, mode, options]], "tmp": folder of cert.pem and key.pem}
Modes: "http" and "https" (the first part of the path says what to do, see http()), or what happens to every connection:
"close", "reset" (at once, or after options.delay), "banner" (options.text), and against a ClientHello
"tls_alert", "tls_close", "tls_reset", "tls_silent", "tls_http", "tls_ssh", "tls_partial".
"""
import gzip
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

HTML = b"<html><body>" + b"It works. " * 30 + b"</body></html>\n"


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(s) if not isinstance(s, ssl.SSLSocket) else os.close(s.detach())


def fin(s):
    """FIN without a TLS close_notify and without leaving unread bytes behind (these would make it a RST)."""
    s.shutdown(socket.SHUT_WR) if not isinstance(s, ssl.SSLSocket) else socket.socket.shutdown(s, socket.SHUT_WR)
    try:
        s.settimeout(3)
        while s.recv(65536):
            pass
    except OSError:
        pass
    s.close()


def ok(body=HTML, status=b"200 OK", more=b""):
    return b"HTTP/1.1 " + status + b"\r\nServer: lab\r\nContent-Type: text/html\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\n" + b"data" * 300
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Half: "
EARLY = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
BLACK = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
# what: (bytes, how it ends); ends: keep, fin, reset, hang
ANSWERS = {
    "ok": (ok(), "keep"), "okclose": (ok(more=b"Connection: close\r\n"), "fin"), "chunks": (CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", "keep"),
    "empty": (b"", "fin"), "rst": (b"", "reset"), "hang": (b"", "hang"),
    "cont-hang": (EARLY, "hang"), "cont-fin": (EARLY, "fin"), "cont-rst": (EARLY, "reset"), "hints-hang": (HINTS, "hang"), "hints-fin": (HINTS, "fin"),
    "head-hang": (HEAD, "hang"), "head-fin": (HEAD, "fin"), "head-rst": (HEAD, "reset"), "line-fin": (b"HTTP/1.1 20", "fin"), "line-hang": (b"HTTP/1.1 200 O", "hang"),
    "chunk-fin": (CHUNKED + b"400\r\n" + b"abcd" * 60, "fin"), "chunk-rst": (CHUNKED + b"5\r\nhello\r\n", "reset"), "chunk-hang": (CHUNKED + b"5\r\nhello\r\n", "hang"),
    "chunk-bad": (CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", "hang"), "chunk-neg": (CHUNKED + b"5\r\nhello\r\n-1\r\n", "fin"),
    "len-fin": (LONG, "fin"), "len-rst": (LONG, "reset"), "len-hang": (LONG, "hang"),
    "st-abc": (b"HTTP/1.1 abc\r\nContent-Length: 2\r\n\r\nhi", "fin"), "st-http": (b"HTTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "fin"),
    "st-empty": (b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "fin"), "st-icy": (b"ICY 200 OK\r\nicy-name: radio\r\n\r\nxxxx", "fin"),
    "st-neg": (b"HTTP/1.1 -20 What\r\n\r\n", "fin"), "st-space": (b" HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "fin"),
    "st-big": (b"HTTP/1.1 99999 Odd\r\nContent-Length: 0\r\n\r\n", "fin"), "st-keep": (b"HTTP/1.1 abc\r\nContent-Length: 2\r\n\r\nhi", "hang"),
    "hdr-nocolon": (b"HTTP/1.1 200 OK\r\nServer: lab\r\nthis line has no colon\r\nContent-Length: 2\r\n\r\nhi", "fin"),
    "hdr-space": (b"HTTP/1.1 200 OK\r\nContent Length : 2\r\n\r\nhi", "fin"), "hdr-len": (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhi", "fin"),
    "hdr-big": (b"HTTP/1.1 200 OK\r\nX-Large: " + b"a" * 70000 + b"\r\nContent-Length: 2\r\n\r\nhi", "fin"),
    "hdr-many": (b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-Field-%d: some value of no use\r\n" % i for i in range(600)) + b"Content-Length: 2\r\n\r\nhi", "fin"),
    "garbage": (bytes((i * 37 + 11) % 256 for i in range(120)), "fin"), "html": (b"<html><head><title>x</title></head><body>no head</body></html>", "fin"),
    "json": (b'{"error": "no status line"}', "fin"), "smtp": (b"220 mail.example.test ESMTP ready\r\n", "hang"),
    "s502": (ok(b"<html>502 from the origin</html>", b"502 Bad Gateway"), "keep"), "s503": (ok(b"busy", b"503 Service Unavailable"), "keep"),
    "s504": (ok(b"late", b"504 Gateway Timeout"), "keep"), "s500": (ok(b"oops", b"500 Internal Server Error"), "keep"),
    "s502gz": (ok(gzip.compress(HTML), b"502 Bad Gateway", b"Content-Encoding: gzip\r\n"), "keep"),
    "s502chunk": (b"HTTP/1.1 502 Proxy Error\r\nTransfer-Encoding: chunked\r\n\r\n4\r\noops\r\n0\r\n\r\n", "keep"),
    "s502close": (b"HTTP/1.0 502 Bad Gateway\r\nContent-Type: text/plain\r\n\r\nno length here", "fin"),
    "s502empty": (BLACK, "keep"),
    "log502": (CHUNKED, "lines"), "split": (ok(), "split"), "s502split": (ok(b"<html>two pieces</html>", b"502 Bad Gateway"), "split"),
    "upload-rst": (b"", "upload"), "expect-fin": (b"", "expect"), "next-fin": (ok(), "next-fin"), "next-rst": (ok(), "next-rst"), "idle-fin": (ok(), "idle-fin"),
}


def read_head(s, buf=b""):
    while b"\r\n\r\n" not in buf:
        data = s.recv(65536)
        if not data:
            return None, b""
        buf += data
    return buf.split(b"\r\n\r\n", 1)


def http(s, opts):
    buf, s_end = b"", None
    while True:
        head, buf = read_head(s, buf)
        if head is None:
            return s.close()
        if s_end:
            return (fin if s_end == "next-fin" else reset)(s)
        path = head.split(b" ")[1].decode()
        what = path.split("//")[-1].partition("/")[2] if "//" in path else path[1:]
        what = opts.get("what") or what.partition("?")[0].split("/")[0]
        data, end = ANSWERS.get(what, ANSWERS["ok"])
        time.sleep(opts.get("think", 0.01))
        if end in ("upload", "expect"):
            return reset(s) if end == "upload" else fin(s)
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                need = int(line.split(b":")[1])
                if b"expect: 100" in head.lower() and end == "keep":
                    s.sendall(EARLY)
                while len(buf) < need:
                    got = s.recv(65536)
                    if not got:
                        return s.close()
                    buf += got
                buf = buf[need:]
        if end == "split":
            cut = data.index(b"\r\n\r\n") + 4
            for part in (data[:cut - 9], data[cut - 9:cut], data[cut:]):
                s.sendall(part)
                time.sleep(0.05)
        elif end == "lines":
            s.sendall(data)
            for _ in range(6):
                time.sleep(0.04)
                s.sendall(b"%x\r\n" % len(BLACK * 2) + BLACK * 2 + b"\r\n")
            s.sendall(b"0\r\n\r\n")
        else:
            s.sendall(data)
        if end in ("fin", "reset"):
            time.sleep(opts.get("gap", 0.03))
            return (fin if end == "fin" else reset)(s)
        if end == "hang":
            time.sleep(12)
            return s.close()
        if end == "idle-fin":
            time.sleep(opts.get("idle", 0.5))
            return s.close()
        s_end = end if end.startswith("next") else None


def broken_tls(s, mode):
    hello = s.recv(65536)
    if not hello:
        return s.close()
    time.sleep(0.01)
    if mode == "tls_alert":
        s.sendall(bytes.fromhex("15030300020228"))
        return fin(s)
    if mode == "tls_partial":                    # a record begins, then nothing
        s.sendall(bytes.fromhex("160303007a02000076"))
        return fin(s)
    if mode == "tls_http":
        s.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 25\r\nConnection: close\r\n\r\nThis port speaks HTTP only")
        return fin(s)
    if mode == "tls_ssh":
        s.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
        return fin(s)
    if mode == "tls_reset":
        return reset(s)
    if mode == "tls_silent":
        time.sleep(12)
        return s.close()
    return fin(s)


def serve(s, mode, opts, ctx):
    try:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.settimeout(30)
        if mode in ("close", "reset"):
            time.sleep(opts.get("delay", 0))
            return reset(s) if mode == "reset" else fin(s)
        if mode == "banner":
            s.sendall(opts["text"].encode())
            time.sleep(0.2)
            return fin(s)
        if mode == "hang":
            time.sleep(12)
            return s.close()
        if mode == "https":
            s = ctx.wrap_socket(s, server_side=True, suppress_ragged_eofs=True)
        if mode in ("http", "https"):
            return http(s, opts)
        return broken_tls(s, mode)
    except (OSError, ValueError):
        s.close()


def listen(addr, port, mode, opts, tmp):
    s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((addr, port))
    s.listen(50)
    ctx = None
    if mode == "https":
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ctx.load_cert_chain(os.path.join(tmp, "cert.pem"), os.path.join(tmp, "key.pem"))
        if opts.get("tls") == "1.2":
            ctx.maximum_version = ssl.TLSVersion.TLSv1_2
        if opts.get("alpn"):
            ctx.set_alpn_protocols(opts["alpn"])

    def loop():
        left = opts.get("accept", 1 << 30)       # then the port is closed
        while left:
            c = s.accept()[0]
            left -= 1
            if not left:
                s.close()
            threading.Thread(target=serve, args=(c, mode, opts, ctx), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()


def main():
    with open(sys.argv[1]) as f:
        cfg = json.load(f)
    for addr, port, mode, *opts in cfg["listen"]:
        listen(addr, port, mode, opts[0] if opts else {}, cfg["tmp"])
    print("ready", flush=True)
    while True:
        time.sleep(60)


main()
