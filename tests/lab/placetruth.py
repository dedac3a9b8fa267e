# SPDX-License-Identifier: GPL-2.0-or-later
"""From a finished world of places/ to NAME.truth.json.

The cause is what was injected. The frames are found by the injected endpoint's own address and port, the request's number (q=N, which every
protocol but HTTP/2 and TLS carries in clear) and the time between request and answer; the plugin is not asked.
"""
import re
import subprocess

from frames import ACK, FIELDS, FIN, RST, SYN, Half, Row, streams

DNS_CAUSES = ("nxdomain", "dns_nodata", "dns_error", "dns_timeout", "dns_unreachable")
HEADERS, RST_STREAM, GOAWAY = 1, 3, 7
ANY = -1                                         # a client that does not tell its port
COPY = 0.005                                     # seconds within which the same packet on another interface is a copy


def load(pcap, ports):
    """Rows of the capture, with the acknowledgment, the identification and the dissected statuses"""
    more = ["tcp.ack_raw", "ip.id", "http2.headers.status", "http2.headers.path"]
    cmd = ["tshark", "-n", "-r", pcap, "-o", "http.tcp.port:" + ports, "-o", "tcp.desegment_tcp_streams:true", "-T", "fields"] + [x for f in FIELDS + more for x in ("-e", f)]
    out = subprocess.run(cmd, capture_output=True, text=True, timeout=120).stdout
    rows = []
    for line in out.splitlines():
        values = line.split("\t")
        r = Row(values[:len(FIELDS)])
        r.ack, r.ip_id, h2, path = values[len(FIELDS):]
        r.data_or_path = r.data + path.encode() if path else r.data
        r.h2_status = h2.split(",")[0] if h2 else None
        r.codes = r.codes + (h2.split(",") if h2 else [])
        rows.append(r)
    return rows


def first_copies(rows):
    """Without the packets that another interface showed a moment before"""
    seen, out = {}, []
    for r in rows:
        key = (r.src[0], r.dst[0], r.sport, r.dport, r.seq, r.ack, r.flags, len(r.data), r.ip_id) if r.tcp else r.asks or (r.dns and not r.icmp and (r.src[0], r.dst[0], r.sport, r.dport, r.ip_id, str(r.dns)))
        if key and r.t - seen.get(key, -1) < COPY:
            continue
        if key:
            seen[key] = r.t
        out.append(r)
    return out


def name(address):
    return ("[%s]:%d" if ":" in address[0] else "%s:%d") % tuple(address)


