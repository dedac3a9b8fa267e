# SPDX-License-Identifier: GPL-2.0-or-later
"""Address translation on the capturing host, as `-i any` sees it: each packet twice, on the gateway's own interface (a pod's veth,
a container's bridge port) and on the outer one, with other addresses and perhaps ports."""
import struct

from . import wire
from .wire import TcpFlow, packed

VETH = 5                     # interface number of the inner side


class Twin:
    """The outer side of one connection: its two flows, and what of it comes first in the capture."""
    __slots__ = ("flows", "client", "first")

    def __init__(self, flows, client):
        self.flows, self.client, self.first = flows, client, None


class Nat:
    """masks: connections leave with the host's address; services: an address that stands for others; published: the port that
    clients use; hides: clients come with an address of the host (as with a node port)."""

    def __init__(self, site, rng):
        self.rng, self.host = rng, packed(site.net4 + ".161")
        self.masks, self.hides, self.keeps_ports = rng.random() < 0.7, rng.random() < 0.3, rng.random() < 0.5
        self.published = rng.choice([80, 8080, 443 + 30000])
        self.bridge = packed("172.17.0.1")
        self.services, self.site = {}, site

    # ------------------------------------------------------------ addresses
    def service(self, address, port, endpoints):
        self.services[address, port] = endpoints

    def outer(self, own, gport, server, port):
        """-> the same connection to a server outside"""
        server, port = self.rng.choice(self.services.get((server, port), [(server, port)]))
        if not self.masks:
            return own, gport, server, port
        return self.host, gport if self.keeps_ports else self.rng.randrange(1024, 65000), server, port

    def twin(self, conn, client):
        """The other side of a new connection, or None where nothing is translated."""
        if len(conn.key[0]) == 16:
            return None
        own, gport, peer, pport = conn.key
        if client:
            addresses = self.host, self.published, peer, pport
            if self.hides:                               # inside, all clients look like the bridge
                addresses, inner = (self.host, self.published, peer, pport), (own, gport, self.bridge, self.rng.randrange(1024, 65000))
                self._replace(conn, inner)
        else:
            addresses = self.outer(own, gport, peer, pport)
            if addresses == conn.key:
                return None
        self._replace(conn, None)
        return Twin(self._flows(conn, addresses, conn.interface, True), client)

    def _replace(self, conn, addresses):
        """The inner flows: they pass the host's veth, whose directions are the other way round."""
        conn.flows = self._flows(conn, addresses or self._inner(conn), VETH, False)

    @staticmethod
    def _inner(conn):
        flow = conn.flows[0]
        return flow.src, flow.sport, flow.dst, flow.dport

    @staticmethod
    def _flows(conn, addresses, interface, outer):
        own, gport, peer, pport = addresses
        out, back = conn.flows
        link = conn.net.link
        return (TcpFlow(link.header(0x0800, outer, interface), own, peer, gport, pport, out.ident, 63 if outer else 64),
                TcpFlow(link.header(0x0800, not outer, interface), peer, own, pport, gport, back.ident, back.ttl if outer else back.ttl - 1))

    def error(self, link, conn, source, kind, code, inner):
        """-> (inner frame, outer frame) of an ICMP error; each quotes the packet as it was on its side"""
        flow = conn.twin.flows[0]
        quoted = conn.quoted[:12] + flow.src + flow.dst + struct.pack("!HH", flow.sport, flow.dport) + conn.quoted[24:]
        outer = wire.icmp_error(source, flow.src, kind, code, self._summed(quoted))
        return link.header(0x0800, True, VETH) + inner, link.header(0x0800, False, conn.interface) + outer

    @staticmethod
    def _summed(packet):
        """With the header's checksum made anew."""
        head = packet[:8] + b"\x3f" + packet[9:10] + b"\0\0" + packet[12:20]
        return head[:10] + struct.pack("!H", wire.checksum(head)) + head[12:] + packet[20:]

    # ------------------------------------------------------------ look-ups
    def datagram(self, link, out, own, server, sport, dport, payload):
        """-> (inner frame, outer frame) of a datagram between the gateway and a server"""
        if (own, sport, server) not in self.services:
            self.services[own, sport, server] = self.outer(own, sport, server, dport)
        mine, port, other, other_port = self.services[own, sport, server]
        if out:
            inner, outer = wire.udp(own, server, sport, dport, payload), wire.udp(mine, other, port, other_port, payload, 63)
        else:
            inner, outer = wire.udp(server, own, dport, sport, payload, 61), wire.udp(other, mine, other_port, port, payload, 62)
        return link.header(0x0800, not out, VETH) + inner, link.header(0x0800, out, 1) + outer
