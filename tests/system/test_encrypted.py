# SPDX-License-Identifier: GPL-2.0-or-later
"""Where clients speak TLS and there are no keys: what cannot be seen is said, and how to see it."""

import json
import os
import re
import subprocess

import pytest
from conftest import LAB, TESTS
from scapy.all import wrpcap
from test_deployments import FOLDER, INTERCEPTED, key_log, randoms
from test_silence import stream

TOP = TESTS.parent
ENDS_TLS = FOLDER / "https_nginx_h1.pcap"
MIX = LAB / "bg_mwg_mix.pcap"

HELLO = b"\x16\x03\x01\0\x2d\x01\0\0\x29\x03\x03" + bytes(range(32)) + b"\0\0\2\x13\x01\1\0"
OTHER_HELLO = HELLO.replace(bytes(range(32)), bytes(range(32, 64)))
SERVER_HELLO = b"\x16\x03\x03\0\x2c\x02\0\0\x28\x03\x03" + bytes(range(64, 96)) + b"\0\x13\x01\0\0\0"
FINISHED = b"\x14\x03\x03\0\1\1" + b"\x17\x03\x03\0\x45" + bytes(69)     # what TLS 1.3 hides begins with the sender's last words of the handshake
DATA = b"\x17\x03\x03\0\x80" + bytes(128)

CLIENT, GATEWAY, SERVER = "10.0.0.4", "10.0.0.20", "10.0.0.80"


def table(tshark, capture, what, *args):
    staged = tshark.stage(capture.name, capture.read_bytes())
    out = tshark.run("-n", "-q", "-r", staged, "-z", what, *args)
    staged.unlink()
    return out


def words(tshark, capture, *args):
    """What the table says in lines, in one."""
    return " ".join(table(tshark, capture, "mwg502,cases", *args).split())


def ports(tshark, capture, *args):
    return [tuple(line.split("\t")[1:]) for line in table(tshark, capture, "mwg502,encrypted", *args).splitlines()]


def keys_of(tshark, capture):
    return "-o", key_log(tshark, f"{capture.stem}.keys", capture.with_suffix(".keys").read_text())


def tls(client, server, sport, dport, hello=HELLO, before=()):
    return stream(client, server, sport, dport, *before, (True, hello), (False, SERVER_HELLO + FINISHED), (True, FINISHED), (True, DATA), (False, DATA))


def capture_of(path, *connections):
    """Side by side, begun in this order"""
    packets = [packet for connection in connections for packet in connection]
    for n, packet in enumerate(packets):
        packet.time = 1_400_000_000 + n / 1000
    wrpcap(os.fspath(path), packets)
    return path


def test_a_gateway_that_ends_tls(tshark):
    """It opened connections of its own: one of nginx, with its client's requests in it."""
    assert ports(tshark, ENDS_TLS) == [("192.168.77.20:443", "1")]
    assert "1 connection to 192.168.77.20:443 is in TLS, and there are no keys for it: a 502 inside cannot be seen." in words(tshark, ENDS_TLS)
    assert "SSLKEYLOGFILE" in words(tshark, ENDS_TLS) and "tls.keylog_file" in words(tshark, ENDS_TLS)


@pytest.mark.parametrize("capture", [ENDS_TLS, INTERCEPTED], ids=lambda c: c.stem)
def test_with_keys_nothing_is_missing(tshark, capture):
    keys = keys_of(tshark, capture)
    assert ports(tshark, capture, *keys) == []
    assert "in TLS, and there" not in words(tshark, capture, *keys)


def test_without_tls_nothing_is_said(tshark):
    assert ports(tshark, MIX) == []
    assert "in TLS, and there" not in words(tshark, MIX)


def test_a_tunnel_that_the_gateway_looks_into(tshark):
    """It has a ClientHello of its own. The connections to the server are not the clients'."""
    assert ports(tshark, INTERCEPTED) == [("192.168.77.20:8080", "5")]
    client = randoms(tshark, INTERCEPTED, "ip.dst == 192.168.77.20")
    keys = "".join(line for line in INTERCEPTED.with_suffix(".keys").read_text().splitlines(True) if line.split()[1] in client)
    assert ports(tshark, INTERCEPTED, "-o", key_log(tshark, "clients.keys", keys)) == []


def tunnel(hello):
    ask = b"CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n"
    client = tls(CLIENT, GATEWAY, 40001, 8080, hello, [(True, ask), (False, b"HTTP/1.1 200 OK\r\n\r\n")])
    server = tls(GATEWAY, SERVER, 50001, 443, HELLO)
    return client, server


@pytest.mark.parametrize(("hello", "expected"), [(HELLO, []), (OTHER_HELLO, [("10.0.0.20:8080", "1")])], ids=["passed on", "looked into"])
def test_whose_hello_it_is(tshark, tmp_path, hello, expected):
    """A tunnel that is passed on holds the server's own answers: a gateway cannot say 502 in it."""
    client, server = tunnel(hello)
    asked, rest = client[:5], client[5:]
    capture = capture_of(tmp_path / "tunnel.pcap", asked, server[:3], rest[:1], server[3:4], rest[1:2], server[4:5], rest[2:], server[5:])
    assert ports(tshark, capture) == expected


