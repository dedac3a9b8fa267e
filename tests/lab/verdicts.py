# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin's verdicts in the real tshark, against what was injected."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

FIELDS = ("frame.number", "mwg502.cause", "mwg502.evidence_frame", "mwg502.request_frame", "mwg502.server.ip", "mwg502.server.ipv6", "mwg502.server.port")
USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class Plugin:
    """A module in a plugin folder of its own, run unprivileged: as root tshark would not look there."""

    def __init__(self, module):
        out = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout
        self.top = tempfile.mkdtemp(prefix="mwg502-lab-plugin-")
        folder = os.path.join(self.top, re.search(r"(\d+\.\d+)\.\d+", out)[1], "epan")
        os.makedirs(folder)
        shutil.copy(module, folder)
        subprocess.run(["chmod", "-R", "a+rX", self.top], check=True)

    def command(self, *more, caps=()):
        extra = ["--inh-caps=" + ",".join(caps), "--ambient-caps=" + ",".join(caps)] if caps else []
        return USER + extra + ["env", "HOME=/nonexistent", "WIRESHARK_PLUGIN_DIR=" + self.top, "tshark", "-n", *more]

    def read(self, pcap):
        """-> {frame: {field: [values]}} of the diagnosed responses"""
        copy = os.path.join(self.top, "capture")
        shutil.copyfile(pcap, copy)
        os.chmod(copy, 0o644)
        cmd = self.command("-r", copy, "-Y", "mwg502.cause", "-T", "json", "--no-duplicate-keys", *[x for f in FIELDS for x in ("-e", f)])
        r = subprocess.run(cmd, capture_output=True, text=True, timeout=120)
        if r.returncode or r.stderr.strip() and "cut short" not in r.stderr:
            raise OSError("tshark: exit %d, %s" % (r.returncode, r.stderr.strip()[-300:]))
        got = [p["_source"]["layers"] for p in json.loads(r.stdout or "[]")]
        return {int(l["frame.number"][0]): l for l in got}

    def close(self):
        shutil.rmtree(self.top, ignore_errors=True)


def compare(truth, got):
    """-> one line for each disagreement"""
    out, seen = [], {}
    for e in truth:
        if e["status"] != 502:
            continue
        k = seen[e["frame"]] = seen.get(e["frame"], -1) + 1
        v = got.get(e["frame"]) or got.get(e["frame_first"], {})
        causes = v.get("mwg502.cause", [])
        where = "frame %d %s: " % (e["frame"], e["url"])
        if k >= len(causes):
            out.append(where + "no verdict, injected " + e["cause"])
            continue
        if causes[k] != e["cause"]:
            if causes[k] not in e.get("also_acceptable", []):
                out.append(where + "%s, injected %s" % (causes[k], e["cause"]))
            continue
        if len(causes) > 1:                      # the other fields stand side by side
            continue
        lost = set(e["evidence"]["frames"]) - {int(x) for x in v.get("mwg502.evidence_frame", [])}
        if e["evidence"]["exact"] and lost:
            out.append(where + "%s without its evidence %s" % (e["cause"], sorted(lost)))
        if e["request_frame"] and v.get("mwg502.request_frame") != [str(e["request_frame"])]:
            out.append(where + "request %s, not %d" % (v.get("mwg502.request_frame"), e["request_frame"]))
        ip, port = (v.get("mwg502.server.ip") or ["[%s]" % x for x in v.get("mwg502.server.ipv6", [])] or ["-"])[0], (v.get("mwg502.server.port") or ["-"])[0]
        if e["server"] and e["evidence"]["exact"] and "%s:%s" % (ip, port) != e["server"]:
            out.append(where + "server %s:%s, not %s" % (ip, port, e["server"]))
    for n, v in sorted(got.items()):
        expected = sum(e["status"] == 502 and n in (e["frame"], e["frame_first"]) for e in truth)
        for cause in v["mwg502.cause"][expected:]:
            out.append("frame %d: %s, where nothing was injected" % (n, cause))
    return out


def live(world, plugin, drive):
    """tshark on the gateway's own interface while drive() makes a failure. -> [(seconds until shown, cause)]"""
    shown = []
    cmd = plugin.command("-i", "any", "-l", "-o", "http.tcp.port:80,%d" % world.port, "-Y", "mwg502.cause", "-T", "fields", "-e", "mwg502.cause",
                         caps=("+net_raw", "+net_admin"))
    world.start()
    p = world.spawn("G", cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ready = threading.Event()

    def errors():
        for line in p.stderr:
            if "Capturing on" in line or "Capture started" in line:
                ready.set()

    def output():
        for line in p.stdout:
            shown.append((time.monotonic(), line.strip()))
    for f in (errors, output):
        threading.Thread(target=f, daemon=True).start()
    if not ready.wait(15):
        raise OSError("tshark did not begin to capture")
    time.sleep(1.5)
    begin = time.monotonic()
    drive()
    end = time.monotonic() + 10
    while not shown and time.monotonic() < end:
        time.sleep(0.1)
    return [(t - begin, c) for t, c in shown]
