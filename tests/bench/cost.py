#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin costs, beside TRANSUM, MATE, Lua and a post-dissector that does nothing, in one run.

    cost.py table [--module mwg502.so]            instructions (callgrind, minus start-up) and ratios to plain tshark
    cost.py memory [--module ...] --requests 30000 --downloads 2            peak memory
    cost.py curve [--module ...] --packets 10000,100000,1000000            CPU per packet as captures grow
    cost.py hostile [--module ...] -n 100000            CPU per packet and memory on hostile captures of n and 4 n
    cost.py hostile [--module ...] -n 500 --instructions    the same, counted

Start-up is what the same command costs on a capture of one packet. Each row loads its own plugin and nothing else. Needs tshark,
valgrind and /usr/bin/time; the post-dissector that does nothing is compiled (cc, pkg-config wireshark). A table takes about a
quarter of an hour on two processors that are idle.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from check import unprivileged                                                           # noqa: E402
import hostile                                                                           # noqa: E402

READINGS = {
    "-Y http.response.code==502": ["-Y", "http.response.code==502"],
    "-T fields": ["-T", "fields", "-e", "frame.number"],
    "no filter": [],
}
GENERATED = 200000           # packets of a curve's capture that are generated; more are those again
GOALS = {"-Y http.response.code==502": 1.06, "-T fields": 1.04, "no filter": 1.25}
MATE = """
Pdu tcp_pdu Proto tcp Transport ip {
    Extract addr From ip.addr;
    Extract port From tcp.port;
    Extract start From tcp.flags.syn;
    Extract stop From tcp.flags.reset;
    Extract stop From tcp.flags.fin;
};
Gop tcp_ses On tcp_pdu Match (addr, addr, port, port) { Start (start=1); Stop (stop=1); };
Pdu dns_pdu Proto dns Transport ip {
    Extract addr From ip.addr;
    Extract dns_id From dns.id;
    Extract dns_resp From dns.flags.response;
};
Gop dns_req On dns_pdu Match (addr, addr, dns_id) { Start (dns_resp=0); Stop (dns_resp=1); };
Pdu http_pdu Proto http Transport tcp/ip {
    Extract addr From ip.addr;
    Extract port From tcp.port;
    Extract http_rq From http.request.method;
    Extract http_rs From http.response;
    Extract host From http.host;
};
Gop http_req On http_pdu Match (addr, addr, port, port) { Start (http_rq); Stop (http_rs); Extra (host); };
Done;
"""
LUA = """
local fields = { Field.new("tcp.flags"), Field.new("tcp.stream"), Field.new("http.response.code"), Field.new("http.host"),
                 Field.new("dns.flags.rcode"), Field.new("dns.qry.name"), Field.new("icmp.type") }
local proto = Proto("luabench", "Post-dissector that reads a few fields")
local mark = ProtoField.string("luabench.code", "code")
proto.fields = { mark }
function proto.dissector(tvb, pinfo, tree)
    local values = {}
    for i, field in ipairs(fields) do values[i] = field() end
    if values[3] and values[3].value == 502 then tree:add(mark, tostring(values[4])) end
end
register_postdissector(proto)
"""