class PlaceTruth:
    def __init__(self, w):
        self.w = w
        ports = sorted({80, 8080, 3128, w.port} | {r["to"][1] for c, _ in w.asked for q in c["requests"] for r in q.get("legs", [])})
        self.all = load(w.pcap, ",".join(map(str, ports)))
        self.rows = first_copies(self.all)
        self.by_n = {r.n: r for r in self.all}
        self.entries, self.first_data = [], None

    def build(self):
        for conn, out in self.w.asked:
            if not out.get("port"):
                continue
            stream = (streams(self.rows, out["source"], out["port"], conn["to"][0], conn["to"][1]) or [None])[0] if out["port"] != ANY else None
            nth = 0
            for index, r in enumerate(conn["requests"], 1):
                if not r.get("cause"):
                    self.quiet(r, stream, conn)
                    continue
                mine = stream if stream is not None else self.stream_of(r, conn["to"])
                nth += self.case(r, r, mine, conn["to"], nth + 1, index)
                for leg in r.get("legs", []):
                    self.leg(r, leg)
        self.entries.sort(key=lambda e: e["frame"])
        return self.entries

    def stream_of(self, r, to):
        return next((x.stream for x in self.rows if x.tcp and (x.dst[0], x.dport) == tuple(to) and self.mark(r).search(x.data_or_path)), None)

    def leg(self, r, leg):
        """An inner gateway's case: its client is the outer gateway"""
        asks = [x for x in self.rows if x.tcp and x.dport == leg["to"][1] and x.dst[0] == leg["to"][0] and self.mark(r).search(x.data)]
        if not asks:
            print("%s: q=%d never came to %s" % (self.w.name, r["q"], leg["to"]))
            return
        self.case(r, leg, asks[-1].stream, leg["to"], 1, 1)

    @staticmethod
    def mark(r):
        return re.compile(rb"q=%d(?!\d)" % r["q"])

    def answer(self, r, stream, to):
        """-> (request's row, first row of its 50x, status), or None where none came"""
        ask = next((x for x in self.rows if x.tcp and x.stream == stream and x.dport == to[1] and self.mark(r).search(x.data_or_path)), None)
        if ask is None:
            return None
        for x in self.rows:
            if x.tcp and x.stream == stream and x.sport == to[1] and x.n > ask.n:
                found = re.match(rb"HTTP/1\.[01] (\d\d\d)", x.data)
                if found and found[1][:1] != b"1":
                    return ask, x, int(found[1])
                if x.h2_status:
                    return ask, x, int(x.h2_status)
        return None

    def quiet(self, r, stream, conn):
        got = self.answer(r, stream, conn["to"]) if r.get("q") else None
        if got and got[2] in (502, 503, 504):
            print("%s: %s answered %d, nothing was injected" % (self.w.name, r["url"], got[2]))

    def case(self, r, leg, stream, to, nth, index):
        got = self.answer(r, stream, to)
        if not got or got[2] not in (502, 503, 504):
            if not leg.get("unseen"):
                print("%s: no 50x on the wire for %s (%s): %s" % (self.w.name, r["url"], leg["cause"], got and got[2]))
            return 0
        ask, first, status = got
        shown = [x.n for x in self.all if x.tcp and x.stream == stream and x.sport == to[1] and x.n >= first.n and str(status) in x.codes]
        e = {"client": name((ask.src[0], ask.sport)), "method": r.get("method", "GET"), "url": r["url"], "status": status, "nth": nth, "response_index": index,
             "frame_first": first.n, "client_stream": stream, "frame": shown[0] if shown else first.n, "http_layer": bool(shown), "request_frame": ask.n}
        self.fill(e, r, leg, ask.n, first.n)
        e["seconds"] = round(first.t - ask.t, 3)
        e.update({k: leg[k] for k in ("note", "also_acceptable", "stall", "sender", "confidence") if leg.get(k)})
        self.entries.append(e)
        return 1

    # --- the server's side -------------------------------------------------------------------------------------------
    def fill(self, e, r, leg, lo, hi):
        cause, server = leg["cause"], leg.get("server")
        e.update(server=name(server) if server else None, cause=cause, kind=leg.get("kind", "http"))
        span = [x for x in self.rows if lo < x.n < hi]
        if leg.get("frames"):
            frames = leg["frames"](self, span, e)
        elif leg.get("remembered"):              # nothing was sent: an earlier failure
            sent = [x.n for x in span if x.tcp and x.src[0] == self.by_n[hi].src[0] and x.dport != self.by_n[lo].sport and x.flags & SYN]
            if sent:
                print("%s: q=%d should have been decided by memory, but frames %s were sent" % (self.w.name, r["q"], sent))
            frames = leg["remembered"](self, [x for x in self.rows if x.n < lo])
        else:
            frames = self.evidence(cause, r, leg, server, span, e)
        e["evidence"] = {"kind": e["cause"], "frames": sorted(set(frames)), "exact": bool(leg.get("exact", True)) and bool(frames)}
        used = sorted({self.by_n[n].stream for n in frames if self.by_n[n].tcp})
        e["related"] = {**e.get("related", {}), "tcp_streams": sorted(set(e.get("related", {}).get("tcp_streams", []) + used))}

    def evidence(self, cause, r, leg, server, span, e):
        if cause in DNS_CAUSES:
            host = leg.get("host") or r["url"].split("//")[1].split("/")[0].split(":")[0]
            return [x.n for x in span if x.dns and host in x.dns["names"] and (not x.icmp or x.dport == 53) and leg.get("asker") in (None, x.src[0], x.dst[0])]
        if cause == "arp":
            return [x.n for x in span if x.asks == (leg.get("target") or server[0])]
        if cause == "unknown" or not server:
            e["related"] = {"tcp_streams": sorted({x.stream for x in span if x.tcp and server and (x.dst[0], x.dport) == tuple(server)})}
            return []
        mine = [x for x in span if x.tcp and (x.dst[0], x.dport) == tuple(server)]
        theirs = [x for x in span if x.tcp and (x.src[0], x.sport) == tuple(server)]
        if cause in ("syn_timeout", "icmp", "rst") and not leg.get("stood"):
            return self.never_stood(cause, mine, theirs, span, server)
        if not mine:
            print("%s: q=%d never reached %s" % (self.w.name, r["q"], name(server)))
            return []
        sent = self.sent(r, leg, mine)
        stream = (sent or mine[-1]).stream
        e["upstream_request_frame"] = sent.n if sent else None
        e["related"] = {"tcp_streams": sorted({x.stream for x in mine})}
        before = [x for x in self.rows if x.tcp and x.stream == stream and x.data and sent and x.n < span[0].n]
        if before:
            e["idle"] = round(sent.t - before[-1].t, 3)
        after = [x for x in theirs if x.stream == stream and (not sent or x.n > sent.n)]
        self.first_data = next((x.n for x in theirs if x.stream == stream and x.data), None)
        if cause == "ended":                     # whether a FIN or a RST ends it is the kernel's choice
            cause = e["cause"] = self.ended(after, leg.get("kind"))
        return self.stood(cause, leg, sent, after, [x for x in mine if x.stream == stream])

    @staticmethod
    def ended(after, kind):
        if kind != "h2" and any(x.data for x in after):
            return "truncated"
        end = next((x for x in after if x.flags & (FIN | RST)), None)
        return "server_reset" if end and end.flags & RST else "server_closed"

    def never_stood(self, cause, mine, theirs, span, server):
        syns = [x.n for x in mine if x.flags & (SYN | ACK) == SYN]
        if cause == "rst":
            return syns + [x.n for x in theirs if x.flags & RST]
        if cause == "icmp":
            return syns + [x.n for x in span if x.icmp and x.dport == server[1] and x.dst[-1] == server[0]]
        return syns

    def sent(self, r, leg, mine):
        """The segment that carries the request to the server"""
        kind = leg.get("kind", "http")
        with_data = [x for x in mine if x.data]
        if kind == "h2":
            return (self.h2_frames(mine, (HEADERS,)) or with_data or [None])[-1]
        if kind == "tls":
            return (with_data or [None])[-1]
        marked = [x for x in with_data if self.mark(r).search(x.data)]
        if marked:                               # a retry on another connection counts, a retransmission does not
            return self.begun(next(x for x in marked if x.stream == marked[-1].stream), with_data)
        return (with_data or [None])[0]

    @staticmethod
    def begun(row, rows):
        """FastCGI begins a request with a record that may have a segment of its own (Apache)"""
        before = [x for x in rows if x.stream == row.stream and x.n < row.n]
        return before[-1] if before and re.fullmatch(rb"\x01\x01.{14}", before[-1].data, re.DOTALL) else row

    def h2_frames(self, rows, types):
        """The segments among these rows, of one side, in which HTTP/2 frames of these types begin"""
        found = set()
        for stream, port in {(x.stream, x.sport) for x in rows}:
            half = Half(self.rows, stream, port, rows[0].src[0])
            pos = 24 if half.data.startswith(b"PRI * HTTP/2.0") else 0
            while pos + 9 <= len(half.data):
                if half.data[pos + 3] in types:
                    found.add(half.frame(pos))
                pos += 9 + int.from_bytes(half.data[pos:pos + 3], "big")
        return [x for x in rows if x.n in found]

    def stood(self, cause, leg, sent, after, mine):
        up = [sent.n] if sent else []
        data = [x.n for x in after if x.data]
        end = [x.n for x in after if x.flags & (FIN | RST)][:1]
        if leg.get("kind") == "h2" and not end and after:
            end = [x.n for x in self.h2_frames(after, (RST_STREAM, GOAWAY))][:1]
        if cause == "tls":
            hello = next((x.n for x in mine if x.data[:1] == b"\x16"), 0)
            ends = [x.n for x in after + mine if x.n > hello and (x.data[:1] == b"\x15" or (x in after and (x.flags & (FIN | RST) or (x.data and x.data[0] not in range(0x14, 0x18)))))]
            left = next((x.n for x in mine if x.n > hello and x.flags & (FIN | RST)), None)
            if left and (not ends or min(ends) > left):      # the gateway refused, by an alert that TLS 1.3 encrypts
                ends = [x.n for x in mine if hello < x.n <= left and x.data][-1:]
            return [min(ends)] if ends else [hello]
        if cause == "rst":
            return end
        if cause == "invalid_response":
            return up + (data[:1] or [self.first_data])      # it may answer to the preface alone
        if cause == "truncated":
            return up + data[:1] + end
        if cause == "server_closed" or cause == "server_reset":
            return up + end
        if cause == "relayed":
            if leg.get("kind") == "h2":
                return up + [x.n for x in self.h2_frames(after, (HEADERS,))][:1]
            said = re.compile(rb"HTTP/1\.[01] 50|Status: 50|\AAB..\x04\x01[\xf6-\xf8]|[ :]50[234] ", re.DOTALL)    # the third is AJP's
            return up + ([x.n for x in after if said.search(x.data)] or data)[:1]
        return up
