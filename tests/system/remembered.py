# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture in which one failed look-up led to several responses, since the gateway remembers it."""

import sys

from conftest import TESTS
from test_reported import pcap, response

sys.path.insert(0, str(TESTS / "article"))
import make_captures as article  # noqa: E402


def capture(clients=4):
    """A pcap: the first client's request is looked up in vain, the others' are answered at once."""
    lookup = article.Lookup(1, "nosuch.example")
    frames = []
    for number in range(clients):
        outer = article.Connection(article.CLIENT, 51000 + number, article.GATEWAY, article.PROXY_PORT)
        frames += [*outer.handshake(), outer.up("PA", article.request("nosuch.example", f"/{number}")),
                   *([lookup.query(), lookup.no_such_name()] if number == 0 else []),
                   outer.down("PA", response("Content-Length: 0", body=b"")), *outer.close()]
    return pcap(frames)