class Rows:
    """The contenders: name -> (plugin folder, extra options)."""

    def __init__(self, folder, module, names):
        version = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout
        self.xy = re.search(r"(\d+\.\d+)\.\d+", version).group(1)
        self.folder = folder
        stock = {os.path.basename(p): p for where in ("/usr/lib", "/usr/lib64", "/usr/lib/*-linux-gnu*", "/usr/local/lib")
                 for p in glob.glob("%s/wireshark/plugins/%s/epan/*.so" % (where, self.xy))}
        self.rows = {"tshark alone": (self._plugins("none", []), [])}
        if module:
            self.rows["mwg502"] = (self._plugins("mwg502", [module]), [])
        nothing = self._nothing()
        if nothing:
            self.rows["nothing"] = (self._plugins("nothing", [nothing]), [])
        if "transum.so" in stock:
            self.rows["TRANSUM"] = (self._plugins("transum", [stock["transum.so"]]), ["--enable-protocol", "transum"])
        if "mate.so" in stock:
            config = self._text("bench.mate", MATE)
            self.rows["MATE"] = (self._plugins("mate", [stock["mate.so"]]), ["-o", "mate.config:" + config])
        if re.search(r"with Lua", version):
            self.rows["Lua"] = (self._plugins("none", []), ["-X", "lua_script:" + self._text("bench.lua", LUA)])
        if names:
            self.rows = {k: v for k, v in self.rows.items() if k in names.split(",") or k == "tshark alone"}

    def _plugins(self, name, modules):
        top = os.path.join(self.folder, name)
        epan = os.path.join(top, self.xy, "epan")
        os.makedirs(epan, exist_ok=True)
        for m in modules:
            shutil.copy(m, epan)
        subprocess.run(["chmod", "-R", "a+rX", top], check=True)
        return top

    def _nothing(self):
        """The post-dissector that does nothing, built here; None: it cannot be."""
        config = subprocess.run(["pkg-config", "--cflags", "--libs", "wireshark"], capture_output=True, text=True)
        out = os.path.join(self.folder, "nothing.so")
        built = config.returncode == 0 and subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", os.path.join(HERE, "nothing.c"), "-o", out] + config.stdout.split(), capture_output=True).returncode == 0
        return out if built else None

    def _text(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o644)
        return path

    def run(self, row, capture, reading, prefix):
        plugins, options = self.rows[row]
        command, env = unprivileged(prefix + ["tshark", "-n", "-r", capture] + options + reading, plugins)
        run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env)
        if run.returncode:
            raise SystemExit("cost: %s on %s: %s" % (row, os.path.basename(capture), run.stderr[-600:]))
        return run.stderr

    def instructions(self, row, capture, reading):
        said = self.run(row, capture, reading, ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"])
        return int(re.search(r"Collected : (\d+)", said).group(1))

    def used(self, row, capture, reading):
        """-> CPU seconds, peak memory in MB"""
        said = self.run(row, capture, reading, ["/usr/bin/time", "-v"])
        number = lambda what: float(re.search(re.escape(what) + r": ([\d.]+)", said).group(1))
        return number("User time (seconds)") + number("System time (seconds)"), number("Maximum resident set size (kbytes)") / 1024


def first_packet(capture, out):
    """The capture's first packet alone."""
    with open(capture, "rb") as f:
        head = f.read(24)
        record = f.read(16)
        data = f.read(struct.unpack("<IIII", record)[2])
    with open(out, "wb") as f:
        f.write(head + record + data)
    os.chmod(out, 0o644)
    return out


def make(folder, name, *options):
    path = os.path.join(folder, name + ".pcap")
    said = subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), "--out", path, "--link", "ethernet"] + [str(o) for o in options], check=True,
                          capture_output=True, text=True).stdout
    os.chmod(path, 0o644)
    return path, int(re.search(r"(\d+) frames", said).group(1))


def tcp_numbers(data, offset):
    """Where the sequence and acknowledgment numbers of an Ethernet frame stand; (): it is no TCP."""
    kind = struct.unpack_from(">H", data, offset + 12)[0]
    ip = offset + 14
    if kind == 0x0800 and data[ip + 9] == 6:
        tcp = ip + (data[ip] & 15) * 4
    elif kind == 0x86dd and data[ip + 6] == 6:
        tcp = ip + 40
    else:
        return ()
    return (tcp + 4, tcp + 8) if data[tcp + 13] & 16 else (tcp + 4,)


def lengthen(path, times):
    """Appends the capture's traffic again and again, each time later, on new connections: TCP's sequence numbers differ."""
    with open(path, "rb") as f:
        data = bytearray(f.read())
    seconds, numbers, offset = [], [], 24
    while offset < len(data):
        seconds.append(offset)
        numbers += tcp_numbers(data, offset + 16)
        offset += 16 + struct.unpack_from("<I", data, offset + 8)[0]
    pause = struct.unpack_from("<I", data, seconds[-1])[0] - struct.unpack_from("<I", data, seconds[0])[0] + 60
    with open(path, "ab") as f:
        for _ in range(times - 1):
            for at in seconds:
                struct.pack_into("<I", data, at, struct.unpack_from("<I", data, at)[0] + pause)
            for at in numbers:
                struct.pack_into(">I", data, at, (struct.unpack_from(">I", data, at)[0] + 0x10000001) & 0xffffffff)
            f.write(memoryview(data)[24:])


