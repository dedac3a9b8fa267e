# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes to a finished capture that keep the numbers of its frames."""
import os
import struct
import subprocess


def records(path):
    with open(path, "rb") as f:
        head = f.read(24)
        while True:
            r = f.read(16)
            if len(r) < 16:
                return
            sec, usec, caplen, length = struct.unpack("<IIII", r)
            yield head, sec, usec, f.read(caplen), length


def rewrite(path, change, link=None):
    out = b""
    for head, sec, usec, data, length in records(path):
        out = out or (head if link is None else head[:20] + struct.pack("<I", link))
        new = change(data)
        out += struct.pack("<IIII", sec, usec, len(new), length + len(new) - len(data)) + new
    with open(path, "wb") as f:
        f.write(out)


def vlan(path):
    rewrite(path, lambda d: d[:12] + b"\x81\x00\x00\x28" + d[12:])


def qinq(path):
    rewrite(path, lambda d: d[:12] + b"\x88\xa8\x00\x64\x81\x00\x00\x28" + d[12:])


def family(order, inet6):
    """From Ethernet to the four bytes that a BSD puts before what crosses its loopback"""
    return lambda d: struct.pack(order + "I", inet6 if d[12:14] == b"\x86\xdd" else 2) + d[14:]


def null(path):
    rewrite(path, family("<", 30), 0)            # macOS: host byte order


def loop(path):
    rewrite(path, family(">", 24), 108)          # OpenBSD: network byte order


def editcap(*options):
    def f(path):
        subprocess.run(["editcap", *options, path, path + ".new"], check=True, capture_output=True)
        os.replace(path + ".new", path)
    return f


ALL = {"null": null, "loop": loop, "vlan": vlan, "qinq": qinq, "snap96": editcap("-F", "pcap", "-s", "96"), "pcapng": editcap("-F", "pcapng"), "nsec": editcap("-F", "nsecpcap")}