def test_a_server_that_asks_nobody(tshark, tmp_path):
    """What is no gateway as far as is seen is counted where there is nothing else to say."""
    capture = capture_of(tmp_path / "web.pcap", tls(CLIENT, SERVER, 40001, 443), tls(CLIENT, SERVER, 40002, 443, OTHER_HELLO))
    assert ports(tshark, capture) == []
    assert "2 connections, to no address that is seen to be a gateway's, are in TLS, and there are no keys for them" in words(tshark, capture)
    refused = stream(CLIENT, GATEWAY, 40003, 8080, (True, b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"),
                     (False, b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"))
    capture = capture_of(tmp_path / "web_and_a_case.pcap", tls(CLIENT, SERVER, 40001, 443), refused)
    assert "1 case: " in words(tshark, capture) and "in TLS, and there" not in words(tshark, capture)


def test_several_ports(tshark, tmp_path):
    """Three are named, each with its number, and the rest is summed up."""
    ends = [tls(CLIENT, GATEWAY, 40000 + n, 8440 + n // 2, OTHER_HELLO) for n in range(10)]
    capture = capture_of(tmp_path / "ports.pcap", *ends, tls(GATEWAY, SERVER, 50001, 443))
    assert ports(tshark, capture) == [(f"10.0.0.20:{8440 + n}", "2") for n in range(5)]
    assert ("2 connections to 10.0.0.20:8440, 2 connections to 10.0.0.20:8441, 2 connections to 10.0.0.20:8442, and 4 to 2 more ports are in TLS, "
            "and there are no keys for them") in words(tshark, capture)


def test_handshakes_are_no_requests(tshark, tmp_path):
    """What is closed behind the handshake carried nothing that could be answered."""
    capture = capture_of(tmp_path / "probe.pcap", stream(CLIENT, GATEWAY, 40001, 443, (True, HELLO)), tls(GATEWAY, SERVER, 50001, 443, OTHER_HELLO))
    assert ports(tshark, capture) == []


def test_statistic(tshark):
    lines = [line.split() for line in table(tshark, INTERCEPTED, "mwg502_encrypted,tree").splitlines()]
    assert ["Connections", "without", "keys", "5"] in [line[:4] for line in lines]
    assert ["192.168.77.20:8080", "5"] in [line[:2] for line in lines]
    lines = [line.split() for line in table(tshark, MIX, "mwg502_encrypted,tree").splitlines()]
    assert ["Connections", "without", "keys", "0"] in [line[:4] for line in lines]


def test_the_details_say_nothing(tshark):
    """It is about no packet."""
    staged = tshark.stage(INTERCEPTED.name, INTERCEPTED.read_bytes())
    assert "without keys" not in tshark.run("-2", "-n", "-r", staged, "-V")


@pytest.fixture(scope="module")
def diagnose(module):
    def run(*args):
        return subprocess.run([TOP / "diagnose.sh", *args], env=dict(os.environ, BUILD_DIR=str(module.parent.parent)), capture_output=True, text=True, check=False)
    return run


def test_diagnose(diagnose, tmp_path):
    done = diagnose(INTERCEPTED)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith(f"{INTERCEPTED}: no response with status 502-504\n")
    assert "5 connections to 192.168.77.20:8080 are in TLS" in done.stdout and "encrypted\t" not in done.stdout
    for arguments in (["--json"], ["--csv"]):
        done = diagnose(*arguments, INTERCEPTED)
        assert (done.returncode, done.stderr) == (3, "") and "encrypted" not in done.stdout
    page = tmp_path / "report.html"
    assert diagnose("--html", page, INTERCEPTED, MIX).returncode == 0
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.S).group(1))
    assert [c["encrypted"] for c in data["captures"]] == [[{"port": "192.168.77.20:8080", "connections": 5}], []]


def test_advice_where_the_servers_side_is_not_read(tshark):
    """The verdict rests on directions alone: what a key log would show stands in the advice."""
    client = randoms(tshark, INTERCEPTED, "ip.dst == 192.168.77.20")
    text = INTERCEPTED.with_suffix(".keys").read_text()
    for keys in ("".join(line for line in text.splitlines(True) if line.split()[1] in client), text):
        verdicts = tshark.verdicts(INTERCEPTED, 1, ["mwg502.status_codes:502", key_log(tshark, "some.keys", keys)])
        likely = [v for v in verdicts if v["mwg502.cause"][0] in ("server_reset", "server_closed")]
        assert len(likely) == 2
        for v in likely:
            assert ("with the key log of the gateway or the server (SSLKEYLOGFILE)" in v["mwg502.advice"][0]) == (keys is not text)
