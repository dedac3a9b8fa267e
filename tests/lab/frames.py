# SPDX-License-Identifier: GPL-2.0-or-later
"""The frames of a capture as plain rows, and questions about them."""
import subprocess

FIELDS = ("frame.number frame.time_epoch ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport tcp.stream tcp.flags tcp.seq_raw tcp.payload udp.srcport "
          "udp.dstport dns.id dns.qry.name dns.flags.response dns.flags.rcode icmp.type icmp.code icmpv6.type icmpv6.code arp.opcode "
          "arp.dst.proto_ipv4 icmpv6.nd.ns.target_address http.response.code arp.src.proto_ipv4").split()
FIN, SYN, RST, ACK = 1, 2, 4, 16


class Row:
    """One frame; lists where a field stands several times (an ICMP error quotes a packet)."""

    def __init__(self, values):
        v = dict(zip(FIELDS, [x.split(",") if x else [] for x in values]))
        self.n, self.t = int(v["frame.number"][0]), float(v["frame.time_epoch"][0])
        self.src = (v["ip.src"] or v["ipv6.src"] or [""])
        self.dst = (v["ip.dst"] or v["ipv6.dst"] or [""])
        err6 = v["icmpv6.type"] and int(v["icmpv6.type"][0]) < 128
        self.icmp = bool(err6 or (v["icmp.type"] and v["icmp.type"][0] in ("3", "11", "12")))
        self.icmp_type = (v["icmp.type"] or v["icmpv6.type"] or [None])[0]
        self.icmp_code = (v["icmp.code"] or v["icmpv6.code"] or [None])[0]
        self.tcp = bool(v["tcp.stream"]) and not self.icmp
        self.sport = int((v["tcp.srcport"] or v["udp.srcport"] or ["0"])[0])
        self.dport = int((v["tcp.dstport"] or v["udp.dstport"] or ["0"])[0])
        self.stream = int(v["tcp.stream"][0]) if v["tcp.stream"] else None
        self.flags = int(v["tcp.flags"][0], 16) if v["tcp.flags"] else 0
        self.seq = int(v["tcp.seq_raw"][0]) if v["tcp.seq_raw"] else 0
        self.data = bytes.fromhex(v["tcp.payload"][0]) if v["tcp.payload"] and self.tcp else b""
        self.dns = None
        if v["dns.id"]:
            self.dns = {"id": [int(x, 16) for x in v["dns.id"]], "names": [x.lower() for x in v["dns.qry.name"]], "answer": v["dns.flags.response"][:1] in (["1"], ["True"])}
        self.asks = None                         # address resolution: who is looked for
        if v["arp.opcode"] == ["1"]:
            self.asks = v["arp.dst.proto_ipv4"][0]
        elif v["icmpv6.nd.ns.target_address"]:
            self.asks = v["icmpv6.nd.ns.target_address"][0]
        self.codes = v["http.response.code"]

    def quotes(self, port, addr=None):
        """An ICMP error about a packet from this port (to this address)"""
        return self.icmp and self.sport == port and (not addr or self.dst[-1] == addr)


def load(pcap, port):
    ports = "80,3128,8080" + ("" if port in (80, 3128, 8080, 8888) else ",%d" % port)
    cmd = ["tshark", "-n", "-r", pcap, "-o", "http.tcp.port:" + ports, "-T", "fields"] + [x for f in FIELDS for x in ("-e", f)]
    out = subprocess.run(cmd, capture_output=True, text=True, timeout=120).stdout
    return [Row(line.split("\t")) for line in out.splitlines() if line]


def streams(rows, addr_a, port_a, addr_b, port_b):
    """stream numbers between a and b, oldest first; an address or port may be None"""
    out = []
    for r in rows:
        if r.tcp and r.stream not in out:
            for s, sp, d, dp in ((r.src[0], r.sport, r.dst[0], r.dport), (r.dst[0], r.dport, r.src[0], r.sport)):
                if all(want is None or want == have for want, have in ((addr_a, s), (port_a, sp), (addr_b, d), (port_b, dp))):
                    out.append(r.stream)
                    break
    return out


class Half:
    """One direction of a connection: its bytes, and the frame that each came in"""

    def __init__(self, rows, stream, port, addr=None):
        self.data, self.marks, base = b"", [], None
        got = []
        for r in rows:
            if r.tcp and r.stream == stream and r.sport == port and (addr is None or r.src[0] == addr):
                if r.flags & SYN:
                    base = (r.seq + 1) & 0xffffffff
                elif r.data:
                    if base is None:
                        base = r.seq
                    got.append(((r.seq - base) & 0xffffffff, r))
        for off, r in sorted(got, key=lambda x: (x[0], x[1].n)):
            if off >= len(self.data) and off < 1 << 31:
                if off > len(self.data):
                    self.data += b"\0" * (off - len(self.data))
                self.marks.append((len(self.data), r.n))
                self.data += r.data
            elif off < len(self.data) < off + len(r.data):
                self.marks.append((len(self.data), r.n))
                self.data += r.data[len(self.data) - off:]

    def frame(self, pos):
        return max((m for m in self.marks if m[0] <= pos), default=(0, None))[1]
