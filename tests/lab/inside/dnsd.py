# SPDX-License-Identifier: GPL-2.0-or-later
"""A tiny DNS server over UDP and TCP that answers, errs or keeps silent as told; or a forwarder ("forward": server).

usage: dnsd.py CONFIG.json with {"listen": [[address, overrides]], "zones": {name: what}}, what being any of
A, AAAA: lists of addresses; CNAME: name; rcode: number; drop: true or a list of types; tc: true (answer by TCP only);
tcp: "silent", "close"; delay: seconds. Names that are not in a zone do not exist.
"""
import json
import socket
import struct
import sys
import threading
import time

TYPES = {1: "A", 28: "AAAA"}


def wire(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".") if p) + b"\0"


def question(data):
    """-> name, type, end of the question"""
    pos, parts = 12, []
    while data[pos]:
        parts.append(data[pos + 1:pos + 1 + data[pos]].decode())
        pos += 1 + data[pos]
    return ".".join(parts).lower(), struct.unpack(">H", data[pos + 1:pos + 3])[0], pos + 5


def record(name, kind, data):
    return wire(name) + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


class Server:
    def __init__(self, cfg):
        self.zones = cfg.get("zones", {})
        self.forward = cfg.get("forward")
        for addr, over in cfg["listen"]:
            family = socket.AF_INET6 if ":" in addr else socket.AF_INET
            u, t = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_STREAM)
            t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if not over.get("closed"):
                u.bind((addr, 53))
                threading.Thread(target=self.udp, args=(u, over), daemon=True).start()
            if not over.get("tcp_closed"):
                t.bind((addr, 53))
                t.listen(20)
                threading.Thread(target=self.tcp, args=(t, over), daemon=True).start()

    def udp(self, s, over):
        while True:
            data, peer = s.recvfrom(4096)
            threading.Thread(target=self.answer_udp, args=(s, over, data, peer), daemon=True).start()

    def answer_udp(self, s, over, data, peer):
        out = self.relay(data) if self.forward else self.answer(data, over, False)
        if out:
            s.sendto(out, peer)

    def relay(self, data):
        """Ask the real server, the caller's own question under an id of our own."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
            u.settimeout(self.forward[1])
            u.connect((self.forward[0], 53))
            own = struct.pack(">H", (struct.unpack(">H", data[:2])[0] * 7 + 11) & 0xffff)
            try:
                u.send(own + data[2:])
                return data[:2] + u.recv(4096)[2:]
            except OSError:
                return None

    def tcp(self, s, over):
        while True:
            threading.Thread(target=self.answer_tcp, args=(s.accept()[0], over), daemon=True).start()

    def answer_tcp(self, c, over):
        with c:
            c.settimeout(20)
            data = c.recv(4096)
            if len(data) < 14:
                return
            what = {**self.zones.get(question(data[2:])[0], {}), **over}
            if what.get("tcp") == "silent":
                time.sleep(15)
            if what.get("tcp"):
                return
            out = self.answer(data[2:], over, True)
            c.sendall(struct.pack(">H", len(out)) + out)
            c.recv(10)

    def answer(self, data, over, tcp):
        name, qtype, end = question(data)
        kind = TYPES.get(qtype, "")
        what = {**self.zones.get(name, {"rcode": 3}), **over}
        drop = what.get("drop")
        if drop is True or (drop and kind in drop):
            return None
        time.sleep(what.get("delay", 0))
        if what.get("tc") and not tcp:
            return data[:2] + struct.pack(">HHHHH", 0x8780, 1, 0, 0, 0) + data[12:end]
        rcode, answers, seen = what.get("rcode", 0), [], name
        if not rcode:
            while "CNAME" in what:
                answers.append(record(seen, 5, wire(what["CNAME"])))
                seen = what["CNAME"]
                what = self.zones.get(seen, {"rcode": 3})
            rcode = what.get("rcode", 0)
            for a in what.get(kind, []):
                answers.append(record(seen, qtype, socket.inet_pton(socket.AF_INET6 if qtype == 28 else socket.AF_INET, a)))
        soa = b"" if rcode not in (0, 3) or (answers and what.get(kind)) else record("test", 6, wire("ns.test") + wire("root.test") + struct.pack(">5I", 1, 60, 60, 60, 60))
        head = data[:2] + struct.pack(">HHHHH", 0x8580 | rcode, 1, len(answers), 1 if soa else 0, 0)
        return head + data[12:end] + b"".join(answers) + soa


def main():
    with open(sys.argv[1]) as f:
        Server(json.load(f))
    print("ready", flush=True)
    while True:
        time.sleep(60)


main()
