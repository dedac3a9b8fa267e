#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sees that plugin/ stands on the floors of floors.txt, by what the compiler says each file includes.

    layers.py [--build FOLDER] [--top FOLDER]           says which include breaks a rule
    layers.py [--build FOLDER] --draw FILE.svg          draws them, too, and who includes whom

--build has compile_commands.json (build); --top is the project, if it is not this one. Where
the unit tests are built there, files that call each other in a circle are found, too.
Exit code: 0 nothing found, 1 something found.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys

import house

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s+"([^"]+)"', re.M)


def floors():
    """{folder: (floor, folders beside it, what stands in it)}, from the top"""
    table = {}
    for line in (HERE / "floors.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            floor, folder, beside, what = line.split(maxsplit=3)
            table[folder] = (int(floor), set(beside.split(",")) - {"-"}, what)
    return table


def compiler(build, top):
    """How the module's files are compiled, without the file, what becomes of it, and the folders of others' headers."""
    commands = json.loads((build / "compile_commands.json").read_text())
    command = next(c for c in commands if c["file"].endswith("plugin/plugin.c"))
    project = str(pathlib.Path(command["file"]).parent.parent)
    words = shlex.split(command["command"])
    kept, skip = [], False
    for word in words:
        if skip or word in ("-c", command["file"]):
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ", "-isystem"):
            skip = True
        elif not word.startswith("-M"):
            kept.append(word.replace(project, str(top)))
    return kept


def included(build, top):
    """{file: the files of plugin/ that the compiler reads for it}; relative to plugin/. Without others' headers it takes a tenth of the time."""
    plugin = top / "plugin"
    files = sorted(plugin.rglob("*.[ch]"))
    rules = subprocess.run([*compiler(build, top), "-x", "c", "-nostdinc", "-MM", "-MG", *map(str, files)], cwd=top, check=True, text=True, capture_output=True).stdout
    reads = {}
    for rule in rules.replace("\\\n", " ").splitlines():
        paths = [pathlib.Path(p).resolve() for p in rule.split(":", 1)[1].split()]
        names = [str(p.relative_to(plugin)) for p in paths if p.is_relative_to(plugin)]
        reads[names[0]] = set(names[1:])
    assert len(reads) == len(files), "the compiler did not read every file"
    return reads


def edges(reads, top):
    """(file, line, included file): what stands in the files themselves; line 0: only the compiler sees it"""
    found = []
    for name, known in reads.items():
        text = (top / "plugin" / name).read_text()
        seen = set()
        for m in INCLUDE.finditer(text):
            beside = str(pathlib.PurePath(name).parent / m[1])
            other = next((o for o in (beside, m[1]) if o in known), None)
            if other:
                seen |= {other} | reads.get(other, set())         # a list for macros (.def) includes nothing
                found.append((name, text.count("\n", 0, m.start()) + 1, other))
        found += [(name, 0, other) for other in sorted(known - seen)]
    return found


def folder(name):
    return name.split("/")[0] if "/" in name else "plugin"


def wrong(name, other, table):
    """Why that file must not include the other one; None: it may."""
    here, there = folder(name), folder(other)
    for unknown in {here, there} - set(table):
        return f"floors.txt has no folder {unknown}"
    if here == there:
        return None
    (floor, beside, _), (floor_there, *_) = table[here], table[there]
    if floor_there > floor:
        return f"{there} (floor {floor_there}) is above {here} (floor {floor})"
    if floor_there == floor and there not in beside:
        return f"{there} is beside {here} (floor {floor}), which floors.txt does not allow"
    return None


def calls(build, top):
    """{source: the sources whose functions it calls}, from the objects of the unit tests; {} where they are not built"""
    objects = {name: path for path in build.glob("tests/unit/CMakeFiles/mwg502_code.dir/**/*.c.o")
               if (top / "plugin" / (name := path.as_posix().partition("/plugin/")[2].removesuffix(".o"))).is_file()}    # not an old build's
    if not objects:
        return {}
    listed = subprocess.run(["nm", "-P", "-A", *objects.values()], check=True, text=True, capture_output=True).stdout
    defined, undefined = {}, {name: set() for name in objects}
    for line in listed.splitlines():
        path, symbol, kind = line.split()[:3]
        name = path.partition("/plugin/")[2].removesuffix(".o:")
        if kind == "U":
            undefined[name].add(symbol)
        elif kind.isupper():
            defined[symbol] = name
    return {name: {defined[s] for s in symbols if s in defined} for name, symbols in undefined.items()}


def reached(uses, name):
    """What that file uses, directly or by way of others."""
    seen, left = set(), [name]
    while left:
        new = uses.get(left.pop(), set()) - seen
        seen |= new
        left += new
    return seen


def circles(uses):
    """Files that use each other, each circle once."""
    far = {name: reached(uses, name) for name in uses}
    return sorted({tuple(sorted(other for other in far[name] if name in far[other])) for name in uses if name in far[name]})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--top", type=pathlib.Path, default=HERE.parent.parent)
    parser.add_argument("--draw", type=pathlib.Path, metavar="FILE.svg")
    args = parser.parse_args()

    top, table = args.top.resolve(), floors()
    reads = included(args.build.resolve(), top)
    found = edges(reads, top)
    findings = [f"plugin/{name}:{line}: includes {other}: {why}" for name, line, other in found if (why := wrong(name, other, table))]
    findings += [f"a circle of includes: {' '.join(ring)}" for ring in circles(reads)]
    called = calls(args.build, top)
    findings += [f"plugin/{name}: calls {other}: {why}" for name in sorted(called) for other in sorted(called[name])
                 if (why := wrong(name, other, table))]
    findings += [f"a circle of calls: {' '.join(ring)}" for ring in circles(called)]
    print("\n".join(findings), end="\n" if findings else "")
    if args.draw and not findings:
        files = {name: {pathlib.PurePath(file).stem for file in reads if folder(file) == name} for name in table}
        args.draw.write_text(house.drawing(table, [(folder(a), folder(b)) for a, _, b in found], files))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
