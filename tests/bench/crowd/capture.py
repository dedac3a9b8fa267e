# SPDX-License-Identifier: GPL-2.0-or-later
"""The capture file. Frames come in order of time; what is written may be twice, in batches per interface, or with gaps.

A frame is known by its handle (0, 1, 2 ... in order of time) until the file is closed; `number` then tells its frame number,
0 where the capture lacks it. Of a frame written twice the number is the first copy's.
"""
import array
import heapq
import struct

EPOCH = 1710000000
RECORD = struct.Struct("<IIII")


class PcapWriter:
    def __init__(self, path, linktype):
        self.file = open(path, "wb", buffering=1 << 20)
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, linktype))
        self.count = 0

    def write(self, when, data, interface):
        second = int(when)
        n = len(data)
        self.file.write(RECORD.pack(EPOCH + second, int((when - second) * 1000000), n, n))
        self.file.write(data)
        self.count += 1

    def close(self):
        self.file.close()


class PcapngWriter:
    """Two interfaces, nanoseconds."""

    def __init__(self, path, linktype, names=("client0", "server0")):
        self.file = open(path, "wb", buffering=1 << 20)
        self._block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
        for name in names:
            raw = name.encode()
            option = struct.pack("<HH", 2, len(raw)) + raw + b"\0" * (-len(raw) % 4) + struct.pack("<HHB3x", 9, 1, 9) + b"\0" * 4
            self._block(1, struct.pack("<HHI", linktype, 0, 262144) + option)
        self.count = 0

    def _block(self, kind, body):
        size = len(body) + 12
        self.file.write(struct.pack("<II", kind, size) + body + struct.pack("<I", size))

    def write(self, when, data, interface):
        stamp = EPOCH * 1000000000 + int(when * 1e6) * 1000
        n = len(data)
        self._block(6, struct.pack("<IIIII", interface, stamp >> 32, stamp & 0xffffffff, n, n) + data + b"\0" * (-n % 4))
        self.count += 1

    def close(self):
        self.file.close()


# dumpcap writes what it has of an interface after this time at the latest, s
READ_TIMEOUT = 0.25


class Capture:
    """options: capture_loss (a share), duplicates, two_interfaces; rng is the capture's own."""

    def __init__(self, path, link, rng, capture_loss=0.0, duplicates=False, two_interfaces=False):
        self.link, self.rng = link, rng
        self.capture_loss, self.duplicates, self.two = capture_loss, duplicates, two_interfaces
        self.writer = (PcapngWriter if two_interfaces else PcapWriter)(path, link.type)
        self.number = array.array("L")
        self.when = array.array("d")
        self._pending = []                               # copies that come a moment later
        self._order = 0
        self._batch = ([], [])                           # per interface, not yet written
        self._flush_at = [0.0, 0.0]

    def frame(self, when, data, interface):
        """-> handle"""
        handle = len(self.number)
        self.number.append(0)
        self.when.append(when)
        if self.capture_loss and self.rng.random() < self.capture_loss:
            return handle
        if self.two:
            batch = self._batch[interface]
            if when >= self._flush_at[interface]:
                self._write_batch(interface)
                self._flush_at[interface] = when + self.rng.uniform(0.002, 0.060)
            batch.append((when, data, handle))
            quiet = self._batch[not interface]
            if quiet and when - quiet[0][0] > READ_TIMEOUT:
                self._write_batch(not interface)
        elif self.duplicates:
            self._write_pending(when)
            self._write(when, data, interface, handle)
            self._order += 1
            copy = data
            if self.link.name == "sll2":                 # the bridge's own name is another interface
                copy = data[:7] + b"\x09" + data[8:]
            heapq.heappush(self._pending, (when + self.rng.uniform(0.000001, 0.00002), self._order, copy, interface))
        else:
            self._write(when, data, interface, handle)
        return handle

    def _write(self, when, data, interface, handle):
        self.writer.write(when, data, interface)
        self.number[handle] = self.writer.count

    def _write_pending(self, until):
        while self._pending and self._pending[0][0] <= until:
            when, _, data, interface = heapq.heappop(self._pending)
            self.writer.write(when, data, interface)

    def _write_batch(self, interface):
        for when, data, handle in self._batch[interface]:
            self._write(when, data, interface, handle)
        self._batch[interface].clear()

    def close(self):
        self._write_pending(float("inf"))
        for interface in (1, 0) if self.rng.random() < 0.5 else (0, 1):
            self._write_batch(interface)
        self.writer.close()
        return self.writer.count
