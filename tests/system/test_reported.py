# SPDX-License-Identifier: GPL-2.0-or-later
"""What the gateway says on its block page, in each form in which HTTP may carry one."""

import gzip
import io
import sys
import zlib

import pytest
from conftest import TESTS
from scapy.all import RawPcapWriter

sys.path.insert(0, str(TESTS / "article"))
import make_captures as article  # noqa: E402

PAGE = b"<html>\n<head>\n<title>Host Not Resolvable</title>\n</head>\n<body>\n%s</body></html>\n" % b"".join(
    b"<p>%d %x</p>\n" % (n, n * 2654435761 % 2**32) for n in range(300))
# Its title says nothing; the template's name does (and it is not always in English).
GATEWAYS_OWN = PAGE.replace(b"Host Not Resolvable", b"McAfee Web Gateway - Notification").replace(
    b"<body>", b"<body>\n<!--Contents-->\n<!-- FileName: notresolvable.html\n     Language: [en]\n-->\n")
BOMB = PAGE + bytes(2**20)


def in_chunks(body, size=700):
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def raw_deflate(body):
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(body) + coder.flush()


def response(*headers, body):
    return article.http("HTTP/1.1 502 Bad Gateway", "Content-Type: text/html", *headers, body=body)


def sized(coding, body):
    return response(f"Content-Encoding: {coding}", f"Content-Length: {len(body)}", body=body)


def pcap(frames, snaplen=65535):
    """A capture file of these frames, 1 ms apart."""
    file = io.BytesIO()
    file.close, close = file.flush, file.close
    writer = RawPcapWriter(file, linktype=article.LINKTYPE_LINUX_SLL)
    writer.write_header(None)
    for number, frame in enumerate(frames):
        writer.write_packet(frame[:snaplen], sec=article.START, usec=number * 1000, wirelen=len(frame))
    data = file.getvalue()
    close()
    return data


def capture(answer, snaplen=65535):
    """A name that does not exist, and this answer to the client in segments of 1460 bytes."""
    lookup = article.Lookup(1, "nosuch.example")
    outer = article.Connection(article.CLIENT, 51234, article.GATEWAY, article.PROXY_PORT)
    frames = [*outer.handshake(), outer.up("PA", article.request("nosuch.example", "/")),
              lookup.query(), lookup.no_such_name()]
    return pcap(frames + [outer.down("PA", answer[at:at + 1460]) for at in range(0, len(answer), 1460)], snaplen)


@pytest.mark.parametrize("answer", [
    pytest.param(response(f"Content-Length: {len(PAGE)}", body=PAGE), id="plain"),
    pytest.param(response("Transfer-Encoding: chunked", body=in_chunks(PAGE)), id="chunked"),
    pytest.param(sized("gzip", gzip.compress(PAGE)), id="gzip"),
    pytest.param(response("Content-Encoding: gzip", "Transfer-Encoding: chunked", body=in_chunks(gzip.compress(PAGE))),
                 id="gzip-chunked"),
    pytest.param(sized("deflate", zlib.compress(PAGE)), id="deflate"),
    pytest.param(sized("deflate", raw_deflate(PAGE)), id="deflate-raw"),
    pytest.param(sized("gzip", gzip.compress(GATEWAYS_OWN)), id="gateways-own"),
    pytest.param(sized("gzip", gzip.compress(BOMB)), id="bomb"),
])
def test_page_says_why(tshark, answer):
    staged = tshark.stage("page.pcap", capture(answer))
    (verdict,) = tshark.verdicts(staged)
    assert verdict["mwg502.cause"] == ["nxdomain"]
    assert (verdict["mwg502.reported"], verdict["mwg502.agreement"]) == (["Host Not Resolvable"], ["agrees"])


@pytest.mark.parametrize("coding, body", [("gzip", gzip.compress(PAGE)), ("deflate", zlib.compress(PAGE))],
                         ids=["gzip", "deflate"])
def test_page_cut_by_the_snap_length(tshark, coding, body):
    """Nothing is read beyond what was captured, and what is there is read."""
    answer = sized(coding, body)
    said = set()
    for snaplen in (180, 350, 900):
        staged = tshark.stage("cut.pcap", capture(answer, snaplen))
        said.add(tuple(tuple(v.get("mwg502.reported", ["-"])) for v in tshark.verdicts(staged)))
    assert said == {(("-",),), (("Host Not Resolvable",),)}
