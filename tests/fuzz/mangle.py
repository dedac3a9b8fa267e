#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damages captures and compares the real tshark with and without the module.

    mangle.py MODULE [--runs N | --minutes N] [--undamaged N] [--seed N] [--only NAME] [--keep FOLDER]

First every capture of tests/captures as it is, then damaged ones (randpkt's too) until
the runs or the time are over. Of each:

  - exit code and stderr are those of tshark alone: no crash, no word
  - the dissection (PDML) without our items is the one of tshark alone, with no malformed
    packet or dissector bug inside ours: nothing of others is touched
  - it takes less than ten times the processor time of tshark alone
  - the case that the tree shows refers to frames that are there

A module built with -D MWG502_SANITIZE=ON is loaded with the sanitizers' runtime. What
fails is kept in FOLDER (mangled), and printed with its seed. Exit code 1: something failed.
"""
import argparse
import os
import pathlib
import random
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "system"))
from nametables import without_name_tables  # noqa: E402
SLOWEST = 10            # times the processor time of tshark alone, where that is measurable:
MEASURABLE = 2.0        # seconds that any run may take
PROTOCOLS = "arp bgp bvlc dns eth giop icmp ip llc m2m megaco nbns syslog tcp tds tr udp usb-linux".split()

OURS = re.compile(rb'^  <proto name="mwg502".*?^  </proto>\n', re.M | re.S)
STAMP = re.compile(rb'^<pdml version.*$', re.M)


# classic pcap files

class Pcap:
    def __init__(self, data):
        self.order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        self.head, self.frames, at = data[:24], [], 24
        while at + 16 <= len(data):
            seconds, fraction, captured, length = struct.unpack_from(self.order + "IIII", data, at)
            self.frames.append([seconds, fraction, length, data[at + 16:at + 16 + captured]])
            at += 16 + captured

    def data(self):
        return self.head + b"".join(struct.pack(self.order + "IIII", s, f, len(frame), max(length, len(frame))) + frame
                                    for s, f, length, frame in self.frames)


def is_pcap(data):
    return data[:4] in (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")


# damage: each takes (bytes of a capture, a random.Random) and returns bytes

def on_frames(change):
    def damage(data, rng):
        if not is_pcap(data):
            return cut(data, rng)
        capture = Pcap(data)
        change(capture, rng)
        return capture.data()
    damage.__name__ = change.__name__
    return damage


def editcap(data, *args):
    with tempfile.TemporaryDirectory() as folder:
        before, after = pathlib.Path(folder, "before"), pathlib.Path(folder, "after")
        before.write_bytes(data)
        subprocess.run(["editcap", *args, before, after], check=True, capture_output=True)
        return after.read_bytes()


def corrupt(data, rng):
    """editcap -E: any byte of any frame"""
    return editcap(data, "-E", str(rng.choice([0.0005, 0.002, 0.01, 0.02, 0.05, 0.2])), "--seed", str(rng.getrandbits(31)))


def corrupt_payload(data, rng):
    """behind the headers, so that more of it is still taken for what it was"""
    return editcap(data, "-E", str(rng.choice([0.002, 0.01, 0.05])), "-o", str(rng.choice([14, 34, 42, 54, 66])),
                   "--seed", str(rng.getrandbits(31)))


def snap(data, rng):
    return editcap(data, "-s", str(rng.randrange(1, 400)))


def cut(data, rng):
    return data[:rng.randrange(24, len(data))]


@on_frames
def snap_each(capture, rng):
    for frame in capture.frames:
        if rng.random() < 0.2:
            frame[3] = frame[3][:rng.randrange(len(frame[3]) + 1)]


@on_frames
def snap_at_every_length(capture, rng):
    """the capture again and again, its frames cut at 1, 2, 3 ... bytes; hours apart"""
    once, capture.frames = capture.frames[:40], []
    longest = max((len(frame[3]) for frame in once), default=1)
    first = rng.randrange(0, longest, 40)
    for n in range(first, min(first + 40, longest + 1)):
        for seconds, fraction, length, frame in once:
            capture.frames.append([seconds + 7200 * (n - first), fraction, length, frame[:n]])


@on_frames
def drop(capture, rng):
    share = rng.choice([0.02, 0.1, 0.3, 0.7])
    capture.frames = [frame for frame in capture.frames if rng.random() >= share]


@on_frames
def duplicate(capture, rng):
    share = rng.choice([0.1, 0.5, 1])
    capture.frames = [frame for frame in capture.frames for _ in range(1 + (rng.random() < share) * rng.choice([1, 1, 5]))]


@on_frames
def reorder(capture, rng):
    """frames move, with their times or against them"""
    places, with_times = rng.choice([2, 5, 30, 1000]), rng.random() < 0.5
    order = sorted(range(len(capture.frames)), key=lambda i: i + rng.random() * places)
    moved = [capture.frames[i] for i in order]
    if not with_times:
        moved = [[s, f, length, frame] for (s, f, _, _), (_, _, length, frame) in zip(capture.frames, moved, strict=True)]
    capture.frames = moved


@on_frames
def reverse(capture, rng):
    capture.frames.reverse()


@on_frames
def odd_times(capture, rng):
    for frame in capture.frames:
        if rng.random() < 0.1:
            frame[0] = rng.choice([0, 1, frame[0] + 100000, 0x7fffffff, 0xffffffff])


@on_frames
def odd_bytes(capture, rng):
    """bytes of the headers become what lengths, counts and flags go wrong with"""
    for frame in capture.frames:
        if frame[3] and rng.random() < 0.3:
            data = bytearray(frame[3])
            for _ in range(rng.choice([1, 1, 2, 4])):
                data[rng.randrange(min(len(data), rng.choice([60, 120, 2000])))] = rng.choice([0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)])
            frame[3] = bytes(data)


@on_frames
def repeat(capture, rng):
    """the same again, later: ports, ids and sequence numbers are reused"""
    once, again = capture.frames, rng.choice([2, 5])
    if len(once) * again < 1500:
        gap = rng.choice([0, 1, 60, 400])
        capture.frames = [[s + gap * i, f, length, frame] for i in range(again) for s, f, length, frame in once]


@on_frames
def foreign_frames(capture, rng):
    """frames of its own, where others were"""
    for frame in capture.frames:
        if rng.random() < 0.1:
            frame[2:] = rng.choice(capture.frames)[2:]


DAMAGES = [corrupt, corrupt, corrupt_payload, corrupt_payload, snap, cut, snap_each, snap_at_every_length, drop, duplicate, reorder,
           reverse, odd_times, odd_bytes, odd_bytes, repeat, foreign_frames]


def random_packets(rng):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "random.pcap")
        subprocess.run(["randpkt", "-b", "400", "-c", "300", "-t", rng.choice(PROTOCOLS), path], check=True, capture_output=True)
        return path.read_bytes()


# tshark

class Run:
    def __init__(self, command, env):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            done = subprocess.run(command, env=env, cwd="/tmp", capture_output=True, timeout=300, check=False)
            self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            self.code, self.out, self.err = "hangs", b"", b""
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def same_rest(ours, alone):
    """Nothing but the module's own items differs."""
    return STAMP.sub(b"", OURS.sub(b"", ours.out)) == STAMP.sub(b"", alone.out)


class Tshark:
    def __init__(self, module, folder):
        done = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True)
        version = re.search(r"(\d+\.\d+)\.\d+", done.stdout).group(1)
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent",
                    "WIRESHARK_CONFIG_DIR": "/nonexistent", "WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1",
                    **without_name_tables(folder / "data")}
        self.plugins, self.nothing = folder / "plugins", folder / "nothing"
        for place in (self.plugins, self.nothing):
            (place / version / "epan").mkdir(parents=True)
        shutil.copy(module, self.plugins / version / "epan")
        self.extra = {}
        self.sanitized = b"__asan_init" in module.read_bytes()
        if self.sanitized:
            runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout.strip()
            self.extra = {"LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1",
                          "WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple", "G_SLICE": "always-malloc"}
        self.user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []

    def run(self, path, passes, with_module, *options):
        # With the module port 9090 is HTTP; a preference's range can be set once only.
        env = dict(self.env, WIRESHARK_PLUGIN_DIR=str(self.plugins if with_module else self.nothing), **(self.extra if with_module else {}))
        command = ["tshark", "-n", "-r", path, *(["-2"] if passes == 2 else []), "-T", "pdml", *options]
        if not with_module:
            command += ["-d", "tcp.port==9090,http"]
        return Run([*self.user, *map(str, command)], env)

    def fault(self, path, passes):
        """What is wrong with the module on this capture, in words; None: nothing."""
        ours, alone = self.run(path, passes, True), self.run(path, passes, False)
        if (ours.code, ours.err) != (alone.code, alone.err):
            return f"exit code {ours.code}, not {alone.code}: {ours.err.decode(errors='replace')[-2000:]}"
        items = b"".join(OURS.findall(ours.out))
        for word in (b"_ws.malformed", b"Dissector bug", b"dissector bug", b"_ws.expert.severity.error"):
            if word in items:
                return f"{word.decode()} in our items"
        frames = ours.out.count(b"\n<packet>\n")
        for number in re.findall(rb'name="mwg502\.(?:\w+\.)?\w*frame"[^>]* show="(\d+)"', items):
            if not 1 <= int(number) <= frames:
                return f"a link to frame {int(number)} of {frames}"
        if not same_rest(ours, alone) and b'name="http2"' in ours.out:
            # With the module HTTP/2 is dissected wherever its preface is: that apart, nothing may differ.
            ours = self.run(path, passes, True, "--disable-heuristic", "mwg502_http2_tcp")
        if not same_rest(ours, alone):
            return "the rest of the dissection is another one"
        if ours.seconds > MEASURABLE * (3 if self.sanitized else 1) and ours.seconds > SLOWEST * alone.seconds:
            return f"{ours.seconds:.1f} s, tshark alone {alone.seconds:.1f} s"
        return None


