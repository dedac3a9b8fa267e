# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture whose clients chose their hosts and URLs to break whatever prints them."""

import sys

from conftest import TESTS
from test_reported import pcap, response

sys.path.insert(0, str(TESTS / "article"))
import make_captures as article  # noqa: E402

# Each with what it is meant to break: (host, path), as bytes on the wire.
TEXTS = {
    "formula": (b"=cmd|'/C calc'!A1", b"/"),
    "quotes": (b'say"yes",no', b"/a,b"),
    "markup": (b"</script><script>document.title='owned'</script>", b"/<img src=x onerror=document.title='owned'>"),
    "attribute": (b"\"onmouseover=alert(1) x='", b"/&lt;b&gt;&amp;"),
    "comment": (b"<!--<script>", b"/]]>"),
    "terminal": (b"\x1b]0;owned\x07\x1b[31m", b"/\x9b31m"),
    "encoding": (b"\xff\xfe\xc3.example", b"/\xe2\x80\xa8\xed\xa0\x80"),
    "template": (b"${7*7}`{{7*7}}", b"/%s%n\\u003c\\"),
    "long": (b"a" * 5000, b"/" + b"b" * 20000),
}


def capture(names=tuple(TEXTS)):
    """A pcap with a 502 for each: the host was looked up in vain, or what it asked for is no name at all."""
    frames = []
    for number, name in enumerate(names):
        host, path = TEXTS[name]
        outer = article.Connection(article.CLIENT, 51000 + number, article.GATEWAY, article.PROXY_PORT)
        lookup = article.Lookup(number + 1, f"{name}.example")
        head = article.request("placeholder.example", "/").replace(b"placeholder.example", host, 2).replace(b"/ HTTP", path + b" HTTP", 1)
        pieces = [head[at:at + 1400] for at in range(0, len(head), 1400)]
        frames += [*outer.handshake(), *(outer.up("PA", piece) for piece in pieces), lookup.query(), lookup.no_such_name(),
                   outer.down("PA", response("Content-Length: 0", body=b"")), *outer.close()]
    return pcap(frames)
