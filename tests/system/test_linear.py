# SPDX-License-Identifier: GPL-2.0-or-later
"""Each packet costs the same, however many there are, and what is held has a bound: counted in instructions and bytes, not in seconds.

Most of it is counted in tests/player, which tells the tracker what the captures of
tests/bench/hostile.py hold, without Wireshark: a thousand times as fast as under tshark.
"""
import collections
import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import TESTS, UNPRIVILEGED
from readings import Way, batches, command, read_all

sys.path.append(str(TESTS / "bench"))
import hostile                                                                           # noqa: E402

FEW, MANY = 500, 2000
GROWS = 1.25                    # what a packet of many may cost, compared to one of few

# With tables of LIMIT entries: what stays for each response with a verdict as long as the capture is open, in bytes
LIMIT = 256
BYTES_PER_VERDICT = 1400      # of which some 100 for each DNS question that is listed
# Sizes of captures that fill what has a limit: look-ups have one that is not a table's
LARGE = (70000, 100000)
SIZES = collections.defaultdict(lambda: (4000, 16000), looked_up=(4000, 6000), dns_names=LARGE, dns_silent=LARGE, dns_addresses=LARGE)

# What stays of a request that was answered, for as long as another one could hang on it
BYTES_PER_ANSWER = 4700

Played = collections.namedtuple("Played", "frames verdicts resets bytes")

needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="no valgrind")


@pytest.fixture(scope="module")
def player(module):
    path = module.parent.parent / "tests" / "player" / "player"
    if not path.exists():
        pytest.skip(f"no {path}")
    return path


def written(folder, kind, n):
    """A capture of that kind, with a few honest failures at the end."""
    path = folder / f"{kind}-{n}.pcap"
    pen = hostile.Pen(path)
    hostile.KINDS[kind](pen, max(2, n // hostile.SMALL.get(kind, 1)))
    hostile.honest(pen)
    pen.file.close()
    path.chmod(0o644)
    return path


def play(player, captures, *options, under=()):
    """What the player says of each capture; under: a command in front of it"""
    done = subprocess.run([*under, player, *options, *captures], capture_output=True, text=True, timeout=600, check=True)
    return [Played(*map(int, line.split())) for line in done.stdout.splitlines()]


@needs_valgrind
def test_each_packet_costs_the_same(player, tmp_path):
    captures = [written(tmp_path, kind, n) for kind in hostile.KINDS for n in (FEW, MANY)]
    played = play(player, captures, under=["valgrind", "--tool=callgrind", f"--callgrind-out-file={tmp_path}/counts", "--toggle-collect=tell",
                                           "--dump-after=play"])
    cost = [int(re.search(r"^(?:totals|summary): (\d+)", (tmp_path / f"counts.{number}").read_text(), re.M)[1]) / one.frames
            for number, one in enumerate(played, 1)]
    grown = {kind: f"{few:.0f} to {many:.0f} instructions a packet" for kind, few, many in zip(hostile.KINDS, cost[::2], cost[1::2])
             if many > GROWS * few}
    assert min(cost) > 10                           # it was counted at all
    assert not grown


def test_player_sees_what_tshark_sees(tshark, player, tmp_path):
    captures = [written(tmp_path, kind, 20) for kind in hostile.KINDS]
    found = read_all(tshark, Way(), ["mwg502.cause"], captures)
    causes = {name: ",".join(row["mwg502.cause"] for row in rows).split(",") for name, rows in found.items()}
    for capture, played in zip(captures, play(player, captures)):
        assert (len(causes[capture.name]), causes[capture.name].count("rst")) == (played.verdicts, played.resets), capture


@pytest.mark.parametrize("kind", [kind for kind in hostile.KINDS if kind != "answered"])
def test_what_is_held_has_a_bound(player, tmp_path, kind):
    """Only verdicts stay: tables that are full give up what is oldest."""
    few, many = play(player, [written(tmp_path, kind, n) for n in SIZES[kind]], "-l", str(LIMIT))
    assert many.bytes < 1.02 * few.bytes + BYTES_PER_VERDICT * (many.verdicts - few.verdicts)


def test_bytes_of_an_answered_request(player, tmp_path):
    few, many = play(player, [written(tmp_path, "answered", n) for n in (FEW, MANY)])
    assert (many.bytes - few.bytes) / (MANY - FEW) < BYTES_PER_ANSWER


# the whole module, in tshark

def counts(tshark, arguments, *options):
    """The instructions of each part of a run of tshark, which valgrind's options divide."""
    folder = tshark.top / "counts"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)         # tshark may be somebody else
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/part", *options, *arguments]
    if os.getuid() == 0:
        command = UNPRIVILEGED + command
    subprocess.run(command, cwd=tshark.top, env=tshark.env, capture_output=True, text=True, timeout=300, check=True)
    parts = sorted(folder.iterdir(), key=lambda part: int(part.suffix[1:] or 1e9))
    found = [int(re.search(r"^(?:totals|summary): (\d+)", part.read_text(), re.M)[1]) for part in parts]
    shutil.rmtree(folder)
    return found


@needs_valgrind
def test_pipelined_requests_cost_the_same_each(tshark, tmp_path):
    """Both captures in one run, which begins anew between them."""
    few, many = FEW // 2, MANY // 2
    [batch] = batches([written(tmp_path, "pipeline", n) for n in (few, many)])
    path = tshark.stage("both.pcap", batch.data)
    _, first, second = counts(tshark, command(batch, Way(), path, "mwg502.cause == \"none\"", []),
                              "--toggle-collect=dissect_mwg502", "--dump-before=begin_capture")[:3]
    assert first > 1000 * few                       # it was counted at all
    assert second / many < GROWS * first / few


@needs_valgrind
def test_disabled_it_wants_no_fields(tshark, tmp_path):
    """Wanted fields make Wireshark build a tree of every frame."""
    prime = "epan_dissect_prime_with_hfid_array"
    path = tshark.stage("flood.pcap", written(tmp_path, "syn_flood", 10).read_bytes())
    libraries = subprocess.run(["ldd", shutil.which("tshark")], capture_output=True, text=True, check=True).stdout
    symbols = subprocess.run(["nm", "-D", re.search(r"libwireshark\S* => (\S+)", libraries)[1]], capture_output=True, text=True, check=True).stdout
    assert prime in symbols.split()
    assert counts(tshark, ["tshark", "-n", "-r", str(path), "--disable-protocol", "mwg502"], f"--toggle-collect={prime}") == [0]