def damaged(captures, rng):
    """A capture's bytes, and how they came about"""
    if rng.random() < 0.05:
        return random_packets(rng), "randpkt"
    source = rng.choice(captures)
    data, story = source.read_bytes(), source.stem
    for _ in range(rng.choice([1, 1, 1, 2])):
        damage = rng.choice(DAMAGES)
        try:
            data = damage(data, rng)
        except subprocess.CalledProcessError:
            break                       # editcap does not read what the first damage left
        story += " " + damage.__name__
    return data, story


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--undamaged", type=int, metavar="N", help="only so many captures as they are")
    parser.add_argument("--seed", type=int, default=502)
    parser.add_argument("--only", default="", help="captures with this in their name")
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("mangled"))
    args = parser.parse_args()

    captures = sorted(path for place in ("captures/*", "fuzz/regressions/captures") for path in TESTS.glob(f"{place}/*.pcap*")
                      if args.only in path.name)
    os.umask(0o022)
    begin, runs, failed = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory(prefix="mwg502-mangle-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        tshark = Tshark(args.module.resolve(), pathlib.Path(folder))
        path = pathlib.Path(folder, "capture")
        print(f"{len(captures)} captures; sanitizers: {'yes' if tshark.sanitized else 'no'}", flush=True)

        def check(data, story, passes):
            nonlocal runs, failed
            path.write_bytes(data)
            fault = tshark.fault(path, passes)
            runs += 1
            if fault:
                failed += 1
                args.keep.mkdir(parents=True, exist_ok=True)
                (args.keep / f"{story.replace(' ', '-')}.pcap").write_bytes(data)
                print(f"{story} ({passes} pass): {fault}", flush=True)

        found = [path for path in captures if path.parent.parent.name == "regressions"]
        undamaged = captures if args.undamaged is None else found + random.Random(args.seed).sample(captures, args.undamaged)
        for capture in undamaged:
            check(capture.read_bytes(), capture.stem, 2)
        for seed in range(args.seed, args.seed + 10 ** 9):
            over = time.monotonic() - begin >= args.minutes * 60 if args.minutes is not None else seed - args.seed >= args.runs
            if over:
                break
            rng = random.Random(seed)
            data, story = damaged(captures, rng)
            check(data, f"{seed} {story}", rng.choice([1, 2]))
    print(f"{runs} runs in {(time.monotonic() - begin) / 60:.0f} minutes, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