def table(a, rows, folder):
    n = a.requests or 300
    captures = [("gateway traffic, 3 % of the requests fail",) + make(folder, "plain", "--seed", a.seed, "--requests", n, "--rate", 100, "--success", 0.97),
                ("large downloads",) + make(folder, "large", "--seed", a.seed, "--requests", max(12, n // 25), "--rate", 20, "--large"),
                ("every second request fails",) + make(folder, "failing", "--seed", a.seed, "--requests", n // 3, "--rate", 200)]
    one = first_packet(captures[0][1], os.path.join(folder, "one.pcap"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = {(row, name, path): [pool.submit(rows.instructions, row, path, reading) for _ in range(a.runs)]
                  for path in [one] + [c[1] for c in captures] for row in rows.rows for name, reading in READINGS.items()}
        print_tables(rows, captures, one, counts)
    print("\ngoals for mwg502: " + ", ".join("%s %.2f" % g for g in GOALS.items()))


def mean(counts):
    return sum(c.result() for c in counts) / len(counts)


def print_tables(rows, captures, one, counts):
    for title, capture, frames in captures:
        print("\n%s, %d packets: million instructions above start-up, ratio to tshark alone" % (title, frames))
        print("%-16s" % "" + "".join("%32s" % r for r in READINGS), flush=True)
        alone = {}
        for row in rows.rows:
            line = "%-16s" % row
            for name in READINGS:
                cost = mean(counts[row, name, capture]) - mean(counts[row, name, one])
                alone.setdefault(name, cost)
                line += "%22.1f  x%.3f" % (cost / 1e6, cost / alone[name]) + "  "
            print(line, flush=True)


def memory(a, rows, folder):
    capture, frames = make(folder, "plain", "--seed", a.seed, "--requests", a.requests or 3000, "--rate", 300, "--downloads", a.downloads)
    print("%d packets, %d requests: peak memory in MB, ratio to tshark alone" % (frames, a.requests or 3000))
    print("%-16s" % "" + "".join("%32s" % r for r in READINGS))
    alone = {}
    for row in rows.rows:
        line = "%-16s" % row
        for name, reading in READINGS.items():
            peak = rows.used(row, capture, reading)[1]
            alone.setdefault(name, peak)
            line += "%22.1f  x%.3f" % (peak, peak / alone[name]) + "  "
        print(line)
        sys.stdout.flush()


def curve(a, rows, folder):
    reading = READINGS["-Y http.response.code==502"]
    print("CPU microseconds per packet above start-up and peak MB, -Y http.response.code==502, best of %d" % a.best, flush=True)
    for size in (int(x) for x in a.packets.split(",")):
        times = -(-size // GENERATED)
        capture, frames = make(folder, "curve", "--seed", a.seed, "--requests", max(20, size // times // 23), "--rate", 300)
        lengthen(capture, times)
        frames *= times
        one = first_packet(capture, os.path.join(folder, "one.pcap"))
        line, alone = "%9d packets:" % frames, None
        for row in rows.rows:
            start = min(rows.used(row, one, reading)[0] for _ in range(a.best))
            runs = [rows.used(row, capture, reading) for _ in range(a.best)]
            each = (min(r[0] for r in runs) - start) / frames * 1e6
            alone = alone or each
            line += "  %s %.2f us (x%.3f) %.0f MB" % (row, each, each / alone, min(r[1] for r in runs))
        print(line)
        sys.stdout.flush()
        os.unlink(capture)


def hostile_mode(a, rows, folder):
    """HTTP's heuristic does not know requests that have no end: for tshark alone, too, 9090 is an HTTP port."""
    reading = READINGS["-Y http.response.code==502"] + ["-o", "http.tcp.port:80,3128,8080,9090"]
    print("%s per packet above start-up%s at n and 4 n; a flat line is linear" % (
        ("Thousand instructions", "") if a.instructions else ("CPU microseconds", " and peak MB")), flush=True)
    for kind in (a.kinds.split(",") if a.kinds else hostile.KINDS):
        n = max(2, a.n // hostile.SMALL.get(kind, 1))
        line = "%-16s" % kind
        for factor in (1, 4):
            path = os.path.join(folder, "hostile.pcap")
            pen = hostile.Pen(path)
            hostile.KINDS[kind](pen, n * factor)
            hostile.honest(pen)
            pen.file.close()
            os.chmod(path, 0o644)
            one = first_packet(path, os.path.join(folder, "one.pcap"))
            for row in rows.rows:
                if a.instructions:
                    each = (rows.instructions(row, path, reading) - rows.instructions(row, one, reading)) / pen.file.count / 1e3
                    line += "  %s %d: %.1f" % (row, n * factor, each)
                else:
                    seconds, peak = rows.used(row, path, reading)
                    each = (seconds - rows.used(row, one, reading)[0]) / pen.file.count * 1e6
                    line += "  %s %d: %.2f us %.0f MB" % (row, n * factor, each, peak)
        print(line)
        sys.stdout.flush()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("mode", choices=["table", "memory", "curve", "hostile"])
    p.add_argument("--module", help="the built plugin; without it only the peers are measured")
    p.add_argument("--rows", help="comma-separated, of: tshark alone, mwg502, nothing, TRANSUM, MATE, Lua")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--requests", type=int)
    p.add_argument("--downloads", type=int, default=1, help="memory: weight of large downloads, as of generate.py")
    p.add_argument("--packets", default="10000,100000,1000000")
    p.add_argument("--best", type=int, default=3)
    p.add_argument("--runs", type=int, default=1, help="table: mean of so many (GLib's seed of hashes is random: 0.3 %% more or less)")
    p.add_argument("-n", type=int, default=20000)
    p.add_argument("--kinds", help="hostile: only these")
    p.add_argument("--instructions", action="store_true", help="hostile: count (callgrind) instead of measuring")
    a = p.parse_args()
    if a.mode in ("curve", "hostile") and not a.rows:
        a.rows = "mwg502"
    folder = tempfile.mkdtemp(prefix="mwg502-cost-")
    os.chmod(folder, 0o755)
    try:
        {"table": table, "memory": memory, "curve": curve, "hostile": hostile_mode}[a.mode](a, Rows(folder, a.module, a.rows), folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
