# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures taken with a snap length: heads that are cut are read all the same.

Where Wireshark's HTTP dissector finds a head cut, it shows a status or nothing,
which depends on the byte where the cut is, and on its version.
"""

import pytest
from conftest import LAB
from pcapfile import read, written
from scapy.all import IP, TCP, Ether, PcapWriter
from test_truth import contract, truth_of

# From the status in frame 39 (84 bytes) through the ends of its first lines.
CUTS = (84, 91, 92, 94, 95, 96, 97, 98, 99, 101, 104, 128, 200)


def cut(capture, snap):
    """The capture as `tcpdump -s SNAP` would have written it."""
    link, frames = read(capture)
    return written(link, [frame._replace(data=frame.data[:snap]) for frame in frames])


@pytest.mark.parametrize("snap", CUTS)
def test_verdicts_are_those_of_the_whole_capture(tshark, snap):
    capture = LAB / "bg_mwg_mix.pcap"
    staged = tshark.stage(f"snap{snap}.pcap", cut(capture, snap))
    causes = {verdict["frame"]: verdict["mwg502.cause"] for verdict in tshark.verdicts(staged)}
    assert causes == {entry["frame"]: [contract(entry["cause"])] for entry in truth_of(capture)}


CLIENT, GATEWAY = ("10.0.0.1", 40000), ("10.0.0.2", 9090)
REQUEST = b"GET http://www.example.org/ HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
LINE = b"HTTP/1.1 502 badgateway\r\n"
REST = b"Via: 1.1 " + b"gateway" * 10 + b"\r\nContent-Length: 300\r\n\r\n" + b"x" * 300


def segments(*pieces):
    """A request, and its response in these segments."""
    seq = {CLIENT: 1, GATEWAY: 1}
    frames = []

    def send(source, target, flags, data=b""):
        tcp = TCP(sport=source[1], dport=target[1], flags=flags, seq=seq[source], ack=0 if flags == "S" else seq[target])
        frames.append(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source[0], dst=target[0]) / tcp / data)
        frames[-1].time = 1.0 + len(frames) / 1000
        seq[source] += len(data) + ("S" in flags or "F" in flags)

    send(CLIENT, GATEWAY, "S")
    send(GATEWAY, CLIENT, "SA")
    send(CLIENT, GATEWAY, "A")
    send(CLIENT, GATEWAY, "PA", REQUEST)
    for piece in pieces:
        send(GATEWAY, CLIENT, "PA", piece)
    send(GATEWAY, CLIENT, "FA")
    return frames


@pytest.mark.parametrize("snap", [90, 104, 200])
@pytest.mark.parametrize("split", [0, 15, len(LINE), len(LINE) + 7])
def test_head_in_two_segments(tshark, tmp_path, split, snap):
    """One verdict, in the segment where the head ends for whoever sees no more of it."""
    response = LINE + REST
    whole = tmp_path / "whole.pcap"
    with PcapWriter(str(whole), linktype=1) as writer:
        for frame in segments(*filter(None, [response[:split], response[split:]])):
            writer.write(frame)
    staged = tshark.stage("split.pcap", cut(whole, snap))
    verdicts = tshark.verdicts(staged)
    assert [verdict["frame"] for verdict in verdicts] == [6 if split else 5]
    assert len(verdicts[0]["mwg502.cause"]) == 1
