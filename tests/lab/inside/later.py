# SPDX-License-Identifier: GPL-2.0-or-later
"""A long way: packets that the router sends into a TUN device come back out of it some time later.

usage: later.py CONFIG.json with {"device": name, "seconds": delay}
"""
import fcntl
import json
import os
import struct
import sys
import threading
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000


def main():
    with open(sys.argv[1]) as f:
        cfg = json.load(f)
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", cfg["device"].encode(), IFF_TUN | IFF_NO_PI))
    os.system("ip link set %s up; sysctl -qw net.ipv4.conf.%s.rp_filter=0 net.ipv4.conf.all.rp_filter=0; ip rule add iif s0 lookup 200; ip route add default dev %s table 200" % ((cfg["device"],) * 3))
    print("ready", flush=True)
    while True:
        packet = os.read(fd, 65536)
        threading.Timer(cfg["seconds"], os.write, (fd, packet)).start()


main()
