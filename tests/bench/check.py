#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Generates crowds, lets tshark with the plugin diagnose them, and compares with the truth.

    check.py build/plugin/mwg502.so --kinds all --rates 30,100,300 --seeds 1-10
    check.py build/plugin/mwg502.so --seeds 1-10 --variants clean,loss
    check.py MODULE --capture crowd.pcap -v

Prints a table, one line per kind of gateway, rate and variant: causes right, exact evidence right, how often `observed` and `likely`
verdicts are sound (cause right and, where the wire can tell, the evidence), verdicts where there is no response. A line that misses
the goals ends with <; with -v, or where goals are missed, figures by cause and confidence follow, and the first misses with their
frames. Exit 0 when every line reaches its goals.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from crowd.families import KINDS                                                         # noqa: E402
from crowd.tally import Tally, compare, details, row, table                              # noqa: E402

VARIANTS = {
    "clean": [],
    "loss": ["--loss", "0.08"],
    "duplicates": ["--duplicates"],
    "two": ["--two-interfaces"],
    "twoloss": ["--two-interfaces", "--loss", "0.08"],
    "gaps": ["--capture-loss", "0.02"],
    "gaps1": ["--capture-loss", "0.01"],
    "remembered": ["--kinds", "+shared_lookup,+negative_cache,+marked_down"],
    "shared": ["--kinds", "+shared_lookup"],
}
FIELDS = ["frame.number", "mwg502.cause", "mwg502.confidence", "mwg502.request_frame", "mwg502.evidence_frame", "mwg502.server.ip",
          "mwg502.server.ipv6", "mwg502.server.port", "mwg502.attempts", "mwg502.summary"]
ALL = ["forward"] + list(KINDS)


def goals(kind, variant, rate):
    """-> least shares in percent"""
    if kind == "forward" and not variant.startswith("gaps"):
        return {"causes": 99.9, "evidence": 99.5, "observed": 99.9, "likely": 95.0}
    least = 95.0 if variant.startswith("gaps") else 97.0 if rate > 100 else 99.0
    return {"causes": least, "evidence": least, "observed": least if variant.startswith("gaps") else 99.9, "likely": 95.0}


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


def seeds(text):
    out = []
    for part in text.split(","):
        lo, _, hi = part.partition("-")
        out += range(int(lo), int(hi or lo) + 1)
    return out


def truth_of(capture):
    return re.sub(r"\.pcap(ng)?$", "", capture) + ".truth.json"


class Job(collections.namedtuple("Job", "kind rate variant seed capture")):
    """One capture: generated (seed is a number) or given (None)."""

    def run(self, a, plugins):
        """-> list of (passes, Tally)"""
        if self.seed is not None:
            subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), "--kind", self.kind, "--seed", str(self.seed), "--requests",
                            str(a.requests), "--rate", str(self.rate), "--out", self.capture] + VARIANTS[self.variant] + a.options.split(),
                           check=True, stdout=subprocess.DEVNULL)
        os.chmod(self.capture, 0o644)
        with open(truth_of(self.capture)) as f:
            truth = [e for e in json.load(f) if e.get("status", 502) == 502]
        out = [(n, compare(truth, diagnose(plugins, self.capture, n), n, os.path.basename(self.capture))) for n in map(int, a.passes.split(","))]
        if not a.keep:
            os.unlink(self.capture)
        return out


def plan(a, folder):
    """-> Jobs"""
    if a.capture:
        jobs = []
        for capture in a.capture:                        # a copy that an unprivileged tshark may read
            copy = os.path.join(folder, os.path.basename(capture))
            shutil.copy(capture, copy)
            shutil.copy(truth_of(capture), truth_of(copy))
            jobs.append(Job(os.path.basename(capture), 0, "given", None, copy))
        return jobs
    names = lambda text, every: every if text == "all" else text.split(",")
    jobs = []
    for kind in names(a.kinds, ALL):
        for variant in names(a.variants, [v for v in VARIANTS if kind == "forward" or "--kinds" not in VARIANTS[v]]):
            for rate in map(float, a.rates.split(",")):
                for seed in a.seeds:
                    name = "%s%s-%g-%d.%s" % (kind, "" if variant == "clean" else "-" + variant, rate, seed,
                                              "pcapng" if "--two-interfaces" in VARIANTS[variant] else "pcap")
                    jobs.append(Job(kind, rate, variant, seed, os.path.join(folder, name)))
    return jobs


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("module")
    p.add_argument("--kinds", default="forward", help="of %s, or all" % ", ".join(ALL))
    p.add_argument("--rates", "--rate", default="300", help="requests a second, several with commas")
    p.add_argument("--seeds", type=seeds, default=[1, 2, 3])
    p.add_argument("--variants", default="clean", help="of %s, or all" % ", ".join(VARIANTS))
    p.add_argument("--requests", type=int, default=1000, help="per capture")
    p.add_argument("--passes", default="1", help="1, 2 or both")
    p.add_argument("--jobs", type=int, default=1, help="captures at once")
    p.add_argument("--capture", action="append", help="check this capture (with its .truth.json) instead of generating")
    p.add_argument("--options", default="", help="more options for generate.py, in one string")
    p.add_argument("--misses", type=int, default=12, help="how many misses to show per line of figures")
    p.add_argument("--keep", help="keep the captures and their truth in this folder")
    p.add_argument("-v", action="store_true", help="figures by cause, and misses, even where the goals are reached")
    p.add_argument("-q", action="store_true", help="the table alone")
    a = p.parse_args()
    plugins = plugin_dir(a.module)
    folder = a.keep or os.path.join(plugins, "captures")
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    totals = collections.OrderedDict()
    try:
        jobs = plan(a, folder)
        with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
            for done, (job, results) in enumerate(zip(jobs, pool.map(lambda job: job.run(a, plugins), jobs))):
                for passes, t in results:
                    totals.setdefault((job.kind, job.variant, job.rate, passes), Tally()).add(t)
                if sys.stderr.isatty():
                    print("\r%d of %d " % (done + 1, len(jobs)), end="", file=sys.stderr)
    finally:
        shutil.rmtree(plugins)
    sys.exit(report(totals, a))


def report(totals, a):
    """Prints the table and what explains it. -> exit status"""
    rows, more, failed = [], [], False
    for (kind, variant, rate, passes), t in totals.items():
        f, least = t.figures(), goals(kind, variant, rate)
        good = all(f[k] >= least[k] for k in least) and not t.n["stray"]
        failed = failed or not good
        name = kind + ("" if variant in ("clean", "given") else ", " + variant) + (", two passes" if passes == 2 else "")
        rows.append(row(name, "%g" % rate, t, good))
        if a.v or not (good or a.q):
            more += ["", "%s, %g a second: request links %d of %d%s" % (name, rate, t.n["links"], t.n["links of"],
                                                                        ", late %d" % t.n["late"] if t.n["late"] else "")] + details(t, a.misses)
    print("\n".join(table(rows) + more))
    return 1 if failed else 0


if __name__ == "__main__":
    main()
