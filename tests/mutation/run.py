#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes each rule of mutants.py wrong, one after the other, and sees that a test notices.

    run.py [--only ABOUT] [--skip N] [--unit] [--markdown] | --list

Works on a copy: the sources stay as they are. Exit code 1: a mutant survived, or the
tests fail without any.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from mutants import MUTANTS, QUICK, UNITS

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


class Copy:
    """The project in another folder, built there."""

    def __init__(self, folder):
        self.top, self.build = folder / "mwg502", folder / "build"
        skipped = shutil.ignore_patterns("build*", ".git", "images", "__pycache__")
        shutil.copytree(TOP, self.top, ignore=skipped)
        self.call("cmake", "-S", self.top, "-B", self.build, "-D", "BUILD_TESTING=ON", "-D", "CMAKE_BUILD_TYPE=Debug", check=True)

    def call(self, *command, check=False, cwd=None):
        env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        return subprocess.run(list(map(str, command)), cwd=cwd, env=env, check=check, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def built(self, target):
        return self.call("cmake", "--build", self.build, "--target", target)

    def noticed_by(self, tests):
        """Which test fails, the cheap one first; None: none. tests: "" for no system tests"""
        for unit in UNITS:
            if not self.built(f"test_{unit}"):
                return "the compiler"
            if not self.call(self.build / "tests" / "unit" / f"test_{unit}"):
                return f"unit.{unit}"
        if not tests:
            return None
        if not self.built("mwg502"):
            return "the compiler"
        pytest = ["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                  "--module", self.build / "plugin" / "mwg502.so", *tests.split()]
        return None if self.call(*pytest, cwd=self.top / "tests" / "system") else re.sub(r"\btest_|\.py", "", tests).split(" -k")[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="what the mutants are about")
    parser.add_argument("--skip", type=int, default=0, help="the first ones, after an interruption")
    parser.add_argument("--unit", action="store_true", help="no system tests: minutes, not an hour")
    parser.add_argument("--markdown", action="store_true", help="the table for tests/mutation/results.md")
    parser.add_argument("--list", action="store_true", help="only see whether each rule stands where mutants.py says, and each cause has one")
    args = parser.parse_args()

    causes = re.findall(r'X\(\w+,\s+"(\w+)",\s+CATEGORY', (TOP / "plugin" / "diagnose" / "causes.h").read_text())
    missing = set(causes) - {about for about, *_ in MUTANTS}
    assert not missing, f"no mutant of {missing}"
    for _, name, right, *_ in MUTANTS:
        count = (TOP / "plugin" / name).read_text().count(right)
        assert count == 1, f"{name} has {count} of: {right}"
    if args.list:
        return 0

    survived = 0
    with tempfile.TemporaryDirectory(prefix="mwg502-mutants-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        copy = Copy(pathlib.Path(folder))
        assert args.skip or copy.noticed_by("" if args.unit else QUICK) is None, "the tests fail without a mutant"
        print("| about | file | what is wrong | noticed by |\n|---|---|---|---|" if args.markdown else "", flush=True)
        for about, name, right, wrong, tests in MUTANTS[args.skip:]:
            if args.only not in about:
                continue
            source = copy.top / "plugin" / name
            text = source.read_text()
            source.write_text(text.replace(right, wrong))
            noticed = copy.noticed_by("" if args.unit else tests)
            source.write_text(text)
            survived += noticed is None
            row = [about, name, " ".join(f"`{' '.join(right.split())}` becomes `{' '.join(wrong.split())}`".split()), noticed or "SURVIVED"]
            print(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" if args.markdown else
                  f"{row[3]:16} {about:18} {name:12} {' '.join(right.split())[:60]}", flush=True)
    print(f"{survived} survived", file=sys.stderr)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
