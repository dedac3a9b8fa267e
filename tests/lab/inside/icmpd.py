# SPDX-License-Identifier: GPL-2.0-or-later
"""On the router: answers TCP packets to one address with an ICMP or ICMPv6 error of any type and code (the packets themselves are
dropped by the firewall). usage: icmpd.py CONFIG.json with {"iface", "from", "to", "type", "code", "mtu"}"""
import json
import socket
import struct
import sys


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    s = (s >> 16) + (s & 0xffff)
    return ~(s + (s >> 16)) & 0xffff


def main():
    with open(sys.argv[1]) as f:
        c = json.load(f)
    six = ":" in c["to"]
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x86dd if six else 0x0800))
    s.bind((c["iface"], 0))
    family = socket.AF_INET6 if six else socket.AF_INET
    raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP)
    raw.bind((c["from"], 0))
    to = socket.inet_pton(family, c["to"])
    print("ready", flush=True)
    while True:
        p, where = s.recvfrom(65536)
        if where[2] == socket.PACKET_OUTGOING:
            continue
        if six and p[6] == 6 and p[24:40] == to:
            raw.sendto(struct.pack(">BBHI", c["type"], c["code"], 0, c.get("mtu", 0)) + p[:120], (socket.inet_ntop(family, p[8:24]), 0))
        elif not six and p[9] == 6 and p[16:20] == to:
            quote = p[:(p[0] & 15) * 4 + 8]
            head = struct.pack(">BBHI", c["type"], c["code"], 0, c.get("mtu", 0))
            raw.sendto(head[:2] + struct.pack(">H", checksum(head + quote)) + head[4:] + quote, (socket.inet_ntop(family, p[12:16]), 0))


main()
