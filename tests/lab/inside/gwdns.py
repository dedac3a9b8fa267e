# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated gateway's own resolver: A and AAAA, several servers, repeats, search suffixes, TCP on truncation."""
import os
import select
import socket
import struct
import time

from gwerror import Fail

TYPES = {"A": 1, "AAAA": 28}


def query(ident, name, kind):
    parts = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".") if p)
    return struct.pack(">HHHHHH", ident, 0x0100, 1, 0, 0, 0) + parts + b"\0" + struct.pack(">HH", TYPES[kind], 1)


def skip(data, pos):
    while data[pos]:
        if data[pos] >= 0xc0:
            return pos + 2
        pos += 1 + data[pos]
    return pos + 1


def parse(data):
    """-> rcode, truncated, addresses"""
    flags, questions, answers = struct.unpack(">HHH", data[2:8])
    pos, out = 12, []
    for _ in range(questions):
        pos = skip(data, pos) + 4
    for _ in range(answers):
        pos = skip(data, pos)
        kind, length = struct.unpack(">HxxxxxxH", data[pos:pos + 10])
        pos += 10
        if kind in (1, 28):
            out.append(socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, data[pos:pos + length]))
        pos += length
    return flags & 15, bool(flags & 0x200), out


class Resolver:
    def __init__(self, cfg):
        self.servers, self.wait, self.tries = cfg["dns"], cfg["dns_timeout"], cfg["dns_attempts"]
        self.search, self.kinds = cfg.get("search", []), cfg.get("dns_kinds", ["A", "AAAA"])
        self.serial = cfg.get("dns_serial", False)
        self.known, self.failed = dict(cfg.get("hosts", {})), {}
        self.cache, self.remember = cfg.get("dns_cache", False), cfg.get("remember", 0)

    def lookup(self, host, log):
        """-> addresses, or Fail("dns"); from memory where the gateway has one"""
        if host in self.known:
            return self.known[host]
        when, fail = self.failed.get(host, (0, None))
        if fail and time.monotonic() - when < self.remember:
            raise fail
        try:
            addrs = self.search_for(host, log)
        except Fail as f:
            self.failed[host] = (time.monotonic(), f)
            raise
        if self.cache:
            self.known[host] = addrs
        return addrs

    def search_for(self, host, log):
        names = [host] if "." in host else []
        names += ["%s.%s" % (host, s) for s in self.search]
        names += [host] if "." not in host else []
        said = []
        for name in names:
            addrs = []
            for kinds in ([[k] for k in self.kinds] if self.serial else [self.kinds]):
                got, why = self.ask(name, kinds, log)
                addrs += got
                said.append(why)
            if addrs:
                return addrs
        raise Fail("dns", "The host %s could not be resolved (%s)" % (host, said[-1]))

    def ask(self, name, kinds, log):
        pending, addrs, why = list(kinds), {}, "no answer"
        for _ in range(self.tries):
            for server in self.servers:
                if not pending:
                    break
                try:
                    why = self.udp(server, name, pending, addrs, log) or why
                except OSError as e:
                    why = str(e)
        return [a for k in kinds for a in addrs.get(k, [])], why

    def udp(self, server, name, pending, addrs, log):
        why = None
        with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as u:
            u.connect((server, 53))
            ids = {}
            for kind in list(pending):
                ident = int.from_bytes(os.urandom(2), "big")
                ids[ident] = kind
                log["dns"].append({"id": ident, "name": name, "type": kind, "server": server, "port": u.getsockname()[1]})
                u.send(query(ident, name, kind))
            end = time.monotonic() + self.wait
            while ids and time.monotonic() < end:
                if not select.select([u], [], [], end - time.monotonic())[0]:
                    break
                data = u.recv(4096)
                kind = ids.pop(struct.unpack(">H", data[:2])[0], None)
                if not kind:
                    continue
                rcode, cut, got = parse(data)
                if cut:
                    rcode, got = self.tcp(server, name, kind, log)
                if rcode in (0, 3):
                    pending.remove(kind)
                    addrs[kind] = got
                why = "rcode %d" % rcode
        return why

    def tcp(self, server, name, kind, log):
        with socket.create_connection((server, 53), self.wait * 2) as t:
            ident = int.from_bytes(os.urandom(2), "big")
            log["dns"].append({"id": ident, "name": name, "type": kind, "server": server, "tcp": True})
            q = query(ident, name, kind)
            t.sendall(struct.pack(">H", len(q)) + q)
            data = t.recv(4096)
            if len(data) < 14:
                raise OSError("no answer over TCP")
            rcode, _, got = parse(data[2:])
            return rcode, got
