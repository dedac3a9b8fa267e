# SPDX-License-Identifier: GPL-2.0-or-later
"""From a finished world to NAME.truth.json: the injected cause of every 502, and its frames by the rules of the interface."""
import json
import os
import re
import urllib.parse

from frames import ACK, FIN, RST, SYN, Half, load, streams

DNS_CAUSES = ("nxdomain", "dns_nodata", "dns_error", "dns_timeout", "dns_unreachable")
FILTERS = {"syn_timeout": "tcp.flags.syn==1", "rst": "tcp.flags.reset==1", "icmp": "icmp || icmpv6", "arp": "arp || icmpv6.nd.ns.target_address"}


def logs(path):
    """the gateway's own account: (client address, port, target) -> entries in order"""
    out = {}
    if os.path.exists(path):
        for line in open(path):
            e = json.loads(line)
            out.setdefault((e["client"][0].removeprefix("::ffff:"), e["client"][1], e["url"]), []).append(e)
    return out


class Truth:
    def __init__(self, world):
        self.w, self.rows = world, load(world.pcap, world.port)
        self.by_n = {r.n: r for r in self.rows}
        self.log = logs(os.path.join(world.tmp, "gw.log"))
        self.entries = []

    def shown_in(self, pcap):
        """Where the dissector shows the statuses in a changed copy of the capture"""
        for r, new in zip(self.rows, load(pcap, self.w.port)):
            r.codes = new.codes

    def build(self):
        for conn, out in self.w.asked:
            if out.get("port"):
                self.client(conn, out["source"], out["port"], conn["to"], self.log, self.w.default_proxy)
        self.entries.sort(key=lambda e: e["frame"])
        return self.entries

    @staticmethod
    def entry_of(log, source, port, r):
        return (log.get((source, port, r.get("line", r["url"]))) or [None]).pop(0)

    def client(self, conn, source, port, to, log, proxy):
        """One client connection: its 502s in order of its requests"""
        account = {id(r): self.entry_of(log, source, port, r) for q in conn["requests"] for r in [q] + ([q["inner"]] if q.get("inner") else [])}
        for r in conn["requests"]:               # the leg between this gateway and a server that answers 502, a case of its own
            mine = account[id(r)]
            if r.get("up") and mine and mine["attempts"]:
                last = mine["attempts"][-1]
                self.client({"requests": [r["up"]]}, self.w.gw.get("bind", "192.168.77.20"), last["port"], last["to"], logs(os.path.join(self.w.tmp, "parent0.log")), "mwg")
        stream = (streams(self.rows, source, port, None, to[1]) or [None])[0]
        if stream is None:
            return
        ask, say = Half(self.rows, stream, port, source), Half(self.rows, stream, to[1])
        heads = [(m.start(), int(m[1])) for m in re.finditer(rb"HTTP/1\.[01] (50[234])[ \r]", say.data)]
        shown = [r.n for r in self.rows if r.tcp and r.stream == stream and r.sport == to[1] for c in r.codes if c in ("502", "503", "504")]
        nth, pos, flat, last = 0, 0, [], None
        for i, r in enumerate(conn["requests"], 1):
            flat += [(i, r)] + ([(i, r["inner"])] if r.get("inner") else [])
        for index, r in flat:
            line = ("%s %s " % (r.get("method", "GET"), r.get("line", r["url"]))).encode()
            at = ask.data.find(line, pos)
            pos = at + 1 if at >= 0 else pos
            mine = account[id(r)]
            if not r.get("cause"):
                continue
            heads = heads[next((i for i, h in enumerate(heads) if h[1] == r.get("status", 502)), len(heads)):]
            if not heads:
                if not r.get("unseen"):
                    print("%s: no 5xx on the wire for %s (%s)" % (self.w.name, r["url"], r["cause"]))
                continue
            (start, status), *heads = heads
            first, nth = say.frame(start), nth + 1
            late = [n for n in shown if n >= first]
            frame = late[0] if late else first
            if late:
                shown.remove(frame)
            request = ask.frame(at) if at >= 0 else None
            url = r["url"] if "//" in r["url"] or r.get("method") == "CONNECT" else "http://" + r["url"]
            e = {"client": ("[%s]:%d" if ":" in source else "%s:%d") % (source, port), "method": r.get("method", "GET"), "url": url, "status": status, "nth": nth,
                 "response_index": index, "proxy": proxy, "frame_first": first, "client_stream": stream, "frame": frame, "http_layer": bool(late),
                 "request_frame": request}
            self.fill(e, r, mine)
            self.entries.append(e)
            last = e, r, mine
        if heads and last and last[1].get("unseen"):     # a proxy that says it twice
            e, r, mine = last
            frame = say.frame(heads[0][0])
            twice = dict(e, frame=frame, frame_first=frame, nth=nth + 1, http_layer=frame in shown)
            self.fill(twice, dict(r, exact=False, also_acceptable=["unknown"], note="a second 502 to the same request"), mine)
            self.entries.append(twice)

    # --- the server's side -------------------------------------------------------------------------------------------
    def fill(self, e, r, mine):
        lo, hi = e["request_frame"] or 1, e["frame_first"]
        cause = r["cause"]
        host = r.get("host") or urllib.parse.urlsplit(e["url"] if "//" in e["url"] else "//" + e["url"]).hostname or ""
        names = [n.lower() for n in r.get("names", [host])]
        tries = self.attempts(r, mine, lo, hi)
        related = self.lookups(names, mine, lo, hi)
        own = [s for s, _, _ in tries if s is not None]
        server = tries[-1][1] if tries else None
        if r.get("server"):
            server = tuple(r["server"])
        if own:
            related.update(tcp_stream=own[-1], tcp_streams=sorted(set(own)), syn=[x.n for x in self.rows if x.tcp and x.stream in own and x.flags & (SYN | ACK) == SYN and x.n < hi])
        arp = r.get("target") or (server[0] if server else None)
        related["arp"] = [x.n for x in self.rows if x.asks and x.asks == arp and lo < x.n < hi]
        e.update(server=None if cause in DNS_CAUSES or not server else ("[%s]:%d" if ":" in server[0] else "%s:%d") % server, cause=cause, kind=r.get("kind", self.w.name))
        if len(tries) > 1:
            e["servers_tried"] = [("[%s]:%d" if ":" in a[0] else "%s:%d") % a for _, a, _ in tries]
        old = r.get("inferred", {}).get("entry")     # the gateway remembered that failure and sent nothing
        if old:
            related, e["server"], tries = old["related"], old["server"], []
        r["entry"] = e
        frames = old["evidence"]["frames"] if old else self.evidence(cause, e, r, tries, related, lo, hi)
        e["evidence"] = {"kind": cause, "frames": sorted(set(frames)), "filter": FILTERS.get(cause, ""), "exact": bool(r.get("exact", True)) and bool(frames)}
        icmps = [self.by_n[n] for n in related.get("icmp", []) + frames if self.by_n[n].icmp]
        if icmps and cause == "icmp":
            e["icmp"] = {"from": icmps[0].src[0], "type": icmps[0].icmp_type, "code": icmps[0].icmp_code}
        e["related"] = related
        e["seconds"] = round(self.by_n[hi].t - self.by_n[lo].t, 3)
        for k in ("note", "also_acceptable"):
            if r.get(k):
                e[k] = r[k]

    def attempts(self, r, mine, lo, hi):
        """-> (stream, server, local port) in order"""
        if mine is not None:
            return [((streams(self.rows, None, a["port"], *a["to"]) or [None])[-1], tuple(a["to"]), a["port"]) for a in mine["attempts"]]
        out, seen = [], set()
        want = [tuple(x) for x in r.get("tried", [r["server"]] if r.get("server") else [])]
        for x in self.rows:
            if x.tcp and lo < x.n < hi and x.flags & (SYN | ACK) == SYN and (x.dst[0], x.dport) in want and x.stream not in seen:
                seen.add(x.stream)
                out.append((x.stream, (x.dst[0], x.dport), x.sport))
        return out

    def lookups(self, names, mine, lo, hi):
        ids = None
        if mine is not None:
            ids = {d["id"] for d in mine["dns"]}
            ids |= {(i * 7 + 11) & 0xffff for i in ids} if self.w.resolver else set()
        q, a, ports, icmp = [], [], set(), []
        for x in self.rows:
            if x.dns and lo <= x.n <= hi and any(n in names for n in x.dns["names"]) and (ids is None or ids & set(x.dns["id"])):
                if x.icmp:                       # about a query; not the gateway's own about an answer that came late
                    icmp += [x.n] if x.dport == 53 else []
                else:
                    (a if x.dns["answer"] else q).append(x.n)
                    ports.add(x.sport)
            elif x.icmp and x.dport == 53 and lo <= x.n <= hi and x.sport in ports:
                icmp.append(x.n)
        return {"dns_query": q, "dns_response": a, **({"icmp": icmp} if icmp else {})}

    def evidence(self, cause, e, r, tries, related, lo, hi):
        rows, dns = self.rows, related["dns_query"] + related["dns_response"] + related.get("icmp", [])
        if cause in DNS_CAUSES:
            if r.get("target"):                  # address resolution for the DNS server failed
                return related["arp"]
            if r.get("tcp53"):
                more = [x.n for x in rows if x.tcp and 53 in (x.sport, x.dport) and lo < x.n < hi]
                related["tcp_dns"] = more
            return dns
        if cause == "arp":
            return related["arp"]
        if cause == "unknown" or not tries:
            return []
        stream, server, port = tries[-1]
        alike = {(s, p) for s, a, p in tries if a == server}
        seg = [x for x in rows if x.tcp and x.stream == stream]
        stood = any(x.flags & (SYN | ACK) == SYN | ACK for x in seg)
        syns = [x.n for x in rows if x.tcp and x.stream in {s for s, _ in alike} and x.flags & (SYN | ACK) == SYN and lo < x.n < hi]
        if cause == "syn_timeout":
            return syns
        if cause == "icmp":
            quotes = [x.n for x in rows if lo < x.n < hi and any(x.quotes(p, server[0]) for _, p in alike)]
            related["icmp"] = related.get("icmp", []) + quotes
            return syns + quotes
        if cause == "rst":
            if stood:
                return [x.n for x in seg if x.sport == server[1] and x.flags & RST][:1]
            return syns + [x.n for x in rows if x.tcp and x.stream in {s for s, _ in alike} and x.flags & RST and x.sport == server[1] and x.n < hi]
        return self.stood(cause, e, r, seg, server, hi)

    def stood(self, cause, e, r, seg, server, hi):
        """Evidence on the connection that decides"""
        path = r.get("marker") or e["url"].split("//")[-1].partition("/")[2] or e["url"]
        seg = [x for x in seg if x.n <= hi]
        mine, theirs = [x for x in seg if x.dport == server[1]], [x for x in seg if x.sport == server[1]]
        if cause == "tls":
            hello = next((x.n for x in mine if x.data[:1] == b"\x16"), 0)
            if r.get("silent"):
                return [hello]
            end = [x.n for x in theirs if x.n > hello and (x.flags & (FIN | RST) or (x.data and (x.data[0] == 0x15 or not 0x14 <= x.data[0] <= 0x17)))]
            end += [x.n for x in mine if x.n > hello and x.data[:1] == b"\x15"]
            return [min(end)] if end else []
        if r.get("tls_up"):
            end = next((x.n for x in theirs if x.flags & (FIN | RST)), hi)
            sent = [x.n for x in mine if x.data and x.n < end][-1:]
        else:
            sent = [x.n for x in mine if path.encode() in x.data and re.match(rb"[A-Z]+ ", x.data)][:1]
        up = sent[0] if sent else 0
        e["upstream_request_frame"] = up or None
        data = [x.n for x in theirs if x.n > up and x.data] or [x.n for x in theirs if x.data]
        end = [x.n for x in theirs if x.n > up and x.flags & (FIN | RST)][:1]
        if cause == "invalid_response":
            return sent + data[:1]
        if cause == "truncated":
            return sent + data[:1] + end
        if cause in ("server_closed", "server_reset"):
            return sent + end
        if cause == "relayed":
            return sent + [x.n for x in theirs if x.n > up and re.search(rb"HTTP/1\.[01] %d" % e["status"], x.data)][:1]
        return sent
