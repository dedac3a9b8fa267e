# SPDX-License-Identifier: GPL-2.0-or-later
"""Adds up gcov's JSON on stdin: coverage.py SOURCES LEAST-PER-CENT"""
import collections
import json
import pathlib
import sys


def ranges(numbers):
    """[3, 4, 5, 9] as "3-5, 9" """
    spans = []
    for n in sorted(numbers):
        if spans and spans[-1][1] == n - 1:
            spans[-1][1] = n
        else:
            spans.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def main():
    sources, least = pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2])
    counts = collections.defaultdict(collections.Counter)
    for report in sys.stdin:
        if not report.strip():
            continue
        read = json.loads(report)
        for file in read["files"]:
            path = (pathlib.Path(read["current_working_directory"]) / file["file"]).resolve()
            if path.is_relative_to(sources):
                for line in file["lines"]:
                    counts[str(path.relative_to(sources))][line["line_number"]] += line["count"]
    all_lines = all_run = 0
    for name, lines in sorted(counts.items()):
        run = sum(count > 0 for count in lines.values())
        all_lines, all_run = all_lines + len(lines), all_run + run
        print(f"{name:24} {run:5} of {len(lines):5} {100 * run / len(lines):6.1f} %  {ranges(n for n, count in lines.items() if not count)}")
    if not all_lines:
        sys.exit("no counts")
    share = 100 * all_run / all_lines
    print(f"{'all':24} {all_run:5} of {all_lines:5} {share:6.1f} %")
    return share < least


if __name__ == "__main__":
    sys.exit(main())
