# SPDX-License-Identifier: GPL-2.0-or-later
"""layers.py finds what it is there for: each rule is broken in a copy. BUILD is a configured build."""
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = os.environ.get("BUILD", TOP / "build")

# (file, what it includes, what is said about that; {} is the line)
BROKEN = (
    ("bytes/url.c", "#include \"track/track.h\"", "plugin/bytes/url.c:{}: includes track/track.h: track (floor 8) is above bytes (floor 2)"),
    ("tcp/flow.c", "#include \"net/lookup.h\"", "plugin/tcp/flow.c:{}: includes net/lookup.h: net is beside tcp (floor 5), which floors.txt does not allow"),
    # What only the compiler sees
    ("bytes/body.c", "#define NEXT <words/phrases.h>\n#include NEXT", "plugin/bytes/body.c:0: includes words/phrases.h: words (floor 4) is above bytes (floor 2)"),
    # Each is allowed, but not both
    ("bytes/url.h", "#include \"bytes/httphead.h\"", "a circle of includes: bytes/httphead.h bytes/url.h"),
    ("bytes/httphead.h", "#include \"bytes/url.h\"", None),
    ("cellar/wine.h", "#include \"base/bounded.h\"", "plugin/cellar/wine.h:{}: includes base/bounded.h: floors.txt has no folder cellar"),
)


def test_broken_rules(tmp_path):
    shutil.copytree(TOP / "plugin", tmp_path / "plugin", ignore=shutil.ignore_patterns("profile"))
    (tmp_path / "plugin" / "cellar").mkdir()
    (tmp_path / "plugin" / "cellar" / "wine.h").write_text("\n#include <glib.h>\n")
    expected = []
    for name, line, said in BROKEN:
        path = tmp_path / "plugin" / name
        path.write_text(path.read_text().replace("\n#include", f"\n{line}\n#include", 1))
        if said:
            expected.append(said.format(next((n for n, found in enumerate(path.read_text().splitlines(), 1) if found == line), 0)))
    run = subprocess.run([sys.executable, pathlib.Path(__file__).with_name("layers.py"), "--build", BUILD, "--top", tmp_path],
                         text=True, capture_output=True)
    assert run.returncode == 1 and run.stderr == ""
    for line in expected:
        assert line in run.stdout.splitlines(), run.stdout
