# SPDX-License-Identifier: GPL-2.0-or-later
"""All scenarios by name, and the words they are written in."""
import importlib

ALL = {}


def scenario(f):
    """Register a function that drives a World"""
    ALL[f.__name__] = f
    return f


COUNT = [0]


def R(url, cause=None, **kw):
    """A request with its own number in the URL (CONNECT: none), and what is to come of it"""
    if kw.get("method") != "CONNECT":
        COUNT[0] += 1
        url += ("&" if "?" in url else "?") + "q=%d" % COUNT[0]
        if kw.pop("origin_form", False):
            kw["line"] = "/" + url.split("//")[1].split("/", 1)[1]
    return dict(kw, url=url, **({"cause": cause} if cause else {}))


def one(*requests, **kw):
    """One client connection"""
    return dict(kw, requests=list(requests))


for _n in ("dns", "connect", "tls", "response", "mixed", "clients", "real"):
    importlib.import_module("scenarios." + _n)
