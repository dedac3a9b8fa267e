# SPDX-License-Identifier: GPL-2.0-or-later
"""One small network in namespaces: clients and a gateway on a LAN, a router, servers and DNS behind it.

    C 192.168.77.101-.120, fd77::101 --+
    G 192.168.77.20,       fd77::20  --+-- R (bridge br0 .1, fd77::1) -- S 198.51.100.0/24, 192.0.2.53 and .54 (DNS),
    P 192.168.77.21 (second gateway) --+                                   2001:db8:51::/64, 2001:db8:2::53

With legs=2 the gateway has a second card, 203.0.113.20 and 2001:db8:77::20, and its servers are behind that one.
Everything happens in namespaces that this module makes and removes; processes are ended by their own ids.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GW, GW6, GW2, WAN = "192.168.77.20", "fd77::20", "192.168.77.21", "203.0.113.20"
DNS, DNS2, DNS6 = "192.0.2.53", "192.0.2.54", "2001:db8:2::53"
SRV, SRV6 = "198.51.100.", "2001:db8:51::"
NEXT = [0]
LOCK = threading.Lock()


class LabError(Exception):
    """The lab itself failed; no verdict follows from it."""


def run(cmd, **kw):
    r = subprocess.run(cmd, capture_output=True, text=True, timeout=60, **kw)
    if r.returncode:
        raise LabError("%s: %s" % (" ".join(cmd), r.stderr.strip()[-300:]))
    return r.stdout


def allowed():
    """-> None, or why namespaces cannot be had here."""
    if os.geteuid() != 0:
        return "not root"
    name = "m502-%d-probe" % os.getpid()
    try:
        run(["ip", "netns", "add", name])
        run(["ip", "-n", name, "link", "add", "v0", "type", "veth", "peer", "name", "v1"])
    except (LabError, OSError) as e:
        return "network namespaces are not allowed (%s)" % e
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None


class World:
    """Set the attributes, then ask(): the first question builds and starts everything."""

    def __init__(self, name, tmp):
        with LOCK:
            NEXT[0] += 1
            self.tag = "m502-%d-%d-" % (os.getpid(), NEXT[0])
        self.name, self.tmp = name, tmp
        self.port, self.legs, self.second = 9090, 1, False
        self.zones, self.dns_listen, self.origins = {}, [[DNS, {}], [DNS2, {}], [DNS6, {}]], []
        self.gw = {"dns": [DNS], "dns_timeout": 1.0, "dns_attempts": 2, "connect_timeout": 2.5, "response_timeout": 2.5, "retries": 1}
        self.parents = []                       # (namespace, config) of further gateways
        self.capture = ("G", "any", [])         # namespace, interface, tcpdump options
        self.post = None                        # a change to the finished capture that keeps its frames' numbers (post.py)
        self.proxy = None                       # a real proxy's start function instead of the emulation
        self.resolver = None                    # config of a resolver on the gateway itself
        self.setup = []                         # (namespace, shell line) before the start
        self.late = []                          # (namespace, script, config) of further helpers
        self.late_capture = None                # seconds after the first question
        self.asked, self.procs, self.up = [], [], False
        self.containers = {}                    # namespaces behind a bridge of the gateway's host: name -> address in 172.17.0.0/16
        self.default_proxy = "mwg"

    # --- the network -------------------------------------------------------------------------------------------------
    def ns(self, n):
        return self.tag + n

    def sh(self, n, line):
        """Run a shell line in namespace n, now or (before the start) at the start."""
        if not self.up:
            self.setup.append((n, line))
        else:
            run(["ip", "netns", "exec", self.ns(n), "sh", "-ec", line])

    def drop(self, what):
        self.sh("R", "iptables -A FORWARD %s %s -j DROP" % (self.way(what), what))

    def reject(self, what, how):
        self.sh("R", "iptables -A FORWARD %s %s -j REJECT --reject-with %s" % (self.way(what), what, how))

    @staticmethod
    def way(what):
        """Routed packets only: the firewall may see what the bridge passes on as well"""
        return "-o s0" if what.startswith("-d") else "-i s0"

    def build(self):
        spaces = ["C", "G", "R", "S"] + (["P"] if self.second else [])
        for n in spaces:
            run(["ip", "netns", "add", self.ns(n)])
            self.batch(n, ["link set lo up"])
            run(["ip", "netns", "exec", self.ns(n), "sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0",
                 "net.ipv6.conf.default.router_solicitations=0", "net.ipv6.conf.all.router_solicitations=0", "net.ipv6.conf.all.mldv1_unsolicited_report_interval=0", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0",
                 "net.ipv4.ip_forward=%d" % (n in "RS"), "net.ipv6.conf.all.forwarding=%d" % (n in "RS")])
        lines = ["link add br0 type bridge forward_delay 0 mcast_snooping 0"]
        ports = {"C": "c0", "G": "g0", "S": "s0", "P": "p0"}
        for n in spaces:
            if n != "R":
                lines.append("link add %s type veth peer name eth0 netns %s" % (ports[n], self.ns(n)))
        if self.legs == 2:
            lines.append("link add w0 type veth peer name eth1 netns %s" % self.ns("G"))
            lines += ["addr add 203.0.113.1/24 dev w0", "addr add 2001:db8:77::1/64 dev w0 nodad", "link set w0 up"]
        lines += ["link set %s master br0" % ports[n] for n in spaces if n in "CGP"]
        lines += ["link set %s up" % ports[n] for n in spaces if n != "R"]
        lines += ["addr add 192.168.77.1/24 dev br0", "addr add fd77::1/64 dev br0 nodad", "link set br0 up",
                  "addr add 198.51.100.1/24 dev s0", "addr add 192.0.2.1/24 dev s0", "addr add 2001:db8:51::1/64 dev s0 nodad",
                  "addr add 2001:db8:2::1/64 dev s0 nodad"]
        self.batch("R", lines)
        for n in ("G", "P", *self.containers):
            os.makedirs("/etc/netns/" + self.ns(n))
            with open("/etc/netns/%s/resolv.conf" % self.ns(n), "w") as f:
                f.write("options timeout:1 attempts:1\n" + "".join("nameserver %s\n" % d for d in self.gw["dns"]))
        self.batch("C", ["addr add 192.168.77.%d/24 dev eth0" % i for i in range(101, 121)] + ["addr add fd77::101/64 dev eth0 nodad", "link set eth0 up",
                   "route add default via 192.168.77.1", "route add default via fd77::1"])
        eth = "eth0"
        up = ["link set eth0 up"]
        self.batch("G", up + ["addr add %s/24 dev %s" % (GW, eth), "addr add %s/64 dev %s nodad" % (GW6, eth)])
        if self.legs == 2:
            self.batch("G", ["link set eth1 up", "addr add %s/24 dev eth1" % WAN, "addr add 2001:db8:77::20/64 dev eth1 nodad",
                             "route add default via 203.0.113.1", "route add default via 2001:db8:77::1"])
        else:
            self.batch("G", ["route add default via 192.168.77.1", "route add default via fd77::1"])
        if self.second:
            self.batch("P", ["addr add %s/24 dev eth0" % GW2, "addr add fd77::21/64 dev eth0 nodad", "link set eth0 up",
                             "route add default via 192.168.77.1", "route add default via fd77::1"])
        self.batch("S", ["addr add 198.51.100.%d/24 dev eth0" % i for i in list(range(10, 60)) + [90]] +
                   ["addr add %s/24 dev eth0" % a for a in (DNS, DNS2)] +
                   ["addr add 2001:db8:51::%d/64 dev eth0 nodad" % i for i in range(10, 30)] + ["addr add %s/64 dev eth0 nodad" % DNS6, "link set eth0 up",
                   "route add default via 198.51.100.1", "route add default via 2001:db8:51::1"])

        if self.containers:
            self.contain()

    def contain(self):
        """Containers on the gateway's host: a bridge, a namespace each, and the host's address translation for what leaves it"""
        lines = ["link add br-c type bridge forward_delay 0 mcast_snooping 0", "addr add 172.17.0.1/16 dev br-c", "link set br-c up"]
        for n, address in self.containers.items():
            run(["ip", "netns", "add", self.ns(n)])
            lines += ["link add v%s type veth peer name eth0 netns %s" % (n, self.ns(n)), "link set v%s master br-c" % n, "link set v%s up" % n]
        self.batch("G", lines)
        for n, address in self.containers.items():
            self.batch(n, ["link set lo up", "addr add %s/16 dev eth0" % address, "link set eth0 up", "route add default via 172.17.0.1"])
        run(["ip", "netns", "exec", self.ns("G"), "sh", "-ec", "sysctl -qw net.ipv4.ip_forward=1; iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o br-c -j MASQUERADE"])

    def batch(self, n, lines):
        run(["ip", "-n", self.ns(n), "-batch", "-"], input="\n".join(lines) + "\n")

    # --- processes ---------------------------------------------------------------------------------------------------
    def spawn(self, n, cmd, **kw):
        p = subprocess.Popen(["ip", "netns", "exec", self.ns(n)] + cmd, stdin=subprocess.DEVNULL, **kw)
        self.procs.append(p)
        return p

    def python(self, n, script, cfg):
        """Start one of the lab's programs and wait until it says that it listens."""
        path = os.path.join(self.tmp, "%s-%d.json" % (script, len(self.procs)))
        with open(path, "w") as f:
            json.dump(cfg, f)
        err = open(path + ".err", "w")
        p = self.spawn(n, [sys.executable, os.path.join(HERE, "inside", script + ".py"), path], stdout=subprocess.PIPE, stderr=err, text=True)
        if p.stdout.readline().strip() != "ready":
            raise LabError("%s did not start: %s" % (script, open(path + ".err").read()[-400:]))
        return p

    def start(self):
        self.build()
        self.up = True
        for n, line in self.setup:
            self.sh(n, line)
        self.python("S", "dnsd", {"listen": self.dns_listen, "zones": self.zones})
        if self.origins:
            self.python("S", "origin", {"listen": self.origins, "tmp": self.tmp})
        if self.resolver:
            self.python("G", "dnsd", self.resolver)
        for i, (n, cfg) in enumerate(self.parents):
            self.python(n, "gateway", dict(self.gw, log=os.path.join(self.tmp, "parent%d.log" % i), **cfg))
        if self.proxy:
            self.proxy(self)
        else:
            cfg = {"listen": [["0.0.0.0", self.port]] if self.gw.get("transparent") else [[GW, self.port], [GW6, self.port]], "log": os.path.join(self.tmp, "gw.log"), "tmp": self.tmp}
            self.python("G", "gateway", {**self.gw, **cfg})
        for n, script, cfg in self.late:
            self.python(n, script, cfg)
        if self.late_capture is None:
            self.start_capture()
        else:
            threading.Timer(self.late_capture, self.start_capture).start()

    def start_capture(self):
        n, iface, extra = self.capture
        self.pcap = os.path.join(self.tmp, self.name + ".pcap")
        err = open(self.pcap + ".err", "w")
        self.tcpdump = self.spawn(n, ["tcpdump", "-i", iface, "-s", "0", "-U", "-B", "32768", "--immediate-mode", "-Z", "root", "-w", self.pcap] + extra, stderr=err)
        for _ in range(200):
            if "listening on" in open(self.pcap + ".err").read():
                return
            time.sleep(0.02)
        raise LabError("tcpdump did not start: " + open(self.pcap + ".err").read())

    def listens(self, n, port, seconds=15):
        """Wait until something listens on the port"""
        end = time.monotonic() + seconds
        while ":%04X" % port not in "".join(x.split()[1] + " " for x in run(["ip", "netns", "exec", self.ns(n), "cat", "/proc/net/tcp", "/proc/net/tcp6"]).splitlines() if " 0A " in x):
            if time.monotonic() > end:
                raise LabError("nothing listens on port %d" % port)
            time.sleep(0.1)

    def ask(self, *conns, settle=0.0, where="C"):
        """Each conn: {"requests": [...], ...} (client.py); all at once, from a namespace. -> what the clients saw."""
        if not self.up:
            self.start()
        path = os.path.join(self.tmp, "ask-%d.json" % len(self.asked))
        for c in conns:
            c.setdefault("to", [GW, self.port])
        with open(path, "w") as f:
            json.dump(list(conns), f, default=str)
        out = json.loads(run(["ip", "netns", "exec", self.ns(where), sys.executable, os.path.join(HERE, "inside", "client.py"), path]))
        if any(not o.get("port") for o in out):
            raise LabError("a client could not connect: %s" % out)
        for c, o in zip(conns, out):
            self.asked.append((c, o))
        time.sleep(settle)
        return out

    def stop(self):
        try:
            if getattr(self, "tcpdump", None):
                time.sleep(0.25)
                self.tcpdump.send_signal(signal.SIGINT)
                try:
                    self.tcpdump.wait(5)
                except subprocess.TimeoutExpired:
                    self.tcpdump.kill()
                said = open(self.pcap + ".err").read()
                if "\n0 packets dropped by kernel" not in said:
                    raise LabError("tcpdump lost packets: " + said[-200:])
        finally:
            for p in self.procs:
                if p.poll() is None:
                    p.terminate()
            for p in self.procs:
                try:
                    p.wait(4)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()
            for n in [*"CGRSP", *self.containers]:
                subprocess.run(["ip", "netns", "del", self.ns(n)], capture_output=True)
                shutil.rmtree("/etc/netns/" + self.ns(n), ignore_errors=True)
