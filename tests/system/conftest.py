# SPDX-License-Identifier: GPL-2.0-or-later
"""The real tshark with the built module, for every test here."""

import copy
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest
from nametables import without_name_tables

TESTS = pathlib.Path(__file__).resolve().parent.parent
LAB = TESTS / "captures" / "lab"
ARTICLE = TESTS / "captures" / "article"

# As root tshark ignores WIRESHARK_PLUGIN_DIR and complains on stderr.
UNPRIVILEGED = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class Tshark:
    """Runs tshark with only the given module, and no user's settings."""

    def __init__(self, module, version):
        os.umask(0o022)
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="mwg502-test-", dir="/tmp"))
        self.top.chmod(0o755)
        plugins = self.top / "plugins"
        epan = plugins / version / "epan"
        epan.mkdir(parents=True)
        shutil.copy(module, epan)
        self.env = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "HOME": "/nonexistent",
            "WIRESHARK_CONFIG_DIR": "/nonexistent",
            "WIRESHARK_PLUGIN_DIR": str(plugins),
            **without_name_tables(self.top / "data"),
        }
        self._frames = {}

    @functools.cached_property
    def fields(self):
        """Names of all fields of the module."""
        return [row.split("\t")[2] for row in self.run("-G", "fields").splitlines() if row.startswith("F\t") and "\tmwg502." in row]

    def close(self):
        shutil.rmtree(self.top)

    def stage(self, name, data):
        """A file of these bytes that an unprivileged tshark can read."""
        path = self.top / name
        path.write_bytes(data)
        path.chmod(0o644)
        return path

    @staticmethod
    def command(*args):
        return [*(UNPRIVILEGED if os.getuid() == 0 else ()), "tshark", *map(str, args)]

    def run(self, *args):
        """What tshark prints (of random packets, it need not be UTF-8); it must succeed and say nothing on stderr."""
        command = self.command(*args)
        done = subprocess.run(command, cwd=self.top, env=self.env, capture_output=True, encoding="utf-8", errors="replace",
                              timeout=300, check=False)
        assert (done.returncode, done.stderr) == (0, ""), command
        return done.stdout

    def complaint(self, *args):
        """What a tshark that must fail says on stderr."""
        command = self.command(*args)
        done = subprocess.run(command, cwd=self.top, env=self.env, capture_output=True, encoding="utf-8", errors="replace",
                              timeout=300, check=False)
        assert done.returncode != 0, command
        return done.stderr

    def frames(self, capture, display_filter, fields, passes=1, prefs=()):
        """One dict of lists (field name: values) per frame that passes the filter. What was asked before is not read again."""
        capture = pathlib.Path(capture)
        asked = (capture.name, capture.read_bytes(), display_filter, tuple(fields), passes, tuple(prefs))
        if asked not in self._frames:
            self._frames[asked] = self._read_frames(*asked)
        return copy.deepcopy(self._frames[asked])

    def _read_frames(self, name, data, display_filter, fields, passes, prefs):
        staged = self.stage(name, data)
        args = ["-n", "-r", staged, "-Y", display_filter, "-T", "json", "--no-duplicate-keys"]
        if passes == 2:
            args.append("-2")
        for pref in prefs:
            args += ["-o", pref]
        for field in ("frame.number", *fields):
            args += ["-e", field]
        frames = []
        for packet in json.loads(self.run(*args) or "[]"):
            values = packet["_source"]["layers"]
            values["frame"] = int(values.pop("frame.number")[0])
            frames.append(values)
        staged.unlink()
        return frames

    def verdicts(self, capture, passes=1, prefs=()):
        """Every mwg502 field of every frame that carries a verdict."""
        return self.frames(capture, "mwg502.cause", self.fields, passes, prefs)


def pytest_addoption(parser):
    parser.addoption("--module", required=True, help="the built mwg502.so")
    parser.addoption("--update-golden", action="store_true",
                     help="write tests/golden/ anew from what the module says now")


@pytest.fixture(scope="session")
def module(request):
    return pathlib.Path(request.config.getoption("--module")).resolve()


@pytest.fixture(scope="session")
def version():
    """X.Y of the tshark on this machine: the name of its plugin folder. The module was built with its headers; to ask tshark takes half a second."""
    done = subprocess.run(["pkg-config", "--modversion", "wireshark"], capture_output=True, text=True, check=True)
    return re.search(r"(\d+\.\d+)\.\d+", done.stdout).group(1)


@pytest.fixture(scope="session")
def tshark(module, version):
    shark = Tshark(module, version)
    yield shark
    shark.close()
