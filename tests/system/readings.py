# SPDX-License-Identifier: GPL-2.0-or-later
"""All captures in a few runs of tshark, which takes a second to start.

tshark -M N forgets everything after each N frames. So captures of the same link layer
are put one after another into one file, each filled up to N frames with frames that
mean nothing; frame numbers begin anew with each of them.
"""

import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess

from conftest import ARTICLE, LAB, UNPRIVILEGED
from pcapfile import Frame, read, written

CAPTURES = sorted(ARTICLE.glob("*.pcap*")) + sorted(LAB.glob("*.pcap*"))

# Longer ones are not mixed with others, which would have to be filled up too far.
LONG = 400

# More of them in one run would fill the memory: tshark -M does not forget all.
BATCH_MAX = 200

# Link type: a frame of EtherType 0x88b5 (local experiments), or of an address family that there is not.
FILLERS = {
    0: b"\x63\0\0\0" + bytes(46),
    1: bytes(12) + b"\x88\xb5" + bytes(46),
    108: b"\0\0\0\x63" + bytes(46),
    113: bytes(14) + b"\x88\xb5" + bytes(46),
    276: b"\x88\xb5" + bytes(64),
}


# What tshark says while it captures and forgets.
EXPECTED = re.compile(r"^resetting session\.$|^Capturing on |\[(Main|MATE) MESSAGE\]|^tshark: $|^\d+ packets? captured$|^\d* ?$")


class Batch:
    """Captures as one file; a single one that is no pcap stays as it is."""

    def __init__(self, captures):
        self.names = [capture.name for capture in captures]
        if captures[0].suffix != ".pcap":
            self.suffix, self.data, self.frames = captures[0].suffix, captures[0].read_bytes(), None
            return
        captured = [read(capture) for capture in captures]
        link = captured[0][0]
        self.suffix = ".pcap"
        self.frames = max(len(frames) for _, frames in captured) + 1
        filled = []
        for _, frames in captured:
            filler = Frame(frames[-1].time, FILLERS[link], len(FILLERS[link]))
            filled += frames + [filler] * (self.frames - len(frames))
        self.data = written(link, filled)

    def split(self, rows):
        """Rows of each capture by its name; the first column is the frame's number."""
        if self.frames is None:
            return {self.names[0]: rows}
        found, names = collections.defaultdict(list), iter(self.names)
        name = next(names)
        for row in rows:
            if int(row[0]) == self.frames:
                name = next(names, None)
            else:
                found[name].append(row)
        assert name is None, "a session is missing"
        return {name: found[name] for name in self.names}


def batches(captures):
    groups = collections.defaultdict(list)
    for capture in captures:
        if capture.suffix == ".pcap":
            link, frames = read(capture)
            groups[link, len(frames) > LONG].append(capture)
        else:
            groups[capture].append(capture)
    return [Batch(group[at:at + BATCH_MAX]) for group in groups.values() for at in range(0, len(group), BATCH_MAX)]


def join(function, items):
    """The results for all items, as many at once as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


class Way:
    """How to read: what is added to the command line, and done to the file before."""

    def __init__(self, options=(), convert=None, live=False):
        self.options, self.convert, self.live = list(options), convert, live


def convert(batch, way, path):
    """The file's name after conversion."""
    path.write_bytes(batch.data)
    if way.convert == "gzip":
        subprocess.run(["gzip", "-f", path], check=True)
        return path.with_name(path.name + ".gz")
    if way.convert == "pcapng" and path.suffix == ".pcap":
        subprocess.run(["editcap", "-F", "pcapng", path, path.with_suffix(".pcapng")], check=True)
        path.unlink()
        return path.with_suffix(".pcapng")
    return path


def command(batch, way, path, display_filter, printed):
    args = ["tshark", "-n", *way.options]
    if batch.frames:
        args += ["-M", str(batch.frames)]
        display_filter = f"({display_filter}) || frame.number == {batch.frames}"
    if way.live:
        return [*args, "-l", "-i", "-", "-Y", display_filter, *printed]
    return [*args, "-r", str(path), "-Y", display_filter, *printed]


def run(tshark, args, stdin=None):
    """What it prints; on stderr it may only say that it began, and that it forgot."""
    env = {key: value for key, value in tshark.env.items() if key != "WIRESHARK_DATA_DIR" or "-N" not in args}      # names are looked up
    if os.getuid() == 0:
        args = UNPRIVILEGED + args
    done = subprocess.run(args, cwd=tshark.top, env=env, capture_output=True, text=True, timeout=300,
                          check=False, stdin=stdin)
    said = [line for line in done.stderr.splitlines() if not EXPECTED.search(line)]
    assert (done.returncode, said) == (0, []), args[:20]
    return done.stdout


def read_batch(tshark, number, batch, way, display_filter, printed):
    """What tshark prints for one of the batches."""
    folder = pathlib.Path(tshark.top) / f"{number}-{id(way)}"
    folder.mkdir()
    folder.chmod(0o755)
    path = convert(batch, way, folder / f"batch{batch.suffix}")
    path.chmod(0o644)
    args = command(batch, way, path, display_filter, printed)
    if way.live:
        with path.open("rb") as stdin:
            out = run(tshark, args, stdin)
    else:
        out = run(tshark, args)
    path.unlink()
    folder.rmdir()
    return out


def read_all(tshark, way, fields, captures=CAPTURES, display_filter="mwg502.cause"):
    """By capture: a dict of the fields that are there for each frame that passes the filter.

    Several values of a field are joined with commas.
    """
    printed = ["-T", "fields", "-e", "frame.number"]
    for field in fields:
        printed += ["-e", field]

    def read_one(numbered):
        number, batch = numbered
        out = read_batch(tshark, number, batch, way, display_filter, printed)
        return batch.split([row.split("\t") for row in out.splitlines()])

    found = {}
    for part in join(read_one, enumerate(batches(captures))):
        found.update(part)
    names = ["frame", *fields]
    return {capture: [{key: value for key, value in zip(names, row) if value} for row in rows]
            for capture, rows in found.items()}


def read_lines(tshark, way, display_filter, captures=CAPTURES):
    """By capture: the lines of the packet list that pass the filter."""
    found = {}
    for number, batch in enumerate(batches(captures)):
        out = read_batch(tshark, number, batch, way, display_filter, [])
        found.update(batch.split([line.split(None, 1) for line in out.splitlines()]))
    return found
