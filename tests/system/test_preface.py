# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands before requests: the preface of HTTP/2 without TLS, on any port, and PROXY headers."""

import json

import pytest
from conftest import TESTS
from scapy.all import TCP, rdpcap, wrpcap
from test_truth import Reading, check, check_links, stem

LAB14 = TESTS / "captures" / "lab14"
CAPTURES = [capture for kind in ("grpc", "h2c", "proxyline") for capture in sorted(LAB14.glob(f"{kind}_*.pcap"))]
GRPC = LAB14 / "grpc_nginx.pcap"
GRPC_PORT = 8000
STATUSES = "mwg502.status_codes:502-504"

TEXT = b"PROXY TCP4 10.0.0.1 10.0.0.2 4000 80\r\n"
BINARY = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12)


@pytest.mark.parametrize("passes", (1, 2))
@pytest.mark.parametrize("capture", CAPTURES, ids=stem)
def test_truth(tshark, capture, passes):
    truth = json.loads((LAB14 / f"{stem(capture)}.truth.json").read_text())
    reading = Reading(tshark.frames(capture, "frame", ["tcp.stream", *tshark.fields], passes, [STATUSES]))
    assert list(check(reading, truth)) == []
    if passes == 2:
        assert list(check_links(reading)) == []


def moved(source, target, old, new, header=b""):
    """The capture with another port, and a PROXY header glued to each preface."""
    longer, packets = set(), rdpcap(str(source))
    for packet in packets:
        if TCP not in packet or old not in (packet[TCP].sport, packet[TCP].dport):
            continue
        tcp, to_server = packet[TCP], packet[TCP].dport == old
        client = tcp.sport if to_server else tcp.dport
        if to_server:
            tcp.dport = new
            tcp.seq += len(header) if client in longer else 0
        else:
            tcp.sport = new
            tcp.ack += len(header) if client in longer else 0
        if to_server and header and bytes(tcp.payload).startswith(b"PRI * HTTP/2.0"):
            tcp.payload.load = header + bytes(tcp.payload)
            longer.add(client)
        del packet["IP"].len
    wrpcap(str(target), packets)


def said(tshark, capture, passes, *options):
    """Each verdict, and what it rests on"""
    args = ["-n", "-r", capture, "-o", STATUSES, "-Y", "mwg502.cause", "-T", "fields", "-e", "mwg502.cause", "-e", "mwg502.evidence_frame", *options]
    return tshark.run(*args, *(["-2"] if passes == 2 else []))


@pytest.fixture(scope="module")
def original(tshark):
    return said(tshark, tshark.stage("original.pcap", GRPC.read_bytes()), 1)


def stage_moved(tshark, tmp_path, port, header=b""):
    moved(GRPC, tmp_path / "moved.pcap", GRPC_PORT, port, header)
    return tshark.stage("moved.pcap", (tmp_path / "moved.pcap").read_bytes())


# Ports without a dissector of their own, of TLS, of HTTP, and of a protocol that takes whatever comes.
@pytest.mark.parametrize("port", (81, 443, 8080, 5432))
def test_port(tshark, tmp_path, original, port):
    capture = stage_moved(tshark, tmp_path, port)
    assert [said(tshark, capture, passes) for passes in (1, 2)] == [original, original]


@pytest.mark.parametrize("header", (TEXT, BINARY), ids=("text", "binary"))
@pytest.mark.parametrize("port", (81, 443))
def test_behind_proxy_header(tshark, tmp_path, original, header, port):
    capture = stage_moved(tshark, tmp_path, port, header)
    assert [said(tshark, capture, passes) for passes in (1, 2)] == [original, original]


@pytest.mark.parametrize("options", (("-d", "tcp.port==443,data"), ("--disable-protocol", "http2")), ids=("decode as", "disabled"))
def test_users_choice(tshark, tmp_path, options):
    """It is no HTTP/2 where the user says so."""
    capture = stage_moved(tshark, tmp_path, 443)
    assert tshark.run("-n", "-r", capture, "-Y", "http2 and tcp.port == 443", *options) == ""
    assert tshark.run("-n", "-r", capture, "-Y", "http2 and tcp.port == 443") != ""
