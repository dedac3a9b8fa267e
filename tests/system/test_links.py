# SPDX-License-Identifier: GPL-2.0-or-later
"""Who sent a frame on its link: how a gateway's IPv4 and IPv6 address are known for one.

A client asks the gateway's IPv6 address, another one its IPv4 address, both for the same;
the gateway goes out over IPv4. The first client's 502 has a cause only where the link
tells that both addresses are one host.
"""

import pytest
from scapy.all import IP, TCP, CookedLinux, Ether, IPv6, PcapWriter

GATEWAY, GATEWAY6, SERVER = "10.0.0.2", "fd00::2", "10.0.9.9"
CLIENT, CLIENT6 = ("10.0.1.1", 40001), ("fd00:1::1", 40002)
ETHERNET, COOKED = 1, 113
TO_US, SENT = 0, 4
OWN, ROUTER, ZERO = "02:00:00:00:00:01", "02:00:00:00:00:02", "00:00:00:00:00:00"


def cooked(sent):
    return CookedLinux(pkttype=SENT if sent else TO_US, lladdrtype=1, lladdrlen=6, src=b"\2\0\0\0\0\1\0\0" if sent else b"\2\0\0\0\0\2\0\0")


def cooked_loopback(sent):
    return CookedLinux(pkttype=SENT if sent else TO_US, lladdrtype=772, lladdrlen=6, src=bytes(8))


def ethernet(sent):
    return Ether(src=OWN, dst=ROUTER) if sent else Ether(src=ROUTER, dst=OWN)


def loopback(_):
    return Ether(src=ZERO, dst=ZERO)


class Capture:
    def __init__(self, link):
        self.link, self.frames, self.seq = link, [], {}

    def send(self, source, target, flags, data=b""):
        at = self.seq.setdefault((source, target), 1000)
        tcp = TCP(sport=source[1], dport=target[1], flags=flags, seq=at, ack=0 if flags == "S" else self.seq.get((target, source), 1000))
        version = IPv6 if ":" in source[0] else IP
        self.frames.append(self.link(source[0] in (GATEWAY, GATEWAY6)) / version(src=source[0], dst=target[0]) / tcp / data)
        self.frames[-1].time = 1.0 + len(self.frames) / 1000
        self.seq[source, target] = at + len(data) + ("S" in flags)
        return len(self.frames)

    def ask(self, source, target, data):
        """Opens the connection; returns the request's frame."""
        for flags, one, other in (("S", source, target), ("SA", target, source), ("A", source, target)):
            self.send(one, other, flags)
        return self.send(source, target, "PA", b"GET " + data + b" HTTP/1.1\r\nHost: www.example.org\r\n\r\n")


@pytest.mark.parametrize("link, number, known", [
    (cooked, COOKED, True),
    (cooked_loopback, COOKED, False),
    (ethernet, ETHERNET, True),
    (loopback, ETHERNET, False),
], ids=["cooked", "cooked loopback", "Ethernet", "loopback"])
def test_addresses_of_one_host(tshark, tmp_path, link, number, known):
    capture = Capture(link)
    proxy, proxy6, out, origin = (GATEWAY, 9090), (GATEWAY6, 9090), (GATEWAY, 20001), (SERVER, 80)
    capture.ask(CLIENT6, proxy6, b"http://www.example.org/same")
    capture.ask(CLIENT, proxy, b"http://www.example.org/same")
    asked = capture.ask(out, origin, b"/same")
    capture.send(origin, out, "FA")
    answer = capture.send(proxy6, CLIENT6, "PA", b"HTTP/1.1 502 badgateway\r\nContent-Length: 0\r\n\r\n")
    path = tmp_path / "links.pcap"
    with PcapWriter(str(path), linktype=number) as writer:
        for frame in capture.frames:
            writer.write(frame)
    (found,) = tshark.verdicts(path)
    assert found["frame"] == answer
    assert (found["mwg502.cause"], found.get("mwg502.server_request_frame")) == (
        (["server_closed"], [str(asked)]) if known else (["unknown"], None))
