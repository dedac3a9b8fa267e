# SPDX-License-Identifier: GPL-2.0-or-later
"""A frame that the capture holds twice, and a second packet that is like the first: the IPv4 id tells them apart.

The gateway asks its DNS server and gets an ICMP error each time, all within two milliseconds.
"""

import pytest
from scapy.all import DNS, DNSQR, ICMP, IP, TCP, UDP, Ether, PcapWriter

CLIENT, GATEWAY, SERVER, ROUTER = "10.0.1.1", "10.0.0.2", "10.0.9.53", "10.0.9.1"


def tcp(sent, flags, seq, ack, data=b""):
    source, target = ((GATEWAY, 9090), (CLIENT, 40001))[:: 1 if sent else -1]
    return IP(src=source[0], dst=target[0]) / TCP(sport=source[1], dport=target[1], flags=flags, seq=seq, ack=ack) / data


def query(ip_id):
    return IP(src=GATEWAY, dst=SERVER, id=ip_id) / UDP(sport=20001, dport=53) / DNS(id=7, qd=DNSQR(qname="www.example.org"))


def error(ip_id):
    return IP(src=ROUTER, dst=GATEWAY, id=ip_id) / ICMP(type=3, code=3) / bytes(query(1))


@pytest.mark.parametrize("ids, errors, cited", [
    ((1, 1), (5, 5), [5, 7]),
    ((1, 2), (5, 6), [5, 6, 7, 8]),
], ids=["copies", "packets"])
def test_twice(tshark, tmp_path, ids, errors, cited):
    get = b"GET http://www.example.org/ HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    frames = [tcp(False, "S", 99, 0), tcp(True, "SA", 499, 100), tcp(False, "A", 100, 500), tcp(False, "PA", 100, 500, get)]
    frames += [query(n) for n in ids] + [error(n) for n in errors]
    frames.append(tcp(True, "PA", 500, 100 + len(get), b"HTTP/1.1 502 notresolvable\r\nContent-Length: 0\r\n\r\n"))
    path = tmp_path / "copies.pcap"
    with PcapWriter(str(path), linktype=1) as writer:
        for n, frame in enumerate(frames):
            frame = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / frame
            frame.time = 1 + n * 0.0002
            writer.write(frame)
    (found,) = tshark.verdicts(path)
    assert found["frame"] == len(frames)
    assert found["mwg502.cause"] == ["dns_unreachable"]
    assert found["mwg502.evidence_frame"] == [str(n) for n in cited]
