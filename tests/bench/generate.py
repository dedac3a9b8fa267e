#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a capture as taken on a busy web gateway, with the truth beside it.

    generate.py --seed 7 --requests 5000 --rate 300 --out crowd.pcap --loss 0.08
    generate.py --kind kubernetes --seed 7 --requests 400 --rate 30 --out ingress.pcap

FILE.truth.json has one entry per 502 (frame, request, cause, evidence ...). The same seed and options give the same bytes.
"""
import argparse
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from crowd import families                                                               # noqa: E402
from crowd.capture import Capture                                                        # noqa: E402
from crowd.clients import Crowd                                                          # noqa: E402
from crowd.deployment import Deployment                                                  # noqa: E402
from crowd.gateway import Gateway                                                        # noqa: E402
from crowd.kinds import BAD, GOOD, REMEMBERED, Chooser                                   # noqa: E402
from crowd.sim import Sim                                                                # noqa: E402
from crowd.tcp import Net                                                                # noqa: E402
from crowd.truth import Book                                                             # noqa: E402
from crowd.wire import Link                                                              # noqa: E402
from crowd.world import World                                                            # noqa: E402


def parser():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--kind", default="forward", choices=["forward"] + list(families.KINDS), help="the kind of gateway (default: forward, a forward proxy)")
    p.add_argument("--failures", type=float, help="kinds but forward: share of requests that fail (default: 0.05 to 0.2, by seed)")
    p.add_argument("--requests", type=int, default=2000)
    p.add_argument("--rate", type=float, default=200.0, help="requests per second")
    p.add_argument("--out", required=True, help="FILE.pcap (FILE.pcapng with --two-interfaces)")
    p.add_argument("--loss", type=float, default=0.0, help="share of packets lost on the network, in each direction")
    p.add_argument("--capture-loss", type=float, default=0.0, help="share of frames that only the capture lacks")
    p.add_argument("--duplicates", action="store_true", help="every frame twice, as on a bridge or with -i any")
    p.add_argument("--two-interfaces", action="store_true", help="pcapng of two interfaces, written in batches: frames out of order")
    p.add_argument("--kinds", default="", help="comma-separated failures instead of all: %s; +NAME adds one of: %s" % (
        ", ".join(BAD), ", ".join(sorted(REMEMBERED))))
    p.add_argument("--success", type=float, help="share of requests that succeed (default: 0.7 to 0.9, by seed)")
    p.add_argument("--crowds", type=float, default=0.004, help="share of arrivals that are a crowd at one dead host")
    p.add_argument("--large", action="store_true", help="many large downloads (and only 502s besides, if any)")
    p.add_argument("--downloads", type=int, default=1, metavar="WEIGHT", help="weight of large downloads among what succeeds (all the rest: about 96)")
    p.add_argument("--link", choices=sorted(Link.TYPES), help="link layer (default: by seed)")
    return p


def forward(options, rng, sim, link, capture):
    """-> (Net, who asks, Books)"""
    named = [k for k in options.kinds.split(",") if k]
    extra, wanted = {k[1:] for k in named if k[0] == "+"}, {k for k in named if k[0] != "+"}
    if extra - REMEMBERED or wanted - set(BAD) - set(GOOD):
        raise SystemExit("generate: no such kind: %s" % ", ".join(sorted((extra - REMEMBERED) | (wanted - set(BAD) - set(GOOD)))))
    world = World(rng, options)
    world.link_name = link.name
    world.share_lookups = "shared_lookup" in extra
    world.remember_names, world.remember_hops = "negative_cache" in extra, "marked_down" in extra
    success = options.success if options.success is not None else rng.uniform(0.7, 0.9)
    net = Net(sim, capture, link, rng, options.loss, world.gateway_ports)
    book = Book(world)
    chooser = Chooser(rng, world, wanted, success, options.crowds)
    if options.downloads != 1 and "ok_large" in chooser.good:
        chooser.good["ok_large"] = options.downloads
        chooser._good_w = list(chooser.good.values())
    if options.large:
        chooser.good = {"ok_large": 1}
        chooser._good, chooser._good_w = ["ok_large"], [1]
    return net, Crowd(net, world, Gateway(net, world, book), chooser, rng, options), [book]


def generate(options):
    rng = random.Random("mwg502-%d" % options.seed if options.kind == "forward" else "mwg502-%s-%d" % (options.kind, options.seed))
    link = Link(options.link or rng.choice(["sll", "sll2"] if options.kind == "nat" else ["ethernet", "sll2", "ethernet", "sll"]), rng)
    capture = Capture(options.out, link, random.Random("capture-%d" % options.seed), options.capture_loss, options.duplicates,
                      options.two_interfaces)
    sim = Sim()
    if options.kind == "forward":
        net, crowd, books = forward(options, rng, sim, link, capture)
    else:
        crowd = Deployment(options, rng, sim, link, capture)
        net, books = crowd.net, crowd.books
    sim.start(crowd.run())
    sim.run()
    frames = capture.close()
    number = capture.number
    streams = numbered(net.streams, number)
    entries = sorted((e for b in books for e in b.entries(capture, streams, net.copies)), key=lambda e: (e["frame"], e["frame_first"]))
    with open(re.sub(r"\.pcap(ng)?$", "", options.out) + ".truth.json", "w") as f:
        json.dump(entries, f, indent=1)
        f.write("\n")
    return frames, crowd.made, entries, sim.now


def numbered(connections, number):
    """-> connection -> its number in Wireshark, by the first of its frames that the capture has (None where it has none)"""
    begun = {}
    for conn in connections:
        seen = [number[s.handle] for s in getattr(conn, "log", ())] if not number[conn.first] else [number[conn.first]]
        begun[id(conn)] = next((n for n in seen if n), None)
    order = sorted((n, key) for key, n in begun.items() if n)
    return {**dict.fromkeys(begun), **{key: at for at, (_, key) in enumerate(order)}}


def main():
    options = parser().parse_args()
    frames, made, entries, seconds = generate(options)
    causes = {}
    for e in entries:
        causes[e["cause"]] = causes.get(e["cause"], 0) + 1
    print("%s: %d frames, %d requests, %d answers 502 in %.0f s; exact evidence in %d, late in %d" % (
        options.out, frames, made, len(entries), seconds, sum(e["evidence"]["exact"] for e in entries), sum(bool(e.get("late")) for e in entries)))
    print("  " + ", ".join("%s %d" % c for c in sorted(causes.items())))


if __name__ == "__main__":
    main()
