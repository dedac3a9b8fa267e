# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of the lab: runs connections at once, the requests of each in order, and prints what came back as JSON.

usage: client.py CONNS.json, a list of {"to": [address, port], "source": address, "delay": s, "pipeline": bool, "preface": (text before the first request, in its segment), "requests": [
  {"method", "url", "line" (a request target other than the url), "headers", "body" (bytes to send), "slow" (seconds over which
  they are sent), "wait" (pause before), "inner" (plain request in the tunnel after a 200 to CONNECT), "hello": true (TLS bytes),
  "pieces" (segments of the head), "shut" (FIN right after the request), "abandon" (seconds after which the client leaves), "version"}]}
"""
import json
import re
import socket
import sys
import threading
import time
import urllib.parse

HELLO = bytes.fromhex("16030100310100002d0303") + bytes(range(32)) + bytes.fromhex("000006c02bc02f009c0100")


def head_of(r):
    url = urllib.parse.urlsplit(r["url"] if "//" in r["url"] else "//" + r["url"])
    lines = ["%s %s HTTP/%s" % (r.get("method", "GET"), r.get("line", r["url"]), r.get("version", "1.1")), "Host: " + r.get("host_field", url.netloc.rpartition("@")[2]), "User-Agent: lab/1.0", "Accept: */*"]
    lines += r.get("headers", [])
    if r.get("body"):
        lines.append("Content-Length: %d" % r["body"])
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def send(s, r):
    time.sleep(r.get("wait", 0))
    head = head_of(r)
    step = -(-len(head) // r.get("pieces", 1))
    for at in range(0, len(head), step):
        s.sendall(head[at:at + step])
        time.sleep(0.02 if "pieces" in r else 0)
    if r.get("shut"):
        s.shutdown(socket.SHUT_WR)
    body = r.get("body", 0)
    if r.get("slow"):                           # in the background: the answer may come before the body is out
        threading.Thread(target=trickle, args=(s, body, r["slow"]), daemon=True).start()
    elif body:
        trickle(s, body, 0)


def trickle(s, body, slow):
    try:
        for i in range(20):
            s.sendall(b"x" * (body // 20 if i else body - body // 20 * 19))
            time.sleep(slow / 20)
    except OSError:
        pass


class Reader:
    def __init__(self, s):
        self.s, self.buf = s, b""

    def fill(self):
        data = self.s.recv(65536)
        if not data:
            raise EOFError
        self.buf += data

    def response(self, method):
        """-> status; takes one response off the stream"""
        while b"\r\n\r\n" not in self.buf:
            self.fill()
        head, self.buf = self.buf.split(b"\r\n\r\n", 1)
        status = int(head.split(b" ")[1])
        if status < 200:
            return self.response(method)
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if status in (204, 304) or method == "HEAD" or (method == "CONNECT" and status == 200):
            return status
        if re.search(rb"(?i)transfer-encoding: *chunked", head):
            while True:
                while b"\r\n" not in self.buf:
                    self.fill()
                size, rest = self.buf.split(b"\r\n", 1)
                need = int(size, 16) + 2
                while len(rest) < need:
                    self.fill()
                    rest = self.buf.split(b"\r\n", 1)[1]
                self.buf = rest[need:]
                if need == 2:
                    return status
        if length:
            while len(self.buf) < int(length[1]):
                self.fill()
            self.buf = self.buf[int(length[1]):]
            return status
        try:
            while True:
                self.fill()
        except EOFError:
            late = re.findall(rb"HTTP/1\.[01] (\d\d\d)", self.buf)
            self.buf = b""
            return int(late[-1]) if late else status


def talk(c, out):
    time.sleep(c.get("delay", 0))
    out.update(port=0, source=None, statuses=[])
    try:
        s = socket.create_connection(tuple(c["to"]), 20, source_address=(c["source"], 0) if c.get("source") else None)
    except OSError as e:
        out["statuses"].append(repr(e))
        return
    s.settimeout(c.get("timeout", 25))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    out.update(source=s.getsockname()[0], port=s.getsockname()[1])
    reader, preface = Reader(s), c.get("preface", "").encode()
    try:
        if c.get("pipeline"):
            s.sendall(b"".join(head_of(r) for r in c["requests"]))
        for r in c["requests"]:
            if preface:
                s.sendall(preface + head_of(r))
                preface = b""
            elif not c.get("pipeline"):
                send(s, r)
            if r.get("abandon"):
                time.sleep(r["abandon"])
                break
            status = reader.response(r.get("method", "GET"))
            if status == 200 and r.get("inner"):
                s.sendall(head_of(r["inner"]))
                status = reader.response("GET")
            elif status == 200 and r.get("hello"):
                s.sendall(HELLO)
                status = reader.response("GET")
            out["statuses"].append(status)
    except (EOFError, OSError, ValueError, IndexError) as e:
        out["statuses"].append(repr(e))
    time.sleep(c.get("linger", 0.15))
    s.close()


def main():
    with open(sys.argv[1]) as f:
        conns = json.load(f)
    outs = [{} for _ in conns]
    threads = [threading.Thread(target=talk, args=(c, o)) for c, o in zip(conns, outs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    print(json.dumps(outs))


main()
