# SPDX-License-Identifier: GPL-2.0-or-later
"""Classic captures as lists of frames, and back: for tests that change what a capture holds."""

import collections
import struct

HEAD, RECORD = struct.Struct("<IHHiIII"), struct.Struct("<IIII")
MICROSECONDS = 0xA1B2C3D4
SECOND = 1_000_000

# time in microseconds; length: as it was on the wire
Frame = collections.namedtuple("Frame", "time data length")


def read(path):
    """Link type and frames of a little-endian pcap of microseconds."""
    data = path.read_bytes()
    magic, *_, link = HEAD.unpack_from(data)
    assert magic == MICROSECONDS, path
    found, at = [], HEAD.size
    while at < len(data):
        seconds, fraction, captured, length = RECORD.unpack_from(data, at)
        at += RECORD.size + captured
        found.append(Frame(seconds * SECOND + fraction, data[at - captured:at], length))
    return link, found


def written(link, frames):
    """The bytes of the file."""
    records = (RECORD.pack(*divmod(frame.time, SECOND), len(frame.data), frame.length) + frame.data for frame in frames)
    return HEAD.pack(MICROSECONDS, 2, 4, 0, 0, 262144, link) + b"".join(records)


def pcapng(link, numbered):
    """The bytes of a capture of interfaces 0 and 1; each frame as its interface and itself."""
    def block(kind, body):
        length = struct.pack("<I", 12 + len(body))
        return struct.pack("<I", kind) + length + body + length

    found = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + 2 * block(1, struct.pack("<HHI", link, 0, 0))
    for interface, frame in numbered:
        found += block(6, struct.pack("<IIIII", interface, frame.time >> 32, frame.time & 0xFFFFFFFF, len(frame.data), frame.length) +
                       frame.data + bytes(-len(frame.data) % 4))
    return found


# Where IP begins: for each link type the length of its header, and where in it the EtherType stands
LINKS = {0: (4, None), 1: (14, 12), 108: (4, None), 113: (16, 14), 276: (20, 0)}


def ip_offset(link, data):
    """Of the IP header in a frame; None: it is no IP."""
    size, at = LINKS[link]
    if at is not None:
        ethertype = data[at:at + 2]
        while ethertype == b"\x81\x00":
            ethertype, size = data[size + 2:size + 4], size + 4
        if ethertype not in (b"\x08\x00", b"\x86\xdd"):
            return None
    return size if len(data) > size + 20 else None


# The TCP segment of a frame: where its IP header, its own header and its payload begin, its ends and its numbers
Segment = collections.namedtuple("Segment", "ip tcp payload ends seq ack flags")


def segment(link, data):
    """None: it is none, or IP has options or extensions."""
    ip = ip_offset(link, data)
    if ip is None or data[ip] not in (0x45, 0x60) or data[ip + (9 if data[ip] == 0x45 else 6)] != 6:
        return None
    tcp, addresses, width = (ip + 20, ip + 12, 4) if data[ip] == 0x45 else (ip + 40, ip + 8, 16)
    if len(data) < tcp + 20:
        return None
    sport, dport, seq, ack, offset, flags = struct.unpack_from(">HHIIBB", data, tcp)
    ends = (data[addresses:addresses + width], sport), (data[addresses + width:addresses + 2 * width], dport)
    return Segment(ip, tcp, tcp + (offset >> 4) * 4, ends, seq, ack, flags)


def with_numbers(data, at, seq, ack):
    """The frame whose segment has these numbers instead; checksums stay, which Wireshark does not verify."""
    return data[:at.tcp + 4] + struct.pack(">II", seq % 2 ** 32, ack % 2 ** 32) + data[at.tcp + 12:]


def with_payload(data, at, payload):
    """The frame with another payload; nothing is behind it."""
    data = bytearray(data[:at.payload] + payload)
    struct.pack_into(">H", data, at.ip + (2 if data[at.ip] == 0x45 else 4), len(data) - at.ip - (0 if data[at.ip] == 0x45 else 40))
    return bytes(data)
