#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Generates crowds, lets tshark with the plugin diagnose them, and compares with the truth.

    check.py build/plugin/mwg502.so --seeds 1-10 --variants clean,loss
    check.py MODULE --capture crowd.pcap -v

Prints, per variant and pass: causes right, exact evidence right, `observed` verdicts right, stray verdicts; tables per cause and
per confidence; and the first misses with their frames. Exit 0 when the figures of the project are reached: causes >= 99.9 %,
exact evidence >= 99.5 %, observed >= 99.9 %, no stray verdict.
"""
import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VARIANTS = {
    "clean": [],
    "loss": ["--loss", "0.08"],
    "duplicates": ["--duplicates"],
    "two": ["--two-interfaces"],
    "twoloss": ["--two-interfaces", "--loss", "0.08"],
    "gaps": ["--capture-loss", "0.02"],
    "remembered": ["--kinds", "+shared_lookup,+negative_cache,+marked_down"],
    "shared": ["--kinds", "+shared_lookup"],
}
FIELDS = ["frame.number", "mwg502.cause", "mwg502.confidence", "mwg502.request_frame", "mwg502.evidence_frame", "mwg502.server.ip",
          "mwg502.server.ipv6", "mwg502.server.port", "mwg502.attempts", "mwg502.summary"]
GOALS = {"causes": 99.9, "evidence": 99.5, "observed": 99.9}


def unprivileged(command, plugins):
    """-> (command, environment) that let tshark load the module even for root."""
    env = dict(os.environ, WIRESHARK_PLUGIN_DIR=plugins, HOME="/nonexistent", WIRESHARK_CONFIG_DIR="/nonexistent")
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + command
    return command, env


def plugin_dir(module):
    """A folder as WIRESHARK_PLUGIN_DIR wants it, readable for everybody."""
    out = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout
    top = tempfile.mkdtemp(prefix="mwg502-check-")
    folder = os.path.join(top, re.search(r"(\d+\.\d+)\.\d+", out).group(1), "epan")
    os.makedirs(folder)
    shutil.copy(module, folder)
    subprocess.run(["chmod", "-R", "a+rX", top], check=True)
    return top


def diagnose(plugins, capture, passes):
    """-> verdicts: list of dicts, one per diagnosed response, in order."""
    command = ["tshark", "-n", "-r", capture, "-Y", "mwg502.cause", "-T", "json", "--no-duplicate-keys"] + (["-2"] if passes == 2 else [])
    for f in FIELDS:
        command += ["-e", f]
    command, env = unprivileged(command, plugins)
    run = subprocess.run(command, capture_output=True, text=True, env=env)
    if run.returncode or "mwg502" in run.stderr:
        raise SystemExit("check: tshark said: " + run.stderr.strip()[-500:])
    out = []
    for packet in json.loads(run.stdout or "[]"):
        layer = {k: v for k, v in packet["_source"]["layers"].items()}
        causes = layer["mwg502.cause"]
        for i, cause in enumerate(causes):
            one = lambda f: (layer.get(f, []) + [None] * 9)[i]
            out.append({"frame": int(layer["frame.number"][0]), "cause": cause, "confidence": one("mwg502.confidence"), "alone": len(causes) == 1,
                        "request": [int(x) for x in layer.get("mwg502.request_frame", [])],
                        "evidence": {int(x) for x in layer.get("mwg502.evidence_frame", [])}, "summary": one("mwg502.summary") or "",
                        "server": "%s:%s" % (one("mwg502.server.ip") or "[%s]" % one("mwg502.server.ipv6"), one("mwg502.server.port")),
                        "attempts": one("mwg502.attempts")})
    return out


class Tally:
    def __init__(self):
        self.n = collections.Counter()
        self.misses = []

    def add(self, other):
        self.n.update(other.n)
        self.misses += other.misses

    def share(self, good, of):
        return 100.0 * self.n[good] / self.n[of] if self.n[of] else 100.0

    def figures(self):
        return {"causes": self.share("cause", "responses"), "evidence": self.share("evidence", "evidence of"),
                "observed": self.share(("conf", "observed", True), ("conf of", "observed"))}


def compare(truth, verdicts, passes, where):
    """-> Tally"""
    t, by_frame = Tally(), collections.defaultdict(list)
    for v in verdicts:
        by_frame[v["frame"]].append(v)
    for e in truth:
        got = by_frame[e["frame"]].pop(0) if by_frame[e["frame"]] else by_frame[e["frame_first"]].pop(0) if by_frame[e["frame_first"]] else None
        t.n["responses"] += 1
        t.n["of", e["cause"]] += 1
        if e.get("late"):
            t.n["late"] += 1
        late = passes == 1 and e.get("late") and got and got["cause"] in [e["cause"]] + e["late_acceptable"]
        right = bool(got) and (got["cause"] == e["cause"] or got["cause"] in e["also_acceptable"] or bool(late))
        words = []
        if not right:
            words.append("cause %s (%s), truth %s" % (got["cause"] if got else "none", got["confidence"] if got else "-", e["cause"]))
        else:
            t.n["cause"] += 1
            t.n["right", e["cause"]] += 1
        sound = right
        if right and not late and got["cause"] == e["cause"] and e["evidence"]["exact"]:
            own = set(e["evidence"]["frames"]) | {e["request_frame"]}
            for v in e["related"].values():
                own |= set(v) if isinstance(v, list) else set()
            lacks, alien = sorted(set(e["evidence"]["frames"]) - got["evidence"]), sorted(got["evidence"] - own)
            t.n["evidence of"] += 1
            t.n["evidence of", e["cause"]] += 1
            if lacks or alien:
                sound = False
                words.append("evidence lacks %s, has others' %s" % (lacks[:6], alien[:6]))
            else:
                t.n["evidence"] += 1
                t.n["evidence", e["cause"]] += 1
        if got:
            t.n["conf of", got["confidence"]] += 1
            t.n["conf", got["confidence"], right] += 1
            t.n["sound", got["confidence"]] += sound
            if e["request_frame"] and got["alone"]:
                t.n["links of"] += 1
                if got["request"] == [e["request_frame"]]:
                    t.n["links"] += 1
                else:
                    words.append("request_frame %s, truth %s" % (got["request"], e["request_frame"]))
        if words:
            t.misses.append(miss(e, got, words, where))
    for frame in sorted(by_frame):
        for v in by_frame[frame]:
            t.n["stray"] += 1
            t.misses.append("%s frame %d: stray verdict %s: %s" % (where, frame, v["cause"], v["summary"]))
    return t


def miss(e, got, words, where):
    ev = e["evidence"]
    lines = ["%s frame %d [%s] %s %s (request %s, stream %s): %s" % (where, e["frame"], e["kind"], e["method"], e["url"], e["request_frame"],
                                                                   e["client_stream"], "; ".join(words))]
    lines.append("    truth:  %s, server %s, %d attempt(s), evidence %s%s%s, %.4f s" % (
        e["cause"], e["server"], e["attempts"], ev["frames"][:10], "" if ev["exact"] else " (not exact)", ", late" if e.get("late") else "", e["seconds"]))
    if e["related"]["dns_query"]:
        lines.append("    lookup: %s -> %s" % (e["related"]["dns_query"][:8], e["related"]["dns_response"][:8]))
    if got:
        lines.append("    plugin: %s, server %s, %s attempt(s), evidence %s: %s" % (got["cause"], got["server"], got["attempts"],
                                                                                     sorted(got["evidence"])[:10], got["summary"]))
    return "\n".join(lines)


def report(title, t, verbose, limit):
    f = t.figures()
    print("%-24s causes %d of %d (%.2f %%), exact evidence %d of %d (%.2f %%), observed %d of %d (%.2f %%), request links %d of %d, stray %d%s" % (
        title, t.n["cause"], t.n["responses"], f["causes"], t.n["evidence"], t.n["evidence of"], f["evidence"], t.n["conf", "observed", True],
        t.n["conf of", "observed"], f["observed"], t.n["links"], t.n["links of"], t.n["stray"], ", late %d" % t.n["late"] if t.n["late"] else ""))
    if verbose:
        print("    %-18s %14s %20s" % ("cause", "right", "exact evidence"))
        for cause in sorted(k[1] for k in t.n if isinstance(k, tuple) and k[0] == "of"):
            print("    %-18s %6d of %5d %9d of %5d" % (cause, t.n["right", cause], t.n["of", cause], t.n["evidence", cause], t.n["evidence of", cause]))
        print("    %-18s %14s %20s" % ("confidence", "cause right", "and evidence right"))
        for c in sorted(str(k[1]) for k in t.n if isinstance(k, tuple) and k[0] == "conf of"):
            print("    %-18s %6d of %5d %9d of %5d" % (c, t.n["conf", c, True], t.n["conf of", c], t.n["sound", c], t.n["conf of", c]))
        for m in t.misses[:limit]:
            print(m)
        if len(t.misses) > limit:
            print("    ... and %d misses more" % (len(t.misses) - limit))


def seeds(text):
    out = []
    for part in text.split(","):
        lo, _, hi = part.partition("-")
        out += range(int(lo), int(hi or lo) + 1)
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("module")
    p.add_argument("--seeds", type=seeds, default=[1, 2, 3])
    p.add_argument("--variants", default="clean,loss", help="of %s, or all" % ", ".join(VARIANTS))
    p.add_argument("--requests", type=int, default=3000)
    p.add_argument("--rate", type=float, default=300.0)
    p.add_argument("--passes", default="1,2")
    p.add_argument("--capture", action="append", help="check this capture (with its .truth.json) instead of generating")
    p.add_argument("--options", default="", help="more options for generate.py, in one string")
    p.add_argument("--misses", type=int, default=12, help="how many misses to show per line of figures")
    p.add_argument("--keep", help="keep the captures in this folder")
    p.add_argument("-v", action="store_true", help="tables and misses even where the goals are reached")
    a = p.parse_args()
    plugins = plugin_dir(a.module)
    folder = a.keep or os.path.join(plugins, "captures")
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    failed = False
    try:
        jobs = [("", c, None) for c in a.capture or []]
        if not jobs:
            names = list(VARIANTS) if a.variants == "all" else a.variants.split(",")
            jobs = [(v, os.path.join(folder, "%s-%d.%s" % (v, s, "pcapng" if "--two-interfaces" in VARIANTS[v] else "pcap")), s)
                    for v in names for s in a.seeds]
        totals = collections.defaultdict(Tally)
        for variant, capture, seed in jobs:
            if seed is not None:
                subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), "--seed", str(seed), "--requests", str(a.requests), "--rate",
                                str(a.rate), "--out", capture] + VARIANTS[variant] + a.options.split(), check=True, stdout=subprocess.DEVNULL)
            else:
                copy = os.path.join(plugins, os.path.basename(capture))
                shutil.copy(capture, copy)
                shutil.copy(re.sub(r"\.pcap(ng)?$", "", capture) + ".truth.json", re.sub(r"\.pcap(ng)?$", "", copy) + ".truth.json")
                capture = copy
            os.chmod(capture, 0o644)
            with open(re.sub(r"\.pcap(ng)?$", "", capture) + ".truth.json") as f:
                truth = [e for e in json.load(f) if e.get("status", 502) == 502]
            for n in (int(x) for x in a.passes.split(",")):
                t = compare(truth, diagnose(plugins, capture, n), n, os.path.basename(capture))
                report("%s, %d pass%s" % (os.path.basename(capture), n, "es" if n > 1 else ""), t, False, 0)
                totals[variant, n].add(t)
                sys.stdout.flush()
            if not a.keep and seed is not None:
                os.unlink(capture)
        print("\nTogether")
        for (variant, n), t in totals.items():
            good = all(t.figures()[k] >= GOALS[k] for k in GOALS) and not t.n["stray"]
            failed = failed or not good
            report("%s, %d pass%s" % (variant or "captures", n, "es" if n > 1 else ""), t, a.v or not good, a.misses)
    finally:
        shutil.rmtree(plugins)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
