#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make captures of today's reverse proxies and containers, with the programs that people run, each with its cause injected.

usage: upstreams.py [--list] [-o FOLDER] [--check MODULE] [NAME*]...   (root; the packages that README.md names)

NAME.pcap and NAME.truth.json as lab.py writes them; what the products wrote in their own logs goes to FOLDER/logs.
"""
import argparse
import fnmatch
import glob
import json
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

import lab
import places
import post
import verdicts
import world
from placetruth import PlaceTruth


def make(name, out, cert):
    tmp = tempfile.mkdtemp(prefix="mwg502-lab-")
    os.chmod(tmp, 0o777)
    w = world.World(name, tmp)
    w.port = 80
    try:
        for f in ("cert.pem", "key.pem"):
            shutil.copy(os.path.join(cert, f), tmp)
            os.chmod(os.path.join(tmp, f), 0o644)
        try:
            places.ALL[name](w)
        finally:
            w.stop()
            os.makedirs(os.path.join(out, "logs"), exist_ok=True)
            for log in glob.glob(os.path.join(tmp, "*.log")):
                if os.path.getsize(log):
                    shutil.copyfile(log, os.path.join(out, "logs", name + "." + os.path.basename(log)))
        entries = PlaceTruth(w).build()
        if w.post:
            post.ALL[w.post](w.pcap)
        shutil.copyfile(w.pcap, os.path.join(out, name + ".pcap"))
        with open(os.path.join(out, name + ".truth.json"), "w") as f:
            json.dump(entries, f, indent=1)
            f.write("\n")
        return entries
    finally:
        if os.environ.get("LAB_KEEP"):
            print("kept", tmp)
        else:
            shutil.rmtree(tmp, ignore_errors=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--list", action="store_true")
    p.add_argument("-o", default="upstreams", metavar="FOLDER")
    p.add_argument("--check", metavar="MODULE", help="compare the plugin's verdicts on the 502s with what was injected")
    p.add_argument("names", nargs="*", metavar="NAME")
    a = p.parse_args()
    if a.list:
        for name, f in places.ALL.items():
            print("%-26s %s" % (name, (f.__doc__ or "").strip().split("\n")[0]))
        return 0
    if missing := world.allowed():
        print("SKIP: " + missing)
        return 77
    os.makedirs(a.o, exist_ok=True)
    bad, plugin = 0, verdicts.Plugin(a.check) if a.check else None
    with tempfile.TemporaryDirectory(prefix="mwg502-lab-cert-") as cert:
        lab.certificate(cert)
        for name in places.ALL:
            if a.names and not any(fnmatch.fnmatchcase(name, x) for x in a.names):
                continue
            try:
                entries = make(name, a.o, cert)
                print("%-26s %s" % (name, " ".join("%d:%s" % (e["status"], e["cause"]) for e in entries)), flush=True)
                faults = lab.disagreements(entries, plugin, os.path.join(a.o, name + ".pcap")) if plugin else []
                bad += bool(faults)
                print("".join("    %s\n" % f for f in faults), end="", flush=True)
            except Exception as e:               # one scenario's fault is no reason to lose the others
                bad += "SKIP" not in str(e)
                print("%-26s %s: %s" % (name, type(e).__name__, e), flush=True)
    if plugin:
        plugin.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
