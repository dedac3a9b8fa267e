#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make captures of gateways that answer 502, each with its cause injected and written beside it.

Needs root, network namespaces, and the Debian packages that README.md names. Prints SKIP and exits 77 where they are not to be had.
"""
import argparse
import concurrent.futures
import fnmatch
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

import post
import scenarios
import verdicts
import world
from truth import Truth


def certificate(tmp):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=origin.test",
                    "-keyout", os.path.join(tmp, "key.pem"), "-out", os.path.join(tmp, "cert.pem")], check=True, capture_output=True)


def one(name, out, cert):
    """Run one scenario; -> (name, entries, None) or (name, None, why not)"""
    tmp = tempfile.mkdtemp(prefix="mwg502-lab-")
    w = world.World(name, tmp)
    try:
        for f in ("cert.pem", "key.pem"):
            shutil.copy(os.path.join(cert, f), tmp)
        os.chmod(tmp, 0o755)
        try:
            scenarios.ALL[name](w)
        finally:
            w.stop()
        truth = Truth(w)
        if w.post:
            post.ALL[w.post](w.pcap)
            truth.shown_in(w.pcap)
        entries = truth.build()
        shutil.copy(w.pcap, os.path.join(out, name + ".pcap"))
        os.chmod(os.path.join(out, name + ".pcap"), 0o644)
        with open(os.path.join(out, name + ".truth.json"), "w") as f:
            json.dump(entries, f, indent=1)
            f.write("\n")
        return name, entries, None
    except (world.LabError, OSError, subprocess.SubprocessError) as e:
        return name, None, "%s: %s" % (type(e).__name__, e)
    finally:
        if os.environ.get("LAB_KEEP"):
            print("kept", tmp)
        else:
            shutil.rmtree(tmp, ignore_errors=True)


def live_test(plugin, cert):
    """A failure while tshark captures: the verdict must appear while it runs. -> faults"""
    faults = 0
    for url, cause in (("http://cdn.media.test:81/", "rst"), ("http://none.media.test/", "nxdomain"), ("http://www.media.test/head-fin", "truncated")):
        with tempfile.TemporaryDirectory(prefix="mwg502-lab-") as tmp:
            w = world.World("live", tmp)
            try:
                scenarios.mixed.base(w)
                shown = verdicts.live(w, plugin, lambda: w.ask(scenarios.one(scenarios.R(url, cause))))
            finally:
                w.stop()
        good = [c for _, c in shown] == [cause]
        faults += not good
        print("live %-20s %s" % (cause, "shown after %.1f s" % shown[0][0] if good else "wrong: %s" % shown), flush=True)
    return faults


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-j", type=int, default=4, help="scenarios at a time (4)")
    p.add_argument("-o", metavar="DIR", help="where the captures go (with --check or --live they need not be kept)")
    p.add_argument("--list", action="store_true", help="the names, each with its first line")
    p.add_argument("--check", metavar="MODULE", help="compare the plugin's verdicts with what was injected")
    p.add_argument("--live", metavar="MODULE", help="tshark captures on the gateway while failures happen")
    p.add_argument("names", nargs="*", metavar="NAME", help="scenarios, also NAME* (all)")
    return p.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    a = arguments()
    names = [n for n in scenarios.ALL if not a.names or any(fnmatch.fnmatchcase(n, x) for x in a.names)]
    if a.list:
        for n in names:
            print(("%-28s %s" % (n, (scenarios.ALL[n].__doc__ or "").strip().split("\n")[0])).rstrip())
        return 0
    missing = world.allowed()
    if missing:
        print("SKIP: " + missing)
        return 77
    if not names:
        print("no such scenario")
        return 2
    work = tempfile.mkdtemp(prefix="mwg502-lab-out-")
    plugin = verdicts.Plugin(a.check or a.live) if a.check or a.live else None
    try:
        certificate(work)
        if a.live:
            return 1 if live_test(plugin, work) else 0
        return 1 if run(a, names, work, plugin) else 0
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if plugin:
            plugin.close()


def disagreements(entries, plugin, pcap):
    try:
        return verdicts.compare(entries, plugin.read(pcap))
    except (OSError, subprocess.SubprocessError) as e:
        return [str(e)]


def run(a, names, work, plugin):
    """-> how many scenarios failed or disagree"""
    out = a.o or (os.path.join(work, "captures") if plugin else "lab-captures")
    os.makedirs(out, exist_ok=True)
    start, bad, skipped = time.monotonic(), 0, 0
    pool = concurrent.futures.ThreadPoolExecutor(a.j)
    try:
        for name, entries, why in pool.map(lambda n: one(n, out, work), names):
            if why:
                skipped += "SKIP" in why
                bad += "SKIP" not in why
                print("%-28s %s" % (name, why), flush=True)
                continue
            print("%-28s %s" % (name, " ".join(e["cause"] for e in entries) or "(none)"), flush=True)
            faults = disagreements(entries, plugin, os.path.join(out, name + ".pcap")) if plugin else []
            bad += bool(faults)
            for f in faults:
                print("    " + f, flush=True)
    finally:                                     # those that run clean up behind themselves
        pool.shutdown(cancel_futures=True)
    print("%d scenarios, %d skipped, %d %s, %.0f s" % (len(names), skipped, bad, "failed or disagree" if plugin else "failed", time.monotonic() - start))
    return bad


if __name__ == "__main__":
    sys.exit(main())
