# SPDX-License-Identifier: GPL-2.0-or-later
"""sharkd, which answers one JSON request a line, and keeps its settings from file to file."""

import json
import os
import subprocess

from conftest import UNPRIVILEGED


class Sharkd:
    """One process with the module of the given tshark."""

    def __init__(self, tshark):
        args = ["sharkd", "-"]
        if os.getuid() == 0:
            args = UNPRIVILEGED + args
        self._process = subprocess.Popen(args, cwd=tshark.top, env=tshark.env, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._asked = 0

    def close(self):
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        self._process.stdout.close()

    def ask(self, method, **params):
        self._asked += 1
        request = {"jsonrpc": "2.0", "id": self._asked, "method": method}
        if params:
            request["params"] = params
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, (request, answer)
        return answer["result"]

    def frames(self, display_filter, fields):
        """A dict of the fields that are there for each frame that passes the filter."""
        # It remembers what passed a filter even when another file is loaded: no filter twice.
        self._asked += 1
        columns = {f"column{i}": f"{field}:0" for i, field in enumerate(fields)}
        shown = self.ask("frames", filter=f"({display_filter}) && !(frame.number == {10 ** 8 + self._asked})", **columns)
        return [{"frame": str(row["num"]), **{field: value for field, value in zip(fields, row["c"]) if value}}
                for row in shown]
