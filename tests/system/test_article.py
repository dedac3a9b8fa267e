# SPDX-License-Identifier: GPL-2.0-or-later
"""The article's own examples, down to the frames it names."""

import subprocess
import sys

import pytest
from conftest import ARTICLE, TESTS

SERVER = {"server.ip": ["10.10.67.124"], "server.port": ["80"]}
CONNECT = {"category": ["Cannot Connect"], "reported": ["Cannot Connect"], "url": ["http://example.local/"], **SERVER}
RESPONSE = {"category": ["Bad Response"], "reported": ["Bad Response"], "attempts": ["1"], **SERVER}
INVALID = {
    **RESPONSE,
    "cause": ["invalid_response"],
    "url": ["http://example.local/fw4.pdf"],
    "range": ["31-249"],
    "request_frame": ["31"],
    "server_request_frame": ["41"],
    "rfc9209": ["http_protocol_error"],
}

# Capture: frame of the 502, fields of its verdict; None where a field must be absent.
VERDICTS = {
    "nxdomain": (78, {
        "cause": ["nxdomain"],
        "category": ["Host Not Resolvable"],
        "reported": ["Host Not Resolvable"],
        "url": ["http://example.local/"],
        "attempts": ["0"],
        "range": ["72-78"],
        "request_frame": ["72"],
        "evidence_frame": ["74", "75", "76", "77"],
        "dns_query_frame": ["74", "76"],
        "dns_response_frame": ["75", "77"],
        "dns.name": ["example.local"],
        "dns.rcode": ["No such name"],
        "rfc9209": ["dns_error"],
        "server.ip": None,
    }),
    "syn_timeout": (3310, {
        **CONNECT,
        "cause": ["syn_timeout"],
        "attempts": ["1"],
        "range": ["34-3310"],
        "request_frame": ["34"],
        "evidence_frame": ["35", "90", "195", "405", "820", "1650"],
        "syn_frame": ["35", "90", "195", "405", "820", "1650"],
        "time": ["189.000200000"],
        "rfc9209": ["connection_timeout"],
    }),
    "rst": (840, {
        **CONNECT,
        "cause": ["rst"],
        "attempts": ["4"],
        "range": ["825-840"],
        "request_frame": ["825"],
        "evidence_frame": ["827", "828", "829", "830", "832", "833", "836", "837"],
        "syn_frame": ["827", "829", "832", "836"],
        "rst_frame": ["828", "830", "833", "837"],
        "rfc9209": ["connection_refused"],
    }),
    "icmp": (224, {
        **CONNECT,
        "cause": ["icmp"],
        "attempts": ["4"],
        "range": ["43-224"],
        "request_frame": ["43"],
        "evidence_frame": ["45", "46", "47", "48", "136", "137", "220", "221"],
        "syn_frame": ["45", "47", "136", "220"],
        "icmp_frame": ["46", "48", "137", "221"],
        "icmp.type": ["3"],
        "icmp.code": ["10"],
        "rfc9209": ["destination_ip_unroutable"],
    }),
    "bad_response": (249, INVALID),
    "bad_response_shown": (249, INVALID),
    "response_timeout": (702, {
        **RESPONSE,
        "cause": ["response_timeout"],
        "url": ["http://example.local/report"],
        "range": ["31-702"],
        "request_frame": ["31"],
        "evidence_frame": ["41"],
        "server_request_frame": ["41"],
        "time": ["120.003500000"],
        "rfc9209": ["connection_read_timeout"],
    }),
}

CLIENT = {
    "client.ip": ["10.10.67.4"],
    "client.port": ["51234"],
    "host": ["example.local"],
    "port": ["80"],
    "method": ["GET"],
    "confidence": ["observed"],
    "agreement": ["agrees"],
}


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("name", VERDICTS)
def test_verdict(tshark, name, passes):
    frame, expected = VERDICTS[name]
    [verdict] = tshark.verdicts(ARTICLE / f"{name}.pcap", passes)
    assert verdict["frame"] == frame
    expected = CLIENT | expected
    assert {field: verdict.get(f"mwg502.{field}") for field in expected} == expected


@pytest.mark.parametrize("name", ["bad_response", "bad_response_shown"])
def test_headerless_bytes_are_linked(tshark, name):
    """Frame 51, which the article follows, and it stands in the stream of 41."""
    capture = ARTICLE / f"{name}.pcap"
    [verdict] = tshark.verdicts(capture)
    assert verdict["mwg502.evidence_frame"][:2] == ["41", "51"]
    assert verdict["mwg502.server_response_frame"][0] == "51"
    streams = tshark.frames(capture, "frame.number in {41, 51}", ["tcp.stream"])
    assert [frame["tcp.stream"] for frame in streams] == [verdict["mwg502.server.stream"]] * 2


@pytest.mark.parametrize("name", VERDICTS)
def test_the_case_as_a_filter(tshark, name):
    """mwg502.filter leads to the request, the evidence and the 502."""
    capture = ARTICLE / f"{name}.pcap"
    [verdict] = tshark.verdicts(capture)
    case = verdict["mwg502.request_frame"] + verdict["mwg502.evidence_frame"] + [str(verdict["frame"])]
    shown = tshark.frames(capture, verdict["mwg502.filter"][0], [])
    assert [str(frame["frame"]) for frame in shown] == case


def test_captures_come_from_the_script(tmp_path):
    subprocess.run([sys.executable, TESTS / "article" / "make_captures.py", tmp_path], check=True)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    kept = {file.name: file.read_bytes() for file in ARTICLE.glob("*.pcap")}
    assert made == kept
