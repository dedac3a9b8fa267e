# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures wrapped into tunnels and other link layers: the same packets, the same frame numbers, more headers."""

import struct

from scapy.contrib.erspan import ERSPAN_II
from scapy.contrib.geneve import GENEVE
from scapy.contrib.mpls import MPLS
from scapy.layers.inet import GRE, IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw
from scapy.utils import RawPcapReader

ETHERNET, RAW_IP, SLL, SLL2 = 1, 101, 113, 276
ARP, IP4, IP6 = 0x0806, 0x0800, 0x86DD
OUTER = {"src": "172.31.0.1", "dst": "172.31.0.2"}
OUTER6 = {"src": "fd31::1", "dst": "fd31::2"}
# Seconds from one capture to the next: longer than any gateway remembers.
APART = 1000

MAC = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}


def packets(capture):
    """(seconds, fraction, ethertype, network layer, bytes that the capture lacks) of each frame, in order."""
    reader = RawPcapReader(str(capture))
    for data, meta in reader:
        if reader.linktype == SLL:
            ethertype, packet = struct.unpack_from(">H", data, 14)[0], data[16:]
        elif reader.linktype == SLL2:
            ethertype, packet = struct.unpack_from(">H", data)[0], data[20:]
        else:
            assert reader.linktype == ETHERNET, capture
            ethertype, packet = struct.unpack_from(">H", data, 12)[0], data[14:]
            while ethertype in (0x8100, 0x88A8):
                ethertype, packet = struct.unpack_from(">H", packet, 2)[0], packet[4:]
        yield meta.sec, meta.usec, ethertype, packet, meta.wirelen - meta.caplen
    reader.close()


def ether(ethertype, packet):
    return Ether(type=ethertype, **MAC) / Raw(packet)


def is_ip(ethertype):
    return ethertype in (IP4, IP6)


def vlan(ethertype, packet):
    return Ether(**MAC) / Dot1Q(vlan=40, type=ethertype) / Raw(packet)


def qinq(ethertype, packet):
    return Ether(**MAC) / Dot1AD(vlan=7) / Dot1Q(vlan=40, type=ethertype) / Raw(packet)


def mpls(ethertype, packet):
    """Two labels; ARP travels beside them."""
    if not is_ip(ethertype):
        return ether(ethertype, packet)
    return Ether(type=0x8847, **MAC) / MPLS(label=100, s=0) / MPLS(label=200, s=1) / Raw(packet)


def pppoe(ethertype, packet):
    if not is_ip(ethertype):
        return ether(ethertype, packet)
    head = struct.pack(">BBHHH", 0x11, 0, 9, len(packet) + 2, 0x0021 if ethertype == IP4 else 0x0057)
    return Ether(type=0x8864, **MAC) / Raw(head + packet)


def gre(ethertype, packet):
    return Ether(**MAC) / IP(**OUTER) / GRE(proto=ethertype) / Raw(packet)


def gre6_key(ethertype, packet):
    return Ether(**MAC) / IPv6(**OUTER6) / GRE(proto=ethertype, key_present=1, key=77) / Raw(packet)


def ipip(ethertype, packet):
    """IP in IPv4; ARP travels beside it."""
    if not is_ip(ethertype):
        return ether(ethertype, packet)
    return Ether(**MAC) / IP(proto=4 if ethertype == IP4 else 41, **OUTER) / Raw(packet)


def ip_in_ip6(ethertype, packet):
    if not is_ip(ethertype):
        return ether(ethertype, packet)
    return Ether(**MAC) / IPv6(nh=4 if ethertype == IP4 else 41, **OUTER6) / Raw(packet)


def vxlan(ethertype, packet):
    return Ether(**MAC) / IP(**OUTER) / UDP(sport=49152, dport=4789) / VXLAN(vni=42) / ether(ethertype, packet)


def vxlan6_vlan(ethertype, packet):
    """All at once: a tag, IPv6, VXLAN, another tag."""
    return Ether(**MAC) / Dot1Q(vlan=9) / IPv6(**OUTER6) / UDP(sport=49152, dport=4789) / VXLAN(vni=42) / vlan(ethertype, packet)


def geneve(ethertype, packet):
    return Ether(**MAC) / IP(**OUTER) / UDP(sport=49152, dport=6081) / GENEVE(vni=42, proto=0x6558) / ether(ethertype, packet)


def erspan(ethertype, packet):
    return Ether(**MAC) / IP(**OUTER) / GRE(proto=0x88BE, seqnum_present=1, sequence_number=1) / ERSPAN_II(ver=1, session_id=5) / ether(ethertype, packet)


def sll(ethertype, packet):
    return Raw(struct.pack(">HHH8sH", 0, 1, 6, bytes(8), ethertype) + packet)


def sll2(ethertype, packet):
    return Raw(struct.pack(">HHIHBB8s", ethertype, 0, 3, 1, 0, 6, bytes(8)) + packet)


WRAPPERS = {
    "ether": (ETHERNET, ether),  # none
    "sll": (SLL, sll), "sll2": (SLL2, sll2), "vlan": (ETHERNET, vlan), "qinq": (ETHERNET, qinq),
    "mpls": (ETHERNET, mpls), "pppoe": (ETHERNET, pppoe), "gre": (ETHERNET, gre), "gre6_key": (ETHERNET, gre6_key),
    "ipip": (ETHERNET, ipip), "ip_in_ip6": (ETHERNET, ip_in_ip6), "vxlan": (ETHERNET, vxlan), "vxlan6_vlan": (ETHERNET, vxlan6_vlan),
    "geneve": (ETHERNET, geneve), "erspan": (ETHERNET, erspan),
}


def wrap(captures, *ways):
    """
    The bytes of a pcap file: the captures one after the other, every frame wrapped that way; in several copies where
    there are several ways, of one link layer.
    """
    linktype = WRAPPERS[ways[0]][0]
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, linktype)]
    for n, capture in enumerate(captures):
        first = None
        for seconds, fraction, ethertype, packet, lacks in packets(capture):
            first = first or seconds
            for k, how in enumerate(ways):
                data = bytes(WRAPPERS[how][1](ethertype, packet))
                seconds, fraction = seconds + (fraction + k) // 1000000, (fraction + k) % 1000000
                out += [struct.pack("<IIII", (n + 1) * APART + seconds - first, fraction, len(data), len(data) + lacks), data]
    return b"".join(out)
