#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Joins the 502 lines of a gateway's access log with the verdicts on standard input.

The verdicts come from tshark -T fields: frame.time_epoch, mwg502.client.ip,
mwg502.client.ipv6, mwg502.method, mwg502.url, mwg502.cause, mwg502.summary.
A verdict is used for one line, the nearest in time.
"""

import argparse
import datetime
import re
import sys

LINE = re.compile(r'\[(?P<time>[^]]+)\] "[^"]*" (?P<client>\S+) (?P<status>\d+) "(?P<method>\S+) (?P<url>.*?)(?: HTTP/[\d.]+)?"')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log")
    parser.add_argument("--slack", type=float, default=5, help="seconds between the clocks (default 5)")
    parser.add_argument("--status", default="502")
    args = parser.parse_args()

    verdicts = {}
    for line in sys.stdin:
        epoch, ip, ipv6, method, url, cause, summary = line.rstrip("\n").split("\t")
        verdicts.setdefault((ip or ipv6, method, url), []).append((float(epoch), cause, summary))

    with open(args.log, encoding="utf-8", errors="replace") as log:
        for line in log:
            match = LINE.match(line)
            if not match or match["status"] != args.status:
                continue
            when = datetime.datetime.strptime(match["time"], "%d/%b/%Y:%H:%M:%S %z").timestamp()
            alike = verdicts.get((match["client"], match["method"], match["url"]), [])
            found = min(alike, key=lambda verdict: abs(verdict[0] - when), default=None)
            if found and abs(found[0] - when) <= args.slack:
                alike.remove(found)
            else:
                found = (when, "-", "not in the capture")
            print(match["time"], match["client"], match["url"], *found[1:], sep="\t")


if __name__ == "__main__":
    main()
