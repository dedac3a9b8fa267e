# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios for ../upstreams.py: what stands behind today's gateways, and where it stands."""
import importlib

ALL = {}
COUNT = [0]


def place(f):
    """Register a function that drives a World"""
    ALL[f.__name__] = f
    return f


def Q(path, cause=None, server=None, **kw):
    """A request in origin form (absolute: as to a forward proxy) with a number of its own, and what is to come of it.

    cause None: no 502 is expected; "ended": the server is made to end the connection, by FIN or RST. server: (address, port) that the deciding attempt goes to. Further keys: kind (how the request looks
    on the server's leg: "http", "h2", "tls", "bytes"), legs (inner gateways, each {"to", "cause", "server"}), frames (a function of the truth
    that finds the evidence), mark (what stands before the number in the path), asker (who looks the name up, where its packets are seen twice), exact, also_acceptable, note, stall, sender, and those of inside/client.py.
    """
    COUNT[0] += 1
    path += kw.pop("mark", "&" if "?" in path else "?") + "q=%d" % COUNT[0]
    host = kw.pop("host", "app.media.test")
    line = {} if kw.pop("absolute", False) else {"line": path}
    return dict({**line, "url": "http://" + host + path, "q": COUNT[0], "server": server}, **kw, **({"cause": cause} if cause else {}))


def each(w, *requests, where="C", **conn):
    """Ask one after the other, each on a connection of its own"""
    for r in requests:
        w.ask(dict(conn, requests=[r]), where=where)


def kept(w, *requests, where="C", **conn):
    """Ask one after the other on one connection"""
    return w.ask(dict(conn, requests=list(requests)), where=where)


for _n in ("loopback", "apps", "framed", "chains", "containers", "remembered", "stalls", "products"):
    try:
        importlib.import_module("places." + _n)
    except ModuleNotFoundError as _e:
        if _e.name != "places." + _n:
            raise
